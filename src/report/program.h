/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_PROGRAM_H
#define FORCEDTLS_REPORT_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/* A program that is run for what it prints. All static. */
struct program {
	const char *name; /* for messages: "journalctl" */
	const char *const *paths; /* where systems have it, ended with NULL */
	const char *missing; /* what is said where there is none */
};

/* One that runs. */
struct running {
	const struct program *program;
	const char *command; /* who asks, for messages: "report"; static */
	const char *path;
	pid_t pid;
	int fd; /* what it prints: whoever reads slowly makes it wait. The caller closes it. */
};

/*
 * Runs it, without a shell. words: argv, its name first, ended with NULL. What
 * it says on standard error goes to ours. False, with a message there, when it
 * cannot be run; else it is ended with program_end.
 */
bool program_start(const struct program *program, const char *const *words, const char *command,
		   struct running *running_r);

/* Waits for its end. False, with a message, when it failed. */
bool program_end(const struct running *running);

#endif
