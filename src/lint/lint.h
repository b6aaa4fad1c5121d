/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_LINT_LINT_H
#define FORCEDTLS_LINT_LINT_H

#include "config/config.h"
#include "config/origin.h"

/*
 * Adds warnings to diagnostics, and sorts them: of what is legal in the policy
 * as a whole and probably not meant. They are the administrator's who asks
 * ("forcedtls check"): the daemon never comes here. Threads: safe.
 */
void lint_config(const struct config *config, struct diagnostics *diagnostics);

/* What is looked at, and where warnings go. */
struct lint {
	const struct policy *policy;
	const struct origin *origins; /* by connector number */
	const struct daemon_settings *daemon;
	struct source source;
};

#endif
