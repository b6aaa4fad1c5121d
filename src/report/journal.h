/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_JOURNAL_H
#define FORCEDTLS_REPORT_JOURNAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/*
 * Runs journalctl(1), without a shell, for the mail system's lines and ours as
 * JSON. command: who asks, for messages, "report"; static. since, until: 0 for
 * none. fd_r: what it prints; whoever reads slowly makes it wait. False, with a message on standard error, when it cannot be
 * run.
 */
struct journal {
	const char *command;
	pid_t pid;
	int fd;
};
bool journal_start(const char *command, time_t since, time_t until, struct journal *journal_r);

/* Ends it, be it before its end. False, with a message, when it failed; its fd is the caller's. */
bool journal_end(struct journal *journal);

#endif
