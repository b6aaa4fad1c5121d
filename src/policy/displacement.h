/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_DISPLACEMENT_H
#define FORCEDTLS_POLICY_DISPLACEMENT_H

#include "policy/match.h"

/*
 * Of the candidates that apply, gives CANDIDATE_DISPLACED to those in whose place a
 * more specific one stands: one that is as specific in each of their selectors,
 * and more specific in one of them or with one selector more; or one in test
 * mode that is as specific; never one that is uncertain. displaced_by is one that stays itself, of several
 * the first in the file. The cost grows with the candidates times those of
 * them that no other refines, which are few in any policy that means well.
 * Counts what it compares in candidates->comparisons, and adds all that it did to candidates->work.
 */
void candidates_displace(struct candidates *candidates);

/* Whether a stands in the place of b where both apply, and nothing else does. Threads: safe. */
bool candidate_displaces(const struct candidate *a, const struct candidate *b);

#endif
