/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_POLICY_LOG_H
#define FORCEDTLS_RUN_POLICY_LOG_H

#include "config/config.h"

/*
 * What the log says of a policy that comes into force: "mode=enforce enforced=2
 * tested=1 disabled=0 digest=...", the numbers of connectors and what tells
 * this policy from others (config/digest.h). In global test mode none is
 * enforced. The caller frees it.
 */
char *policy_log_summary(const struct config *config);

/* Says what was taken from Postfix, where something was. */
void policy_log_postfix(const struct config *config);

/*
 * Warns of what makes config weaker than the policy before it, as a file that
 * was cut off is: connectors that are gone, left out, in test mode now, or
 * select by fewer entries; and of a change of the mode. By name, the first few
 * of each.
 */
void policy_log_losses(const struct config *before, const struct config *config);

#endif
