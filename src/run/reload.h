/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_RELOAD_H
#define FORCEDTLS_RUN_RELOAD_H

#include <stdbool.h>

#include "config/diagnostics.h"

/*
 * Reads the policy file and puts it into force; with an error in it the policy
 * that was in force stays. What was wrong is in diagnostics. Threads: safe.
 */
bool reload_policy(const char *path, struct diagnostics *diagnostics);

/*
 * The same with what it comes to in the log: what was wrong, and what of the
 * policy before, of which there is one, is gone. The service manager is told
 * when it begins and when it is over (run/notify.h).
 */
void reload_and_log(const char *path);

/* Logs what the policy in force has; there is one. */
void reload_log_start(void);

#endif
