/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPORT_CSV_H
#define FORCEDTLS_REPORT_REPORT_CSV_H

#include <jansson.h>
#include <stdio.h>

/*
 * The report as CSV (RFC 4180), in the columns of Exchange's connector report:
 * a row for each connector, direction and version of TLS. A cell that a
 * spreadsheet would take for a formula has an apostrophe before it.
 */
void report_csv(const json_t *report, FILE *out);

#endif
