/* SPDX-License-Identifier: MIT */
/* Writes metrics in two formats. Knows none of them. */
#include "metrics/exposition.h"

#include <assert.h>

static const char *type_name(const struct exposition *exposition, enum metric_type type)
{
	switch (type) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		return "gauge";
	case METRIC_HISTOGRAM:
		return "histogram";
	case METRIC_INFO:
		return exposition->openmetrics ? "info" : "gauge";
	}
	return "untyped";
}

/* What stands behind the name of the family in the name of a sample. */
static const char *suffix_of(enum metric_type type)
{
	switch (type) {
	case METRIC_COUNTER:
		return "_total";
	case METRIC_INFO:
		return "_info";
	case METRIC_GAUGE:
	case METRIC_HISTOGRAM:
		break;
	}
	return "";
}

void exposition_begin(struct exposition *exposition, const struct metric *metric)
{
	/* In the text format a family is called as its samples are. */
	const char *suffix = exposition->openmetrics ? "" : suffix_of(metric->type);

	exposition->metric = metric;
	strbuf_printf(&exposition->text, "# HELP %s%s %s\n# TYPE %s%s %s\n", metric->name, suffix,
		      metric->help, metric->name, suffix, type_name(exposition, metric->type));
}

static void exposition_add_value(struct strbuf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			strbuf_puts(out, "\\n");
			continue;
		}
		if (*value == '\\' || *value == '"')
			strbuf_putc(out, '\\');
		strbuf_putc(out, *value);
	}
}

static void add_labels(struct strbuf *out, const struct label *labels, size_t count)
{
	const char *before = "{";

	for (size_t i = 0; i < count; i++) {
		if (labels[i].value == NULL)
			continue;
		strbuf_printf(out, "%s%s=\"", before, labels[i].name);
		exposition_add_value(out, labels[i].value);
		strbuf_putc(out, '"');
		before = ",";
	}
	if (*before == ',')
		strbuf_putc(out, '}');
}

static void begin_sample(struct exposition *exposition, const struct label *labels, size_t count)
{
	assert(exposition->metric != NULL);
	strbuf_puts(&exposition->text, exposition->metric->name);
	strbuf_puts(&exposition->text, suffix_of(exposition->metric->type));
	add_labels(&exposition->text, labels, count);
}

void exposition_number(struct exposition *exposition, const struct label *labels, size_t count,
		       uint64_t value)
{
	begin_sample(exposition, labels, count);
	strbuf_printf(&exposition->text, " %llu\n", (unsigned long long)value);
}

void exposition_real(struct exposition *exposition, const struct label *labels, size_t count, double value)
{
	begin_sample(exposition, labels, count);
	strbuf_printf(&exposition->text, " %.15g\n", value);
}

void exposition_histogram(struct exposition *exposition, const double *bounds, size_t count,
			  const uint64_t *buckets, double sum)
{
	struct strbuf *out = &exposition->text;
	const char *name = exposition->metric->name;

	assert(exposition->metric->type == METRIC_HISTOGRAM);
	for (size_t i = 1; i < count; i++)
		assert(bounds[i - 1] < bounds[i]);
	for (size_t i = 0; i < count; i++)
		strbuf_printf(out, "%s_bucket{le=\"%.9g\"} %llu\n", name, bounds[i],
			      (unsigned long long)buckets[i]);
	strbuf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)buckets[count]);
	strbuf_printf(out, "%s_sum %.9g\n%s_count %llu\n", name, sum, name,
		      (unsigned long long)buckets[count]);
}

void exposition_end(struct exposition *exposition)
{
	if (exposition->openmetrics)
		strbuf_puts(&exposition->text, "# EOF\n");
}

const char *exposition_content_type(bool openmetrics)
{
	return openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
			   : "text/plain; version=0.0.4; charset=utf-8";
}
