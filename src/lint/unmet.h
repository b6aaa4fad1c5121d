/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_UNMET_H
#define FORCEDTLS_LINT_UNMET_H

#include "lint/lint.h"

/* Says which connectors name what the daemon, as it is set up, is never told. */
void unmet_advise(const struct lint *lint);

#endif
