/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_METRICS_EXPOSITION_H
#define FORCEDTLS_METRICS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/memory.h"

/*
 * Numbers as a Prometheus server reads them: its text format 0.0.4, or
 * OpenMetrics 1.0.0, which differ in how families of counters are called, in
 * "info", and in the end.
 */
enum metric_type {
	METRIC_COUNTER, /* a sample's name has "_total" behind that of the family */
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
	METRIC_INFO, /* "_info": a gauge that is 1 in the text format */
};

struct metric {
	const char *name; /* "forcedtls_verdicts", without what the type puts behind it */
	enum metric_type type;
	const char *help; /* ends with a full stop */
};

struct label {
	const char *name;
	const char *value; /* any text: it is escaped */
};

struct exposition {
	bool openmetrics;
	const struct metric *metric; /* whose samples are added */
	struct strbuf text;
};

/* A family begins: all samples of it follow. */
void exposition_begin(struct exposition *exposition, const struct metric *metric);

/* One sample. labels: count of them; one whose value is NULL is left out. */
void exposition_number(struct exposition *exposition, const struct label *labels, size_t count,
		       uint64_t value);
void exposition_real(struct exposition *exposition, const struct label *labels, size_t count, double value);

/*
 * A histogram: bounds in seconds, count of them, ascending; buckets has one
 * more, the last without a bound, and each counts those before it as well.
 */
void exposition_histogram(struct exposition *exposition, const double *bounds, size_t count,
			  const uint64_t *buckets, double sum);

/* The end of it all. */
void exposition_end(struct exposition *exposition);

/* The value of Content-Type for the format. A static string. */
const char *exposition_content_type(bool openmetrics);

#endif
