/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SOURCES_H
#define FORCEDTLS_REPORT_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* "forcedtls COMMAND: NAME: WHY" on standard error, fit for a terminal. command: static. */
void sources_complain(const char *command, const char *name, const char *why);

/* Where the lines come from: files ("-" for standard input), or the journal. */
struct sources {
	const char *command; /* who reads them, for messages: "report"; static */
	char *const *files;
	size_t file_count; /* 0: the journal */
	time_t since; /* for the journal; 0 for none */
	time_t until;
	int standard_input; /* a file with what "-" stands for, to be read from its beginning; -1: standard input itself */
};

/*
 * For whoever reads more than once: where "-" is among the files, what is on
 * standard input goes into a file without a name. EX_OK, or EX_IOERR with a
 * message.
 */
int sources_keep_standard_input(struct sources *sources);

/* One line, which may be changed. cut: it was longer than is read. */
typedef void sources_line(void *context, char *text, size_t length, bool cut);

/*
 * Hands each line of each source to add. Returns EX_OK, EX_NOINPUT when a file
 * cannot be read (the others are), EX_UNAVAILABLE when the journal cannot; a
 * message was printed then.
 */
int sources_read(const struct sources *sources, sources_line *add, void *context);

#endif
