/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_DISPLACED_H
#define FORCEDTLS_LINT_DISPLACED_H

#include "lint/lint.h"
#include "lint/sample.h"

/*
 * Says which connectors never apply because more specific ones always stand in
 * their place. Says it only where it is certain: silence proves nothing.
 */
void displaced_advise(const struct lint *lint, struct sampler *sampler);

#endif
