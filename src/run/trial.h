/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_TRIAL_H
#define FORCEDTLS_RUN_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

/*
 * Loads the policy beside the one that is in force, where there is memory for
 * both. Where its files have so much in them that it might not fit into what is
 * left (run/memory_left.h), it is tried first, in a process of its own that may
 * take no more than that, and that goes first where memory ends: who cannot
 * allocate ends (util/memory.h), and a trial that ends so leaves the daemon as it
 * was. A trial that cannot be made is one that failed; files that have become
 * larger since then are not loaded. As config_reload, of which before is never
 * NULL here; what does not fit is an error in diagnostics, a temporary one.
 * Threads: safe.
 */
struct config *trial_reload(const char *path, const struct config *before, struct diagnostics *diagnostics);

/* The same where so much is left. program: the path of ours. */
struct memory_left;
struct config *trial_reload_within(const char *program, const char *path, const struct config *before,
				   const struct memory_left *left, struct diagnostics *diagnostics);

/* The option of forcedtlsd(8) that makes a process a trial: how many bytes it may take. */
#define TRIAL_OPTION "try-within"

/*
 * What such a process does: loads the policy, errors or not, and returns the exit
 * status. What it says on standard output is for who started it.
 */
int trial_run(const char *path, const char *within);

#endif
