/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_DIAGNOSTICS_H
#define FORCEDTLS_CONFIG_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum severity {
	SEVERITY_WARNING, /* legal, and probably not what was meant */
	SEVERITY_ERROR,
};

struct diagnostic {
	enum severity severity;
	char *file;
	size_t line; /* from 1; 0: the file as a whole */
	size_t column; /* from 1 */
	char *path; /* "connectors[2].require.min_version"; "" for the file as a whole */
	char *text;
};

/* Everything found wrong in one run, in the order found. Zeroed memory is an empty list. */
struct diagnostics {
	struct diagnostic *list;
	size_t count;
	size_t capacity;
	size_t errors;
	size_t temporary; /* of these: they may be gone the next time, with the same file */
	size_t unlisted; /* found beyond DIAGNOSTICS_MAX: counted, not kept */
};

/* A file with a million bad lines is answered with this many of them. */
#define DIAGNOSTICS_MAX 200

/* All strings are copied. Control bytes in the text are escaped, so that a policy file cannot forge output. */
void diagnostics_add(struct diagnostics *diagnostics, enum severity severity, const char *file, size_t line,
		     size_t column, const char *path, const char *format, ...)
	__attribute__((format(printf, 7, 8)));

/* There are errors, and each may be gone the next time: nobody has to mend the file. */
bool diagnostics_are_temporary(const struct diagnostics *diagnostics);

/* Moves all of from behind what is there; from is empty then. */
void diagnostics_take(struct diagnostics *diagnostics, struct diagnostics *from);

/* By file, line and column. */
void diagnostics_sort(struct diagnostics *diagnostics);

/* "FILE:LINE:COLUMN: error: PATH: TEXT" without line end. The caller frees it. */
char *diagnostic_text(const struct diagnostic *diagnostic);

/* One line each, and how many were left out. False when writing failed. */
bool diagnostics_print(const struct diagnostics *diagnostics, FILE *out);

void diagnostics_fini(struct diagnostics *diagnostics);

#endif
