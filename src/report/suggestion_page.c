/* SPDX-License-Identifier: MIT */
/*
 * The words of a suggestion. What peers chose stands in double quotes, or in
 * comments with all but printable ASCII escaped.
 */
#include "report/suggestion_page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"
#include "util/date.h"

/* Hosts that a line names. */
#define HOSTS_SHOWN ((size_t)10)

void suggestion_print_line(const struct page *page, const char *format, ...)
{
	va_list ap;

	if (page->commented)
		(void)fputs("# ", page->out);
	va_start(ap, format);
	(void)vfprintf(page->out, format, ap);
	va_end(ap);
	(void)fputc('\n', page->out);
}

bool suggestion_can_quote(const char *text)
{
	char *shown = utf8_printable(text);
	bool same = strcmp(shown, text) == 0;

	free(shown);
	return same;
}

char *suggestion_quote(const char *text, size_t length)
{
	struct strbuf out = {0};

	strbuf_putc(&out, '"');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			strbuf_putc(&out, '\\');
		strbuf_putc(&out, text[i]);
	}
	strbuf_putc(&out, '"');
	return strbuf_take(&out);
}

/* For a comment, which any kind of line end would end; the caller frees it. */
static char *ascii(const char *text)
{
	struct strbuf out = {0};

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			strbuf_putc(&out, *text);
		else
			strbuf_printf(&out, "\\x%02X", c);
	}
	return strbuf_take(&out);
}

static void print_day(time_t when, struct strbuf *out)
{
	char text[DATE_TEXT_SIZE];

	strbuf_puts(out, when != 0 ? date_print(date_from_time(when), text) : "-");
}

/* "m[192.0.2.1] 12, n[192.0.2.2] 3, others 2"; sorts hosts. */
static void print_hosts(struct tally *hosts, struct strbuf *out)
{
	unsigned long long others = hosts->others;

	tally_sort(hosts);
	for (size_t i = 0; i < hosts->count; i++) {
		char *host;

		if (i >= HOSTS_SHOWN) {
			others += hosts->entries[i].count;
			continue;
		}
		host = ascii(hosts->entries[i].text);
		strbuf_printf(out, "%s%s %llu", i > 0 ? ", " : "", host, hosts->entries[i].count);
		free(host);
	}
	if (others > 0)
		strbuf_printf(out, ", others %llu", others);
}

unsigned long long suggestion_describe(const struct session_kind *kinds, session_test *test,
				       const void *context, struct strbuf *out)
{
	struct tally hosts = {0}, all = {0};
	unsigned long long count;

	for (const struct session_kind *at = kinds; at != NULL; at = at->hh.next)
		if (test(at, context)) {
			session_kind_tally(at, at->traits.host, &hosts);
			session_kind_tally(at, "", &all);
		}
	count = all.count > 0 ? all.entries[0].count : 0;
	if (count > 0) {
		strbuf_printf(out, "%llu session%s, ", count, count == 1 ? "" : "s");
		print_day(all.entries[0].first, out);
		strbuf_puts(out, " to ");
		print_day(all.entries[0].last, out);
		strbuf_puts(out, ", from ");
		print_hosts(&hosts, out);
	}
	tally_fini(&hosts);
	tally_fini(&all);
	return count;
}
