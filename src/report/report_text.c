/* SPDX-License-Identifier: MIT */
/*
 * The report for the eye: its JSON in columns, and what stands behind the
 * numbers. Adds nothing to it.
 */
#include "report/report_text.h"

#include <stdlib.h>

#include "report/text_table.h"
#include "util/json_text.h"
#include "util/memory.h"
#include "util/utf8.h"

/* Domains of one connector, and items of one list, that are shown; --json has all. */
#define DOMAINS_SHOWN ((size_t)50)
#define ITEMS_SHOWN ((size_t)10)

/* Of the columns. */
#define WIDTH_MAX ((size_t)48)

static const char *report_text_value(const json_t *item)
{
	const char *value = text_in(item, "value", "others");

	return value[0] != '\0' ? value : "\"\"";
}

/* All but all is not all. */
static void add_share(struct text_table *table, long long part, long long whole)
{
	long long percent = whole > 0 ? part * 100 / whole : 0;

	if (whole == 0)
		text_table_add(table, "-");
	else if (percent == 0 && part > 0)
		text_table_add(table, "<1%");
	else
		text_table_printf(table, "%lld%%", percent);
}

/* "TLSv1.3 1200, TLSv1.2 34" */
static void add_items(struct text_table *table, const json_t *list)
{
	struct strbuf out = {0};
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) strbuf_printf(&out, "%s%s %lld", i > 0 ? ", " : "",
							report_text_value(item), number_in(item, "messages"));
	text_table_add(table, out.length > 0 ? out.text : "-");
	strbuf_fini(&out);
}

static void add_would(struct text_table *table, const json_t *domain)
{
	const json_t *would = json_object_get(domain, "would_refuse"), *of = json_object_get(would, "of");

	if (number_in(would, "messages") == 0)
		text_table_add(table, "-");
	else if (json_is_integer(of))
		text_table_printf(table, "%lld of %lld", number_in(would, "messages"),
				  number_in(would, "of"));
	else
		text_table_printf(table, "%lld", number_in(would, "messages"));
}

/* A direction: its titles, and how a domain becomes a row. */
struct section {
	const char *key;
	const char *title;
	size_t columns;
	const char *titles[TEXT_TABLE_COLUMNS_MAX];
	void (*add_row)(struct text_table *table, const json_t *domain);
};

static void add_incoming(struct text_table *table, const json_t *domain)
{
	text_table_printf(table, "%lld", number_in(domain, "messages"));
	add_share(table, number_in(domain, "tls"), number_in(domain, "messages"));
	text_table_printf(table, "%lld", number_in(domain, "refused"));
	add_would(table, domain);
	add_items(table, json_object_get(domain, "versions"));
}

static void add_replayed(struct text_table *table, const json_t *domain)
{
	text_table_printf(table, "%lld", number_in(domain, "messages"));
	text_table_printf(table, "%lld", number_in(domain, "refused"));
	add_would(table, domain);
}

static void add_outgoing(struct text_table *table, const json_t *domain)
{
	long long known = number_in(domain, "messages") - number_in(domain, "unknown");

	text_table_printf(table, "%lld", number_in(domain, "messages"));
	add_share(table, number_in(domain, "tls"), known);
	text_table_printf(table, "%lld", number_in(domain, "below_policy"));
	text_table_printf(table, "%lld", number_in(domain, "downgrades"));
	add_share(table, number_in(domain, "post_quantum"), number_in(domain, "key_exchange_known"));
	text_table_printf(table, "%lld", number_in(domain, "not_sent"));
	add_items(table, json_object_get(domain, "versions"));
}

static const struct section sections[] = {
	{"incoming",
	 "MAIL THAT ARRIVES",
	 7,
	 {"CONNECTOR", "DOMAIN", "MESSAGES", "TLS", "REFUSED", "WOULD BE REFUSED", "VERSIONS"},
	 add_incoming},
	{"outgoing",
	 "MAIL THAT LEAVES",
	 9,
	 {"CONNECTOR", "DOMAIN", "SENT", "TLS", "BELOW POLICY", "DOWNGRADES", "POST-QUANTUM", "NOT SENT",
	  "VERSIONS"},
	 add_outgoing},
	{"replayed",
	 "MAIL THAT ARRIVED, BY THE POLICY",
	 5,
	 {"CONNECTOR", "DOMAIN", "MESSAGES", "REFUSED", "WOULD BE REFUSED"},
	 add_replayed},
};

/* Whatever it is: fit for a terminal. */
static void print_shown(const char *text_to_show, FILE *out)
{
	char *shown = utf8_printable(text_to_show);

	(void)fputs(shown, out);
	free(shown);
}

static void print_table(const struct section *section, const json_t *connectors, FILE *out)
{
	struct text_table table = {.columns = section->columns, .width_max = WIDTH_MAX};
	const json_t *connector, *domain;
	size_t i, j;

	for (size_t column = 0; column < section->columns; column++)
		text_table_add(&table, section->titles[column]);
	json_array_foreach(connectors, i, connector)
	{
		const json_t *domains = json_object_get(connector, "domains");

		json_array_foreach(domains, j, domain)
		{
			if (j >= DOMAINS_SHOWN)
				break;
			text_table_add(&table, text_in(connector, "connector", "-"));
			text_table_add(&table, text_in(domain, "domain", "-"));
			section->add_row(&table, domain);
		}
	}
	(void)fprintf(out, "\n%s\n", section->title);
	text_table_print(&table, out);
	text_table_fini(&table);
	json_array_foreach(connectors, i, connector)
	{
		size_t count = json_array_size(json_object_get(connector, "domains"));

		if (count > DOMAINS_SHOWN) {
			print_shown(text_in(connector, "connector", "-"), out);
			(void)fprintf(out, ": %zu more domains\n", count - DOMAINS_SHOWN);
		}
	}
}

