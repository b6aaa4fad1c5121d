/* SPDX-License-Identifier: MIT */
/*
 * The report as a page: numbers at a glance, charts, a table a direction, and
 * what stands behind each row. Adds nothing to the report's JSON.
 */
#include "report/report_html.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "report/html_chart.h"
#include "report/html_style.h"
#include "report/html_writer.h"
#include "report/report_json.h"
#include "report/tally.h"
#include "util/json_text.h"

/* Domains in the tables of a direction, and those with details; --json has all. */
#define DOMAINS_SHOWN ((size_t)500)

/* Reasons and key exchanges, of all connectors. */
#define ITEMS_MAX ((size_t)100)

static void html_print_head(const json_t *report, FILE *out)
{
	const json_t *period = json_object_get(report, "period"), *lines = json_object_get(report, "lines");

	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
		    "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, "
		    "initial-scale=1\">\n<title>forcedtls report</title>\n<style>\n",
		    out);
	for (const char *const *line = html_style; *line != NULL; line++)
		(void)fprintf(out, "%s\n", *line);
	(void)fputs("</style>\n</head>\n<body>\n<h1>TLS with partners</h1>\n<p class=\"soft\">", out);
	html_text(text_in(period, "first", "-"), out);
	(void)fputs(" to ", out);
	html_text(text_in(period, "last", "-"), out);
	(void)fputs(", from ", out);
	html_count(number_in(lines, "read"), out);
	(void)fputs(" lines of the log of ", out);
	html_count((long long)json_array_size(json_object_get(report, "hosts")), out);
	(void)fputs(" hosts</p>\n", out);
}

/* What all connectors of a direction have of one count. */
static long long sum_of(const json_t *report, const char *direction, const char *key)
{
	const json_t *connector;
	long long sum = 0;
	size_t i;

	json_array_foreach(json_object_get(report, direction), i, connector) sum += number_in(
		strcmp(key, "would_refuse") == 0 ? json_object_get(connector, "would_refuse") : connector,
		strcmp(key, "would_refuse") == 0 ? "messages" : key);
	return sum;
}

static void tile(const char *class_name, long long number, const char *words, FILE *out)
{
	(void)fprintf(out, "<div class=\"tile %s\"><b>", class_name);
	html_count(number, out);
	(void)fprintf(out, "</b><span>%s</span></div>\n", words);
}

static void share_tile(long long part, long long whole, const char *words, FILE *out)
{
	(void)fprintf(out, "<div class=\"tile %s\"><b>", part == whole ? "good" : "");
	html_share(part, whole, out);
	(void)fprintf(out, "</b><span>%s</span></div>\n", words);
}

static void print_tiles(const json_t *report, FILE *out)
{
	long long messages = sum_of(report, "incoming", "messages"),
		  sent = sum_of(report, "outgoing", "messages"),
		  unknown = sum_of(report, "outgoing", "unknown"),
		  below = sum_of(report, "outgoing", "below_policy");

	(void)fputs("<div class=\"tiles\">\n", out);
	if (messages > 0) {
		tile("", messages, "messages arrived", out);
		share_tile(sum_of(report, "incoming", "tls"), messages, "of them over TLS", out);
		tile("", sum_of(report, "incoming", "refused"), "refused, deferred or held", out);
		tile("would", sum_of(report, "incoming", "would_refuse"), "more, had test mode enforced",
		     out);
	}
	if (sent > 0) {
		tile("", sent, "messages sent", out);
		share_tile(sum_of(report, "outgoing", "tls"), sent - unknown, "of them over TLS", out);
		tile(below == 0 ? "good" : "bad", below, "sent below what the policy asks", out);
		share_tile(sum_of(report, "outgoing", "post_quantum"),
			   sum_of(report, "outgoing", "key_exchange_known"), "post-quantum key exchange",
			   out);
	}
	(void)fputs("</div>\n", out);
	if (messages > 0 && !json_is_true(json_object_get(report, "passes_logged")))
		(void)fputs("<p class=\"warn\">The log has no mail that passed "
			    "(<code>daemon.log_accepted</code>): what is counted of mail that arrives was "
			    "refused, or would have been.</p>\n",
			    out);
}

static void cell(const char *class_name, long long number, FILE *out)
{
	(void)fprintf(out, "<td class=\"n%s\">", number > 0 ? class_name : "");
	html_count(number, out);
	(void)fputs("</td>", out);
}

