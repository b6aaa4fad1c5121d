/* SPDX-License-Identifier: MIT */
#include "metrics/exposition.h"

#include <criterion/criterion.h>

TestSuite(exposition);

static const struct metric verdicts = {"x_verdicts", METRIC_COUNTER, "Verdicts."};
static const struct metric build = {"x_build", METRIC_INFO, "Version."};
static const struct metric time_taken = {"x_seconds", METRIC_HISTOGRAM, "How long."};
static const struct metric loaded = {"x_loaded_timestamp_seconds", METRIC_GAUGE, "When."};

static void add_all(struct exposition *out)
{
	const struct label labels[] = {{"a", "1\"\\\n2"}, {"b", NULL}, {"c", "3"}};
	const double bounds[] = {0.001, 0.5};
	const uint64_t buckets[] = {1, 1, 3};

	exposition_begin(out, &build);
	exposition_number(out, &labels[2], 1, 1);
	exposition_begin(out, &verdicts);
	exposition_number(out, labels, 3, UINT64_MAX);
	exposition_number(out, &labels[1], 1, 0);
	exposition_begin(out, &loaded);
	exposition_real(out, NULL, 0, 1795673821);
	exposition_begin(out, &time_taken);
	exposition_histogram(out, bounds, 2, buckets, 1.5);
	exposition_end(out);
}

Test(exposition, text)
{
	struct exposition out = {0};

	add_all(&out);
	cr_expect_str_eq(out.text.text, "# HELP x_build_info Version.\n"
					"# TYPE x_build_info gauge\n"
					"x_build_info{c=\"3\"} 1\n"
					"# HELP x_verdicts_total Verdicts.\n"
					"# TYPE x_verdicts_total counter\n"
					"x_verdicts_total{a=\"1\\\"\\\\\\n2\",c=\"3\"} 18446744073709551615\n"
					"x_verdicts_total 0\n"
					"# HELP x_loaded_timestamp_seconds When.\n"
					"# TYPE x_loaded_timestamp_seconds gauge\n"
					"x_loaded_timestamp_seconds 1795673821\n"
					"# HELP x_seconds How long.\n"
					"# TYPE x_seconds histogram\n"
					"x_seconds_bucket{le=\"0.001\"} 1\n"
					"x_seconds_bucket{le=\"0.5\"} 1\n"
					"x_seconds_bucket{le=\"+Inf\"} 3\n"
					"x_seconds_sum 1.5\n"
					"x_seconds_count 3\n");
	strbuf_fini(&out.text);
}

Test(exposition, openmetrics)
{
	struct exposition out = {.openmetrics = true};

	exposition_begin(&out, &build);
	exposition_number(&out, NULL, 0, 1);
	exposition_begin(&out, &verdicts);
	exposition_number(&out, NULL, 0, 1);
	exposition_end(&out);
	cr_expect_str_eq(out.text.text, "# HELP x_build Version.\n"
					"# TYPE x_build info\n"
					"x_build_info 1\n"
					"# HELP x_verdicts Verdicts.\n"
					"# TYPE x_verdicts counter\n"
					"x_verdicts_total 1\n"
					"# EOF\n");
	strbuf_fini(&out.text);
}
