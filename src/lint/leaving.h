/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_LEAVING_H
#define FORCEDTLS_LINT_LEAVING_H

#include "lint/lint.h"

/*
 * Says what the policy leaves open of mail that leaves: what "*" means to a
 * content filter and to other maps, and whose mail is forced to arrive over
 * TLS but not to leave so. The policy is finished and free of errors.
 */
void leaving_advise(const struct lint *lint);

#endif
