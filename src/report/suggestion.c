/* SPDX-License-Identifier: MIT */
/*
 * One suggested connector as YAML. What peers chose stands in double quotes,
 * or in comments with all but printable ASCII escaped.
 */
#include "report/suggestion.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/utf8.h"

/* A connector's name has 64 bytes at most. */
#define NAME_DOMAIN_MAX ((size_t)48)

/* Before a comment among the demands. */
#define REMARK "      # "

/* Where the lines go, and whether they are comments. */
struct page {
	FILE *out;
	bool commented;
};

static void print(const struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void print(const struct page *page, const char *format, ...)
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

/* In double quotes; the caller frees it. */
static char *quote(const char *text, size_t length)
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

static unsigned long long sum(const struct tally *tally)
{
	unsigned long long total = tally->others;

	for (size_t i = 0; i < tally->count; i++)
		total += tally->entries[i].count;
	return total;
}

/* "WHAT would have refused 2 of 120: old.contoso.com[192.0.2.26] 2" behind lead. */
static void print_refused(const struct page *page, const char *lead, const char *what, struct tally *hosts,
			  unsigned long long of)
{
	struct strbuf list = {0};

	if (sum(hosts) == 0)
		return;
	tally_sort(hosts);
	for (size_t i = 0; i < hosts->count && i < 5; i++) {
		char *host = ascii(hosts->entries[i].text);

		strbuf_printf(&list, "%s%s %llu", i > 0 ? ", " : "", host, hosts->entries[i].count);
		free(host);
	}
	if (hosts->count > 5 || hosts->others > 0)
		strbuf_puts(&list, ", ...");
	print(page, "%s%s would have refused %llu of %llu: %s", lead, what, sum(hosts), of,
	      list.length > 0 ? list.text : "-");
	strbuf_fini(&list);
}

/* "from-contoso.com"; what a name cannot have becomes "-". */
static void print_name(const struct page *page, const char *domain, size_t number)
{
	struct strbuf name = {0};

	for (size_t i = 0; i < NAME_DOMAIN_MAX && domain[i] != '\0'; i++)
		strbuf_putc(&name,
			    (char)(isalnum((unsigned char)domain[i]) || strchr(".-_", domain[i]) != NULL
					   ? domain[i]
					   : '-'));
	if (strlen(domain) > NAME_DOMAIN_MAX || strpbrk(domain, "[:]") != NULL)
		strbuf_printf(&name, "-%zu", number);
	print(page, "  - name: from-%s", name.text);
	strbuf_fini(&name);
}

/* All of them are in the list. */
static bool is_whole(const struct tally *tally)
{
	return tally->count > 0 && tally->others == 0;
}

static void print_names(const struct page *page, const struct tally *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *text = names->entries[i].text;
		size_t length = strcspn(text, "\n");
		char *subject = quote(text, length);

		print(page, "        - subject: %s", subject);
		free(subject);
		if (text[length] == '\n') {
			char *issuer = quote(text + length + 1, strlen(text + length + 1));

			print(page, "          issuer: %s", issuer);
			free(issuer);
		}
	}
}

static void print_certificate(const struct page *page, struct suggestion *suggestion)
{
	if (suggestion->with_pin == suggestion->usable && is_whole(&suggestion->pins)) {
		tally_sort(&suggestion->pins);
		print(page, "      certificate:");
		for (size_t i = 0; i < suggestion->pins.count; i++)
			print(page, "        - fingerprint: %s", suggestion->pins.entries[i].text);
	} else if (suggestion->with_name == suggestion->usable && is_whole(&suggestion->names)) {
		tally_sort(&suggestion->names);
		print(page, "      certificate:");
		print_names(page, &suggestion->names);
	} else if (suggestion->verified == suggestion->usable) {
		print(page, "      certificate: any");
	} else {
		print_refused(page, REMARK, "a certificate", &suggestion->without_certificate,
			      suggestion->sessions);
	}
}

static void print_clients(const struct page *page, struct suggestion *suggestion)
{
	struct strbuf list = {0};

	if (!is_whole(&suggestion->clients))
		return;
	tally_sort(&suggestion->clients);
	for (size_t i = 0; i < suggestion->clients.count; i++)
		strbuf_printf(&list, "%s\"%s\"", i > 0 ? ", " : "", suggestion->clients.entries[i].text);
	print(page, "      allowed_clients: [%s]", list.text);
	strbuf_fini(&list);
}

static void print_require(const struct page *page, struct suggestion *suggestion)
{
	print(page, "    require:");
	print(page, "      min_version: %s", tls_version_name(suggestion->version));
	if (suggestion->version < TLS_VERSION_1_3)
		print_refused(page, REMARK, "TLSv1.3", &suggestion->below_1_3, suggestion->sessions);
	if (suggestion->with_forward_secrecy == suggestion->usable)
		print(page, "      forward_secrecy: true");
	else
		print_refused(page, REMARK, "forward_secrecy", &suggestion->without_forward_secrecy,
			      suggestion->sessions);
	if (suggestion->bits > 0)
		print(page, "      min_cipher_bits: %d", suggestion->bits);
	print_certificate(page, suggestion);
	print_clients(page, suggestion);
}

static void print_day(time_t when, char text_r[11])
{
	struct tm tm;

	if (when == 0 || gmtime_r(&when, &tm) == NULL || strftime(text_r, 11, "%Y-%m-%d", &tm) == 0)
		memcpy(text_r, "-", 2);
}

void suggestion_print(struct suggestion *suggestion, size_t number, FILE *out)
{
	struct page page = {.out = out}, comment = {.out = out, .commented = true};
	char first[11], last[11];

	print_day(suggestion->first, first);
	print_day(suggestion->last, last);
	page.commented = suggestion->usable < suggestion->sessions;
	print(&comment, "%s, sessions: %llu, %s to %s", suggestion->domain, suggestion->sessions, first,
	      last);
	if (page.commented)
		print_refused(&comment, "", "any connector", &suggestion->unusable, suggestion->sessions);
	if (suggestion->usable == 0)
		return;
	print_name(&page, suggestion->domain, number);
	print(&page, "    senders: [\"%s\"]", suggestion->domain);
	print_require(&page, suggestion);
}

void suggestion_fini(struct suggestion *suggestion)
{
	tally_fini(&suggestion->pins);
	tally_fini(&suggestion->names);
	tally_fini(&suggestion->clients);
	tally_fini(&suggestion->unusable);
	tally_fini(&suggestion->below_1_3);
	tally_fini(&suggestion->without_forward_secrecy);
	tally_fini(&suggestion->without_certificate);
	free(suggestion->domain);
}
