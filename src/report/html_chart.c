/* SPDX-License-Identifier: MIT */
/*
 * Bars and columns. All lengths are in units of the picture, which is as wide
 * as the page.
 */
#include "report/html_chart.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/html_writer.h"
#include "util/json_text.h"
#include "util/utf8.h"

#define WIDTH 960.0
#define LABEL 250.0 /* for names to the left of bars */
#define NUMBER 90.0 /* for numbers to the right */
#define ROW 26.0
#define BAR 16.0
#define ROWS_SHOWN ((size_t)25)
#define DAYS_SHOWN ((size_t)92)
#define PLOT_HEIGHT 180.0
#define DAY_LABEL 72.0

static const struct {
	const char *version;
	const char *class_name;
} classes[] = {
	{"TLSv1.3", "good"}, {"TLSv1.2", "fine"}, {"TLSv1.1", "old"},
	{"TLSv1", "old"},    {"SSLv3", "bad"},    {"plaintext", "bad"},
};

const char *html_chart_class(const char *version)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(version, classes[i].version) == 0)
			return classes[i].class_name;
	return "none";
}

static void begin(double height, const char *title, FILE *out)
{
	(void)fprintf(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", WIDTH, height);
	html_text(title, out);
	(void)fputs("\">\n", out);
}

/* The beginning of a name that is too long for its place, at a character. */
static void label(const char *text, double y, FILE *out)
{
	char *shown = utf8_repair(text, strlen(text), 34);

	(void)fprintf(out, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">", LABEL - 10, y + 12.5);
	html_text(shown, out);
	(void)fputs("</text>", out);
	free(shown);
}

static void bar(double x, double y, double width, const char *class_name, const char *what, long long number,
		FILE *out)
{
	(void)fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\"><title>",
		      class_name, x, y, width, BAR);
	html_text(what, out);
	(void)fputs(": ", out);
	html_count(number, out);
	(void)fputs("</title></rect>", out);
}

static void number_at(double x, double y, long long number, FILE *out)
{
	(void)fprintf(out, "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\">", x, y + 12.5);
	html_count(number, out);
	(void)fputs("</text>\n", out);
}

static void versions_row(const json_t *connector, double y, long long most, FILE *out)
{
	double x = LABEL, scale = (WIDTH - LABEL - NUMBER) / (double)most;
	const json_t *version;
	size_t i;

	label(text_in(connector, "connector", "no connector"), y, out);
	json_array_foreach(json_object_get(connector, "versions"), i, version)
	{
		double width = (double)number_in(version, "messages") * scale;

		bar(x, y, width, html_chart_class(html_value(version)), html_value(version),
		    number_in(version, "messages"), out);
		x += width;
	}
	number_at(x + 6, y, number_in(connector, "messages"), out);
}

static void key(const char *class_name, const char *words, FILE *out)
{
	(void)fprintf(out,
		      "<span><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"%s\" width=\"10\" "
		      "height=\"10\" rx=\"2\"/></svg>%s</span>",
		      class_name, words);
}

static void versions_legend(FILE *out)
{
	(void)fputs("<p class=\"legend\">", out);
	key("good", "TLS 1.3", out);
	key("fine", "TLS 1.2", out);
	key("old", "older", out);
	key("bad", "plaintext", out);
	key("none", "not known", out);
	(void)fputs("</p>\n", out);
}

/* The most that one of a list has. */
static long long most_of(const json_t *list)
{
	long long most = 0;
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (number_in(item, "messages") > most) most =
		number_in(item, "messages");
	return most;
}

static size_t shown_of(const json_t *list, size_t max)
{
	return json_array_size(list) < max ? json_array_size(list) : max;
}

void html_chart_versions(const json_t *connectors, FILE *out)
{
	size_t rows = shown_of(connectors, ROWS_SHOWN);
	long long most = most_of(connectors);

	if (most == 0)
		return;
	(void)fputs("<h3>Messages by connector and version of TLS</h3>\n", out);
	versions_legend(out);
	begin((double)rows * ROW, "Messages by connector and version of TLS", out);
	for (size_t i = 0; i < rows; i++)
		versions_row(json_array_get(connectors, i), (double)i * ROW + 4, most, out);
	(void)fputs("</svg>\n", out);
	if (rows < json_array_size(connectors))
		(void)fprintf(out, "<p class=\"soft\">and %zu more connectors</p>\n",
			      json_array_size(connectors) - rows);
}