static void share_cell(long long part, long long whole, FILE *out)
{
	(void)fputs("<td class=\"n\">", out);
	html_share(part, whole, out);
	(void)fputs("</td>", out);
}

static void incoming_cells(const json_t *domain, FILE *out)
{
	const json_t *would = json_object_get(domain, "would_refuse"), *of = json_object_get(would, "of");

	cell("", number_in(domain, "messages"), out);
	share_cell(number_in(domain, "tls"), number_in(domain, "messages"), out);
	cell(" alarm", number_in(domain, "refused"), out);
	(void)fprintf(out, "<td class=\"n%s\">", number_in(would, "messages") > 0 ? " hint" : "");
	html_count(number_in(would, "messages"), out);
	if (json_is_integer(of) && number_in(would, "messages") > 0) {
		(void)fputs(" of ", out);
		html_count(number_in(would, "of"), out);
	}
	(void)fputs("</td>", out);
}

static void outgoing_cells(const json_t *domain, FILE *out)
{
	cell("", number_in(domain, "messages"), out);
	share_cell(number_in(domain, "tls"), number_in(domain, "messages") - number_in(domain, "unknown"),
		   out);
	cell(" alarm", number_in(domain, "below_policy"), out);
	cell("", number_in(domain, "downgrades"), out);
	share_cell(number_in(domain, "post_quantum"), number_in(domain, "key_exchange_known"), out);
	cell("", number_in(domain, "not_sent"), out);
}

static void replayed_cells(const json_t *domain, FILE *out)
{
	cell("", number_in(domain, "messages"), out);
	cell(" alarm", number_in(domain, "refused"), out);
	cell(" hint", number_in(json_object_get(domain, "would_refuse"), "messages"), out);
}

struct section {
	const char *key;
	const char *title;
	const char *titles; /* of the columns behind connector and domain */
	void (*cells)(const json_t *domain, FILE *out);
};

static const struct section sections[] = {
	{"incoming", "Mail that arrives",
	 "<th class=\"n\">Messages</th><th class=\"n\">TLS</th><th class=\"n\">Refused</th>"
	 "<th class=\"n\">Would be refused</th>",
	 incoming_cells},
	{"outgoing", "Mail that leaves",
	 "<th class=\"n\">Sent</th><th class=\"n\">TLS</th><th class=\"n\">Below policy</th>"
	 "<th class=\"n\">Downgrades</th><th class=\"n\">Post-quantum</th><th class=\"n\">Not sent</th>",
	 outgoing_cells},
	{"replayed", "Mail that arrived, by the policy",
	 "<th class=\"n\">Messages</th><th class=\"n\">Refused</th><th class=\"n\">Would be refused</th>",
	 replayed_cells},
};

static void print_row(const struct section *section, const json_t *connector, const json_t *domain, FILE *out)
{
	(void)fputs("<tr><td>", out);
	html_text(text_in(connector, "connector", "-"), out);
	(void)fputs("</td><td>", out);
	html_text(text_in(domain, "domain", "-"), out);
	(void)fputs("</td>", out);
	section->cells(domain, out);
	(void)fputs("</tr>\n", out);
}

/* Calls print for each domain that is shown; returns how many are not. */
typedef void print_domain(const struct section *section, const json_t *connector, const json_t *domain,
			  FILE *out);

static size_t each_domain(const struct section *section, const json_t *connectors, print_domain *print,
			  FILE *out)
{
	const json_t *connector, *domain;
	size_t i, j, count = 0;

	json_array_foreach(connectors, i, connector) json_array_foreach(
		json_object_get(connector, "domains"), j, domain) if (count++ < DOMAINS_SHOWN)
		print(section, connector, domain, out);
	return count > DOMAINS_SHOWN ? count - DOMAINS_SHOWN : 0;
}

static void html_print_table(const struct section *section, const json_t *connectors, FILE *out)
{
	size_t more;

	(void)fprintf(out,
		      "<div class=\"scroll\"><table>\n<thead><tr><th>Connector</th><th>Domain</th>%s</tr>"
		      "</thead>\n<tbody>\n",
		      section->titles);
	more = each_domain(section, connectors, print_row, out);
	(void)fputs("</tbody></table></div>\n", out);
	if (more > 0)
		(void)fprintf(out, "<p class=\"soft\">and %zu more domains</p>\n", more);
}

/* What is listed of a domain, in this order. */
static const struct {
	const char *key;
	const char *title;
} lists[] = {
	{"versions", "Versions"},           {"reasons", "Refused for"},
	{"refused_hosts", "Refused from"},  {"certificates", "Certificates"},
	{"fingerprints", "Fingerprints"},   {"levels", "Levels"},
	{"key_exchanges", "Key exchanges"}, {"below", "Below the policy"},
};

