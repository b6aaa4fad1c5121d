/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DAEMON_OPTIONS_H
#define FORCEDTLS_DAEMON_OPTIONS_H

#include <stdbool.h>

/* The command line of forcedtlsd(8). Ended with options_fini. */
struct options {
	bool foreground;
	bool version;
	bool help;
	const char *
		try_within; /* what makes it a trial (run/trial.h), which no user asks for; NULL: it is a daemon */
	const char *file; /* as written, for messages; borrowed */
	char *absolute_file; /* for reloads: the current directory changes */
	char *socket; /* absolute where it is a path; NULL: as the file has it */
	char *pidfile; /* absolute; NULL: none */
};

/* False, and the usage on standard error, when something is wrong with it. */
bool options_parse(int argc, char **argv, struct options *options_r);

/* The usage, in one line. */
extern const char options_usage[];

void options_fini(struct options *options);

#endif
