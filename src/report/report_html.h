/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPORT_HTML_H
#define FORCEDTLS_REPORT_REPORT_HTML_H

#include <jansson.h>
#include <stdio.h>

/*
 * The report as one page that needs nothing else: no scripts, and its style
 * and pictures within it. Whatever a peer chose is text there.
 */
void report_html(const json_t *report, FILE *out);

#endif
