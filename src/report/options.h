/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_OPTIONS_H
#define FORCEDTLS_REPORT_OPTIONS_H

#include <stddef.h>
#include <time.h>

#include "report/scope.h"

enum report_form {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_CSV,
	REPORT_HTML,
	REPORT_SUGGESTIONS,
	REPORT_TRACE,
};

/* The command line. All borrowed from it but scope.domain. */
struct report_options {
	enum report_form form;
	struct scope scope;
	const char *policy; /* NULL: not given */
	const char *html; /* the file of the page, "-" for standard output; with REPORT_HTML */
	const char *trace; /* the word, with REPORT_TRACE */
	char *const *files;
	size_t file_count;
};

/* EX_OK, or EX_USAGE with a message. now: the time of the run. To be ended with report_options_fini either way. */
int report_options_read(int argc, char **argv, time_t now, struct report_options *options_r);

/* "forcedtls COMMAND: OPTION "VALUE": WHY" on standard error, fit for a terminal. Returns EX_USAGE. */
int report_options_complain(const char *command, const char *option, const char *value, const char *why);

void report_options_fini(struct report_options *options);

#endif
