/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_PROGRESS_H
#define FORCEDTLS_REPORT_PROGRESS_H

#include <stdbool.h>
#include <time.h>

/* A bar on standard error while long input is read; nothing where that is no terminal. */
struct progress {
	bool shown; /* standard error is a terminal */
	bool drawn; /* something is there to be wiped */
	time_t begin;
	time_t last;
};

void progress_init(struct progress *progress_r);

/* name: of the input, one of ours or of the command line. done: 0 to 1, below 0 where nobody can tell. */
void progress_show(struct progress *progress, const char *name, double done, unsigned long long lines);

void progress_end(struct progress *progress);

#endif
