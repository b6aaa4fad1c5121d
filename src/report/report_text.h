/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPORT_TEXT_H
#define FORCEDTLS_REPORT_REPORT_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* Prints the report for the eye; nothing that a peer chose steers the terminal. */
void report_text(const json_t *report, FILE *out);

#endif
