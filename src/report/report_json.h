/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_REPORT_JSON_H
#define FORCEDTLS_REPORT_REPORT_JSON_H

#include <jansson.h>
#include <time.h>

#include "report/collector.h"

/*
 * The whole report: what --json prints, and what all other forms are made of
 * (share/forcedtls/schemas/report.schema.json). The caller owns it; NULL when jansson
 * has no memory. Sorts what was collected.
 */
json_t *report_json(struct collector *collector);

/* "2026-11-26T01:56:14Z", or null for 0. */
json_t *report_json_time(time_t when);

/* text as a JSON string: what is no UTF-8 as U+FFFD; null for NULL and "". */
json_t *report_json_text(const char *text);

#endif
