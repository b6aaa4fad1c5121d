/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SUGGESTION_PAGE_H
#define FORCEDTLS_REPORT_SUGGESTION_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "report/session_kind.h"
#include "util/memory.h"

/* Where the lines go, and whether they are comments. */
struct page {
	FILE *out;
	bool commented;
};

/* One line, as a comment where the page is one. */
void suggestion_print_line(const struct page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* True for a text that stands in YAML as it is, in double quotes. */
bool suggestion_can_quote(const char *text);

/* The first length bytes in double quotes; the caller frees it. */
char *suggestion_quote(const char *text, size_t length);

/* Which sessions a line is about. */
typedef bool session_test(const struct session_kind *kind, const void *context);

/* Adds "3 sessions, 2026-11-20 to 2026-11-24, from m[192.0.2.1] 3" of those that test has; the number of them. */
unsigned long long suggestion_describe(const struct session_kind *kinds, session_test *test,
				       const void *context, struct strbuf *out);

#endif
