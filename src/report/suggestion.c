/* SPDX-License-Identifier: MIT */
/*
 * One suggested connector as YAML.
 */
#include "report/suggestion.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/suggestion_page.h"
#include "util/memory.h"

/* A connector's name has 64 bytes at most. */
#define NAME_DOMAIN_MAX ((size_t)48)

/* Before a comment among the demands. */
#define REMARK "      # "

#define STRONG_BITS 256

static bool is_left_out(const struct session_kind *kind, const void *context)
{
	return kind->left_out == *(const enum left_out *)context;
}

static unsigned long long count_left_out(const struct suggestion *suggestion, enum left_out why)
{
	unsigned long long count = 0;

	for (const struct session_kind *at = suggestion->kinds; at != NULL; at = at->hh.next)
		count += at->left_out == why ? at->count : 0;
	return count;
}

static void print_left_out(const struct page *page, const struct suggestion *suggestion)
{
	static const char *const words[] = {
		[LEFT_OUT_REFUSED] = "refused, or would have been",
		[LEFT_OUT_PLAINTEXT] = "plaintext",
		[LEFT_OUT_VERSION] = "a version of few",
		[LEFT_OUT_BITS] = "a number of bits of few",
		[LEFT_OUT_FORWARD_SECRECY] = "without forward secrecy, as few",
		[LEFT_OUT_CERTIFICATE] = "a certificate of few, or none",
		[LEFT_OUT_CLIENT] = "a client of few sessions",
	};

	for (enum left_out why = LEFT_OUT_REFUSED; why < LEFT_OUT_COUNT; why++) {
		struct strbuf text = {0};

		if (suggestion_describe(suggestion->kinds, is_left_out, &why, &text) > 0)
			suggestion_print_line(page, "left out (%s): %s", words[why], text.text);
		strbuf_fini(&text);
	}
	if (suggestion->without_room > 0)
		suggestion_print_line(page, "left out (for want of room): %llu sessions",
				      suggestion->without_room);
}

/* "WHAT would have refused, of 120: 2 sessions, ..." of those that are not left out. False: none, and nothing is printed. */
static bool print_refused(const struct page *page, const struct suggestion *suggestion, const char *what,
			  session_test *test, const void *context)
{
	struct strbuf text = {0};

	bool some = suggestion_describe(suggestion->kinds, test, context, &text) > 0;

	if (some)
		suggestion_print_line(page, REMARK "%s would have refused, of %llu: %s", what,
				      suggestion->common.kept, text.text);
	strbuf_fini(&text);
	return some;
}

static bool is_below_1_3(const struct session_kind *kind, const void *context)
{
	(void)context;
	return kind->left_out == LEFT_OUT_NOT && kind->traits.version < TLS_VERSION_1_3;
}

static bool lacks_forward_secrecy(const struct session_kind *kind, const void *context)
{
	(void)context;
	return kind->left_out == LEFT_OUT_NOT && !kind->traits.forward_secrecy;
}

static bool has_fewer_bits(const struct session_kind *kind, const void *context)
{
	return kind->left_out == LEFT_OUT_NOT && kind->traits.bits < *(const int *)context;
}

static bool lacks_certificate(const struct session_kind *kind, const void *context)
{
	return kind->left_out == LEFT_OUT_NOT &&
	       certificate_form_text(*(const enum certificate_form *)context, &kind->traits) == NULL;
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
	suggestion_print_line(page, "  - name: from-%s", name.text);
	strbuf_fini(&name);
}

/* Sessions with an entry. */
struct wanted {
	trait_text *text;
	const char *value;
};

static bool has_entry(const struct session_kind *kind, const void *context)
{
	const struct wanted *wanted = context;
	const char *value = wanted->text(&kind->traits);

	return value != NULL && strcmp(value, wanted->value) == 0;
}

/* Some session that has it is not left out. */
static bool is_entry_kept(const struct suggestion *suggestion, const struct wanted *wanted)
{
	for (const struct session_kind *at = suggestion->kinds; at != NULL; at = at->hh.next)
		if (at->count > 0 && at->left_out == LEFT_OUT_NOT && has_entry(at, wanted))
			return true;
	return false;
}

/* One entry with who showed it behind it; as a comment where all of its sessions are left out. */
static void print_entry(const struct page *page, const struct suggestion *suggestion,
			const struct wanted *wanted, const char *key)
{
	const char *value = wanted->value;
	size_t length = strcspn(value, "\n");
	const char *mark = is_entry_kept(suggestion, wanted) ? "" : "# ";
	char *text = wanted->text == trait_pin ? xstrdup(value) : suggestion_quote(value, length);
	struct strbuf seen = {0};

	(void)suggestion_describe(suggestion->kinds, has_entry, wanted, &seen);
	suggestion_print_line(page, "        %s- %s%s # %s", mark, key, text, strbuf_text(&seen));
	if (value[length] == '\n') {
		char *issuer = suggestion_quote(value + length + 1, strlen(value + length + 1));

		suggestion_print_line(page, "        %s  issuer: %s", mark, issuer);
		free(issuer);
	}
	strbuf_fini(&seen);
	free(text);
}

