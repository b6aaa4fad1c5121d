/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CHILD_H
#define FORCEDTLS_CONFIG_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "util/memory.h"

/* A program that is run for what it prints, in a process of its own and without a shell. All borrowed. */
struct child {
	const char *program; /* its path */
	const char *const *words; /* argv, its name first, ended with NULL */
	/* What it has of an environment, ended with NULL. NULL: ours, our working directory, and our rights. */
	const char *const *environment; /* with one of its own it runs in "/", as nobody where we are root */
	size_t output_max; /* bytes that it may print */
	unsigned patience_ms; /* how long it may take, its end included */
};

/* What child_run says, this very string, where the program ended other than with 0, or could not be run. */
extern const char child_failed[];

/*
 * Runs it and adds to out what it prints; what it says on standard error is
 * dropped. False where it cannot be run, fails, prints more or takes longer,
 * after which it is killed; error_r: why, a static string or errno's text, and
 * out may have a part then. It is killed as well when the thread that runs it
 * ends. Waits: not for the way of the mail. Threads: safe; between fork(2) and
 * execve(2) it calls what is safe there.
 */
bool child_run(const struct child *child, struct strbuf *out, const char **error_r);

#endif
