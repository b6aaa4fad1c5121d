/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_RELOAD_H
#define FORCEDTLS_RUN_RELOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "config/diagnostics.h"

/*
 * Reads the policy file and puts it into force; with an error in it the policy
 * that was in force stays. What was wrong is in diagnostics. Threads: safe.
 */
bool reload_policy(const char *path, struct diagnostics *diagnostics);

/*
 * The same with what it comes to in the log: what was wrong, and what of the
 * policy before, of which there is one, is gone.
 */
void reload_and_log(const char *path);

/* Logs what the policy in force has; there is one. */
void reload_log_start(void);

/* Reloads on SIGUSR1. libmilter takes SIGHUP as a stop, so that one is not ours. */
struct reloader {
	const char *path; /* borrowed */
	pthread_t thread;
	atomic_bool stopping;
};

/*
 * Starts the thread that waits for SIGUSR1, which is blocked everywhere else
 * (run/signals.h), and the one that frees old policies (run/snapshot.h); warns
 * when the file cannot be read as who we are now.
 * False: the reason is in the log.
 */
bool reload_start(struct reloader *reloader, const char *path);

/*
 * Ends both threads, after what is under way, for which it waits patience_ms
 * at most. False: one of them runs on, and the reason is in the log.
 */
bool reload_stop(struct reloader *reloader, unsigned patience_ms);

#endif
