/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_HTML_WRITER_H
#define FORCEDTLS_REPORT_HTML_WRITER_H

#include <jansson.h>
#include <stdio.h>

/*
 * Text in HTML, in an element or in double quotes: what could be markup as
 * references, and what cannot be seen as \xHH (util/utf8.h).
 */
void html_text(const char *text, FILE *out);

/* "value" of an item of a list: "others" for what had no room. */
const char *html_value(const json_t *item);

/* "12,345" */
void html_count(long long number, FILE *out);

/* "98.7 %" of what is not nothing, else a dash: never 100 for less than all, nor 0 for more than nothing. */
void html_share(long long part, long long whole, FILE *out);

#endif
