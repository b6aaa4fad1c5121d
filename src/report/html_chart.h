/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_HTML_CHART_H
#define FORCEDTLS_REPORT_HTML_CHART_H

#include <jansson.h>
#include <stdio.h>

/*
 * Charts as SVG within the page. Colours are classes of html_style; each bar
 * has a title with its number, and each chart is told to who cannot see it.
 */

/* The class of a version of TLS. */
const char *html_chart_class(const char *version);

/* A bar a connector, in parts by version; connectors: a direction of the report. Nothing for an empty one. */
void html_chart_versions(const json_t *connectors, FILE *out);

/* A bar an item: its value, and how often it was seen. */
void html_chart_items(const char *title, const char *class_name, const json_t *items, FILE *out);

/* Columns by day: over TLS and not, and what was refused below the line. whole, tls, refused: members of a day. */
void html_chart_days(const json_t *days, const char *title, const char *whole, const char *tls,
		     const char *refused, FILE *out);

#endif