/* The day of a time, for the eye. */
static int day_length(const char *time)
{
	return time[0] == '-' ? 1 : 10;
}

/* "  title:" and an item a line, with its days. */
static void print_list(const char *title, const json_t *list, FILE *out)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	(void)fprintf(out, "  %s:\n", title);
	json_array_foreach(list, i, item)
	{
		const char *first = text_in(item, "first", "-"), *last = text_in(item, "last", "-");

		if (i >= ITEMS_SHOWN) {
			(void)fprintf(out, "    %zu more\n", json_array_size(list) - i);
			break;
		}
		(void)fputs("    ", out);
		print_shown(report_text_value(item), out);
		(void)fprintf(out, "  %lld", number_in(item, "messages"));
		if (first[0] != '-')
			(void)fprintf(out, "  (%.*s to %.*s)", day_length(first), first, day_length(last),
				      last);
		(void)fputc('\n', out);
	}
}

/* What is listed of a domain, in this order. */
static const struct {
	const char *key;
	const char *title;
} lists[] = {
	{"reasons", "refused for"},
	{"refused_hosts", "refused from"},
	{"certificates", "certificates"},
	{"fingerprints", "fingerprints"},
	{"levels", "levels"},
	{"key_exchanges", "key exchanges"},
	{"below", "below the policy"},
};

static void print_would(const json_t *would, FILE *out)
{
	if (number_in(would, "messages") == 0)
		return;
	if (json_is_integer(json_object_get(would, "of")))
		(void)fprintf(out, "  would have been refused: %lld of %lld\n", number_in(would, "messages"),
			      number_in(would, "of"));
	else
		(void)fprintf(out, "  would have been refused: %lld\n", number_in(would, "messages"));
	print_list("for these reasons", json_object_get(would, "reasons"), out);
	print_list("from these hosts", json_object_get(would, "hosts"), out);
}

static bool has_lists(const json_t *domain)
{
	size_t items = 0;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		items += json_array_size(json_object_get(domain, lists[i].key));
	return items > 0 || number_in(json_object_get(domain, "would_refuse"), "messages") > 0;
}

static void print_details(const json_t *connectors, FILE *out)
{
	const json_t *connector, *domain;
	size_t i, j;

	json_array_foreach(connectors, i, connector)
	{
		const json_t *domains = json_object_get(connector, "domains");

		json_array_foreach(domains, j, domain)
		{
			if (j >= DOMAINS_SHOWN)
				break;
			if (!has_lists(domain))
				continue;
			(void)fputc('\n', out);
			print_shown(text_in(connector, "connector", "-"), out);
			(void)fputs(", ", out);
			print_shown(text_in(domain, "domain", "-"), out);
			(void)fputc('\n', out);
			print_would(json_object_get(domain, "would_refuse"), out);
			for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
				print_list(lists[list].title, json_object_get(domain, lists[list].key), out);
		}
	}
}

static void print_head(const json_t *report, FILE *out)
{
	const json_t *period = json_object_get(report, "period"), *lines = json_object_get(report, "lines");
	const json_t *incoming = json_object_get(report, "incoming");

	(void)fprintf(out, "%s to %s: %lld verdicts and %lld deliveries of %zu hosts, in %lld lines\n",
		      text_in(period, "first", "-"), text_in(period, "last", "-"),
		      number_in(lines, "verdicts"), number_in(lines, "deliveries"),
		      json_array_size(json_object_get(report, "hosts")), number_in(lines, "read"));
	if (number_in(lines, "unreadable") + number_in(lines, "cut") > 0)
		(void)fprintf(out, "%lld lines have a form that is not known, %lld are too long\n",
			      number_in(lines, "unreadable"), number_in(lines, "cut"));
	if (json_array_size(incoming) > 0 && !json_is_true(json_object_get(report, "passes_logged")))
		(void)fputs("The log has no mail that passed (daemon.log_accepted): what is counted of mail "
			    "that arrives was refused, or would have been\n",
			    out);
}

static void print_below(const json_t *outgoing, FILE *out)
{
	const json_t *connector;
	long long below = 0;
	bool asked = false;
	size_t i;

	json_array_foreach(outgoing, i, connector)
	{
		below += number_in(connector, "below_policy");
		asked = asked || json_is_string(json_object_get(connector, "connector"));
	}
	if (asked)
		(void)fprintf(out, "\nSent below what the policy asks: %lld\n", below);
}

void report_text(const json_t *report, FILE *out)
{
	print_head(report, out);
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const json_t *connectors = json_object_get(report, sections[i].key);

		if (json_array_size(connectors) == 0)
			continue;
		print_table(&sections[i], connectors, out);
		print_details(connectors, out);
	}
	print_below(json_object_get(report, "outgoing"), out);
}