void html_chart_items(const char *title, const char *class_name, const json_t *items, FILE *out)
{
	size_t rows = shown_of(items, ROWS_SHOWN);
	long long most = most_of(items);
	const double scale = most > 0 ? (WIDTH - LABEL - NUMBER) / (double)most : 0;

	if (most == 0)
		return;
	(void)fprintf(out, "<h3>%s</h3>\n", title);
	begin((double)rows * ROW, title, out);
	for (size_t i = 0; i < rows; i++) {
		const json_t *item = json_array_get(items, i);
		long long number = number_in(item, "messages");
		double y = (double)i * ROW + 4;

		label(html_value(item), y, out);
		bar(LABEL, y, (double)number * scale, class_name, html_value(item), number, out);
		number_at(LABEL + (double)number * scale + 6, y, number, out);
	}
	(void)fputs("</svg>\n", out);
}

/* One part of a day's column, from the height at which it begins. Returns where it ends. */
static double column(double x, double width, double from, double height, const char *class_name, FILE *out)
{
	(void)fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
		      class_name, x, from - height, width, height);
	return from - height;
}

static void day_column(const json_t *day, const char *const keys[3], double x, double width, double scale,
		       FILE *out)
{
	long long whole = number_in(day, keys[0]), tls = number_in(day, keys[1]),
		  refused = number_in(day, keys[2]);
	double top;

	(void)fputs("<g><title>", out);
	html_text(text_in(day, "day", "-"), out);
	(void)fprintf(out, ": %lld, over TLS %lld, not %lld, %s %lld</title>", whole, tls, whole - tls,
		      strcmp(keys[2], "refused") == 0 ? "refused" : "below the policy", refused);
	top = column(x, width, PLOT_HEIGHT, (double)tls * scale, "good", out);
	(void)column(x, width, top, (double)(whole - tls) * scale, "bad", out);
	(void)column(x, width, PLOT_HEIGHT + 3 + (double)refused * scale, (double)refused * scale, "old",
		     out);
	(void)fputs("</g>\n", out);
}

static void day_axis(const json_t *days, size_t first, size_t count, double step, double height, FILE *out)
{
	/* A label takes more room than the column of its day. */
	size_t every = count / 8 + 1, apart = (size_t)(DAY_LABEL / step) + 1;

	every = every > apart ? every : apart;
	(void)fprintf(out, "<line class=\"grid\" x1=\"0\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", WIDTH,
		      PLOT_HEIGHT + 1.5, PLOT_HEIGHT + 1.5);
	for (size_t i = 0; i < count; i += every) {
		bool at_edge = (double)i * step > WIDTH - DAY_LABEL;

		(void)fprintf(out, "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\"%s>",
			      (double)(at_edge ? i + 1 : i) * step, height - 4,
			      at_edge ? " text-anchor=\"end\"" : "");
		html_text(text_in(json_array_get(days, first + i), "day", "-"), out);
		(void)fputs("</text>\n", out);
	}
}

void html_chart_days(const json_t *days, const char *title, const char *whole, const char *tls,
		     const char *refused, FILE *out)
{
	const char *const keys[3] = {whole, tls, refused};
	size_t count = shown_of(days, DAYS_SHOWN), first = json_array_size(days) - count;
	double step = count > 0 ? WIDTH / (double)(count > 14 ? count : 14) : 0, deepest = 0, height, scale;
	long long most = 0, most_refused = 0;

	for (size_t i = first; i < first + count; i++) {
		const json_t *day = json_array_get(days, i);

		most = number_in(day, whole) > most ? number_in(day, whole) : most;
		most_refused =
			number_in(day, refused) > most_refused ? number_in(day, refused) : most_refused;
	}
	if (most == 0)
		return;
	scale = (PLOT_HEIGHT - 10) / (double)most;
	deepest = (double)most_refused * scale;
	height = PLOT_HEIGHT + deepest + 26;
	(void)fprintf(out, "<h3>%s</h3>\n<p class=\"legend\">", title);
	key("good", "over TLS", out);
	key("bad", "not, or not known", out);
	key("old", strcmp(refused, "refused") == 0 ? "refused of these" : "below the policy", out);
	(void)fputs("</p>\n", out);
	begin(height, title, out);
	for (size_t i = 0; i < count; i++)
		day_column(json_array_get(days, first + i), keys, (double)i * step + 1, step - 2, scale, out);
	day_axis(days, first, count, step, height, out);
	(void)fputs("</svg>\n", out);
}