/* Those that count, and a bounded number of those that do not. */
static void print_entries(const struct page *page, const struct suggestion *suggestion, trait_text *text,
			  const char *key)
{
	struct tally values = {0};
	size_t comments = 0;

	for (const struct session_kind *at = suggestion->kinds; at != NULL; at = at->hh.next)
		if (text(&at->traits) != NULL)
			session_kind_tally(at, text(&at->traits), &values);
	tally_sort(&values);
	for (size_t i = 0; i < values.count; i++) {
		struct wanted wanted = {.text = text, .value = values.entries[i].text};

		if (is_entry_kept(suggestion, &wanted) || comments++ < EXCEPTIONS_ENTRIES_MAX)
			print_entry(page, suggestion, &wanted, key);
	}
	tally_fini(&values);
}

static void print_certificate(const struct page *page, const struct suggestion *suggestion)
{
	static const char *const words[] = {
		[CERTIFICATE_FORM_PIN] = "a fingerprint",
		[CERTIFICATE_FORM_NAME] = "a verified name",
		[CERTIFICATE_FORM_ANY] = "a verified certificate",
	};
	static const char *const lists[] = {
		[CERTIFICATE_FORM_PIN] = "fingerprints",
		[CERTIFICATE_FORM_NAME] = "names",
		[CERTIFICATE_FORM_ANY] = "certificates",
	};
	enum certificate_form form = CERTIFICATE_FORM_PIN;

	for (; form < suggestion->common.certificate; form++)
		if (!print_refused(page, suggestion, words[form], lacks_certificate, &form))
			suggestion_print_line(page, REMARK "no list of %s: there were more than %zu",
					      lists[form], EXCEPTIONS_ENTRIES_MAX);
	switch (suggestion->common.certificate) {
	case CERTIFICATE_FORM_PIN:
		suggestion_print_line(page, "      certificate:");
		print_entries(page, suggestion, trait_pin, "fingerprint: ");
		break;
	case CERTIFICATE_FORM_NAME:
		suggestion_print_line(page, "      certificate:");
		print_entries(page, suggestion, trait_name, "subject: ");
		break;
	case CERTIFICATE_FORM_ANY:
		suggestion_print_line(page, "      certificate: any");
		break;
	case CERTIFICATE_FORM_NONE:
		break;
	}
}

static void print_require(const struct page *page, const struct suggestion *suggestion)
{
	const struct common *common = &suggestion->common;
	const int strong = STRONG_BITS;

	suggestion_print_line(page, "    require:");
	suggestion_print_line(page, "      min_version: %s", tls_version_name(common->version));
	(void)print_refused(page, suggestion, "TLSv1.3", is_below_1_3, NULL);
	if (common->forward_secrecy)
		suggestion_print_line(page, "      forward_secrecy: true");
	else
		(void)print_refused(page, suggestion, "forward_secrecy", lacks_forward_secrecy, NULL);
	if (common->bits > 0) /* a log may say more than any cipher has */
		suggestion_print_line(page, "      min_cipher_bits: %d",
				      common->bits < strong ? common->bits : strong);
	(void)print_refused(page, suggestion, "256 bits", has_fewer_bits, &strong);
	print_certificate(page, suggestion);
	if (common->lists_clients) {
		suggestion_print_line(page, "      allowed_clients:");
		print_entries(page, suggestion, trait_client, "");
	} else {
		suggestion_print_line(page, REMARK "no allowed_clients: there were more than %zu",
				      EXCEPTIONS_ENTRIES_MAX);
	}
}

void suggestion_find(struct suggestion *suggestion)
{
	exceptions_find(suggestion->kinds, &suggestion->common);
	suggestion->common.sessions += suggestion->without_room;
}

bool suggestion_is_connector(const struct suggestion *suggestion)
{
	return suggestion->common.kept > 0 &&
	       count_left_out(suggestion, LEFT_OUT_PLAINTEXT) <= suggestion->common.kept;
}

static bool is_any(const struct session_kind *kind, const void *context)
{
	(void)context;
	return kind->count > 0;
}

void suggestion_print(const struct suggestion *suggestion, size_t number, FILE *out)
{
	struct page page = {.out = out, .commented = !suggestion_is_connector(suggestion)};
	struct page comment = {.out = out, .commented = true};
	struct strbuf all = {0};

	(void)suggestion_describe(suggestion->kinds, is_any, NULL, &all);
	suggestion_print_line(&comment, "%s: %s", suggestion->domain, strbuf_text(&all));
	strbuf_fini(&all);
	print_left_out(&comment, suggestion);
	if (suggestion->common.kept == 0)
		return;
	print_name(&page, suggestion->domain, number);
	suggestion_print_line(&page, "    senders: [\"%s\"]", suggestion->domain);
	print_require(&page, suggestion);
}

void suggestion_fini(struct suggestion *suggestion)
{
	session_kinds_free(&suggestion->kinds);
	free(suggestion->domain);
}
