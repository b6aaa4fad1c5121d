/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_RELOAD_H
#define FORCEDTLS_RUN_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "config/diagnostics.h"

/*
 * Reads the policy file and puts it into force; with an error in it the policy
 * that was in force stays, as it does where there is no memory for both
 * (run/trial.h). What was wrong is in diagnostics. Threads: safe.
 */
bool reload_policy(const char *path, struct diagnostics *diagnostics);

/* What is known of the policy in force, and of reloads. One thread's: the one that reloads. */
struct reloads {
	const char *path; /* of the policy file, absolute; borrowed */
	time_t loaded; /* when what is in force was read */
	time_t tried; /* when the last reload was; 0: there was none */
	char *error; /* the first that the last one found; NULL: it was put into force */
	unsigned long succeeded, failed;
};

/* Begins with the policy in force. Ended with reloads_fini. */
void reloads_init(struct reloads *reloads, const char *path);
void reloads_fini(struct reloads *reloads);

/* What a reload came to. */
struct reload_report {
	bool reloaded; /* false: the policy that was in force stays */
	int64_t read_ns; /* how long it took to read and to check */
	int64_t swap_ns; /* and to put into force */
	struct diagnostics diagnostics;
};
void reload_report_fini(struct reload_report *report);

/*
 * As reload_policy, with what it comes to in the log: what was wrong, and what
 * of the policy before, of which there is one, is gone. *report_r is ended
 * with reload_report_fini. The service manager is told when it begins and when
 * it is over (run/notify.h).
 */
void reload_and_log(struct reloads *reloads, struct reload_report *report_r);

/* Logs what the policy in force has; there is one. */
void reload_log_start(void);

#endif