static void html_print_list(const char *title, const json_t *list, FILE *out)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	(void)fprintf(out, "<h4>%s</h4><ul>\n", title);
	json_array_foreach(list, i, item)
	{
		const char *first = text_in(item, "first", "-"), *last = text_in(item, "last", "-");

		(void)fputs("<li><code>", out);
		html_text(html_value(item), out);
		(void)fputs("</code> ", out);
		html_count(number_in(item, "messages"), out);
		if (first[0] != '-')
			(void)fprintf(out, " <span class=\"soft\">%.10s to %.10s</span>", first, last);
		(void)fputs("</li>\n", out);
	}
	(void)fputs("</ul>\n", out);
}

static void html_print_details(const struct section *section, const json_t *connector, const json_t *domain,
			       FILE *out)
{
	const json_t *would = json_object_get(domain, "would_refuse");

	(void)section;
	(void)fputs("<details><summary>", out);
	html_text(text_in(domain, "domain", "-"), out);
	(void)fputs(" <span class=\"soft\">", out);
	html_text(text_in(connector, "connector", "-"), out);
	(void)fputs("</span></summary>\n", out);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		html_print_list(lists[i].title, json_object_get(domain, lists[i].key), out);
	html_print_list("Would have been refused for", json_object_get(would, "reasons"), out);
	html_print_list("Would have been refused from", json_object_get(would, "hosts"), out);
	(void)fputs("</details>\n", out);
}

/* A list of the report's, of all connectors together. The caller owns it. */
static json_t *together(const json_t *connectors, const char *key, bool would)
{
	struct tally tally = {0};
	size_t plenty = SIZE_MAX, i, j;
	const json_t *connector, *item;
	json_t *list = json_array();

	json_array_foreach(connectors, i, connector)
	{
		const json_t *from = would ? json_object_get(connector, "would_refuse") : connector;

		json_array_foreach(json_object_get(from, key), j, item)
			tally_add(&tally, html_value(item), (unsigned long long)number_in(item, "messages"),
				  0, ITEMS_MAX, &plenty);
	}
	tally_sort(&tally);
	for (i = 0; i < tally.count; i++)
		(void)json_array_append_new(list, json_pack("{s:o, s:I}", "value",
							    report_json_text(tally.entries[i].text),
							    "messages", (json_int_t)tally.entries[i].count));
	tally_fini(&tally);
	return list;
}

static void chart(const char *title, const char *class_name, const json_t *connectors, const char *key,
		  bool would, FILE *out)
{
	json_t *list = together(connectors, key, would);

	html_chart_items(title, class_name, list, out);
	json_decref(list);
}

static void print_charts(const json_t *report, const char *key, FILE *out)
{
	const json_t *connectors = json_object_get(report, key), *days = json_object_get(report, "days");

	if (strcmp(key, "incoming") == 0) {
		html_chart_days(days, "Messages by day", "messages", "tls", "refused", out);
		html_chart_versions(connectors, out);
		chart("Refused, by reason", "bad", connectors, "reasons", false, out);
		chart("Would have been refused, by reason", "would", connectors, "reasons", true, out);
	} else if (strcmp(key, "outgoing") == 0) {
		html_chart_days(days, "Sent by day", "sent", "sent_tls", "below_policy", out);
		html_chart_versions(connectors, out);
		chart("Key exchange", "fine", connectors, "key_exchanges", false, out);
	} else {
		chart("Refused by the policy, by reason", "bad", connectors, "reasons", false, out);
	}
}

void report_html(const json_t *report, FILE *out)
{
	html_print_head(report, out);
	print_tiles(report, out);
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const struct section *section = &sections[i];
		const json_t *connectors = json_object_get(report, section->key);

		if (json_array_size(connectors) == 0)
			continue;
		(void)fprintf(out, "<h2>%s</h2>\n", section->title);
		print_charts(report, section->key, out);
		(void)fputs("<h3>By connector and domain</h3>\n", out);
		html_print_table(section, connectors, out);
		(void)fputs("<h3>What stands behind it</h3>\n", out);
		(void)each_domain(section, connectors, html_print_details, out);
	}
	(void)fputs("<footer>Made by forcedtls report. Times are in UTC; a message is a recipient.</footer>\n"
		    "</body>\n</html>\n",
		    out);
}
