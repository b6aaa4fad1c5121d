/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_OVERLAP_H
#define FORCEDTLS_LINT_OVERLAP_H

#include "lint/lint.h"

/*
 * Says which connectors never apply because more specific ones always stand
 * in their place, and which "require: none" frees nothing, or more than it
 * should. Says it only where it is certain: silence proves nothing. The
 * policy is finished and free of errors.
 */
void overlap_advise(const struct lint *lint);

#endif
