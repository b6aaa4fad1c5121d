/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_FREED_H
#define FORCEDTLS_LINT_FREED_H

#include "lint/lint.h"

/*
 * Says which "require: none" displaces no connector that demands something,
 * and which displaces one that demands more than another. has_anyone: whether
 * "*" is among the senders (2n) and recipients (2n + 1) of connector n.
 */
void freed_advise(const struct lint *lint, const bool *has_anyone);

#endif
