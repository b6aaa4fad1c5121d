/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_FREES_H
#define FORCEDTLS_LINT_FREES_H

#include "lint/lint.h"
#include "lint/sample.h"

/*
 * Says which "require: none" displaces no connector that demands something,
 * and which displaces one that demands more than another. Says it only where
 * it is certain: silence proves nothing.
 */
void frees_advise(const struct lint *lint, struct sampler *sampler);

#endif
