/* SPDX-License-Identifier: MIT */
/*
 * Domains in text that nobody can read. Finds too many rather than too few,
 * and knows nothing of addresses.
 */
#include "mail/from_search.h"

#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "mail/encoded_word.h"
#include "mail/from_pieces.h"
#include "util/memory.h"
#include "util/utf8.h"

struct search {
	from_search_visit *visit;
	void *context;
	bool certain; /* nothing was seen that may stand for any domain */
	size_t *room;
};

/* What it costs to look a domain up, and to ask IDNA about it, in bytes that are looked at. */
#define COST_OF_LOOKUP 32
#define COST_OF_CONVERSION 128

bool from_search_spend(size_t *room_io, const char *domain, size_t length)
{
	bool converted = !utf8_are_ascii(domain, length) || memmem(domain, length, "--", 2) != NULL;
	size_t cost = COST_OF_LOOKUP + length + (converted ? COST_OF_CONVERSION : 0);

	if (cost > *room_io) {
		*room_io = 0;
		return false;
	}
	*room_io -= cost;
	return true;
}

static void visit_domain(struct search *search, const char *text, size_t length)
{
	char domain[DOMAIN_SIZE], shown[DOMAIN_SIZE];

	if (length == 0 || length >= DOMAIN_SIZE)
		return;
	if (!from_search_spend(search->room, text, length)) {
		search->certain = false;
		return;
	}
	if (domain_normalise(text, length, domain) != DOMAIN_OK)
		return;
	search->visit(search->context, domain);
	if (domain_as_shown(domain, shown) != DOMAIN_OK)
		search->certain = false;
	else if (strcmp(domain, shown) != 0)
		search->visit(search->context, shown);
}

/* A run of labels with one dot between them, in ASCII. To some a hyphen at its end is not part of it. */
static void visit_run(struct search *search, const char *run, size_t length)
{
	size_t trimmed = length;

	visit_domain(search, run, length);
	while (trimmed > 0 && strchr("-.", run[trimmed - 1]) != NULL)
		trimmed--;
	if (trimmed < length)
		visit_domain(search, run, trimmed);
}

/* Runs end at an empty label: "contoso.com.." has contoso.com in it. */
static void visit_runs(struct search *search, const char *text)
{
	while (*text != '\0') {
		size_t length = 0;

		while ((from_pieces_is_label_byte(text[length]) && (unsigned char)text[length] < 0x80) ||
		       (length > 0 && text[length] == '.' && text[length - 1] != '.'))
			length++;
		if (length > 0)
			visit_run(search, text, text[length - 1] == '.' ? length - 1 : length);
		text += length > 0 ? length : 1;
	}
}

/*
 * text with each label beyond ASCII converted by itself, and a blank for what
 * is no label. IDNA knows more dots than one (RFC 3490, 3.1), so a conversion
 * may give more labels than one. The caller frees it.
 */
static char *convert_labels(struct search *search, const char *text)
{
	struct strbuf out = {0};
	bool behind_at = false;

	strbuf_puts(&out, "");
	while (*text != '\0') {
		size_t length = 0;
		char label[DOMAIN_SIZE];

		while (from_pieces_is_label_byte(text[length]))
			length++;
		if (length == 0) {
			behind_at = *text == '@' || (behind_at && *text == '.');
			strbuf_putc(&out, *text);
		} else if (utf8_are_ascii(text, length)) {
			strbuf_add(&out, text, length);
		} else if (from_search_spend(search->room, text, length) &&
			   domain_normalise_name(text, length, label) == DOMAIN_OK) {
			strbuf_puts(&out, label);
		} else {
			search->certain = search->certain && !behind_at && *search->room > 0;
			strbuf_putc(&out, ' ');
		}
		text += length > 0 ? length : 1;
	}
	return strbuf_take(&out);
}

static void search_text(struct search *search, const char *text)
{
	char *converted;

	visit_runs(search, text);
	if (utf8_is_ascii(text))
		return;
	converted = convert_labels(search, text);
	visit_runs(search, converted);
	free(converted);
}

/* from_pieces_found */
static void search_domain(void *context, const char *domain, bool behind_at)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%s", behind_at ? "@" : "", domain);
	search_text(context, strbuf_text(&text));
	strbuf_fini(&text);
}

/* An address literal, or what may be one behind comments: of them programs make what they like. */
static bool has_literal(const char *text)
{
	const char *last = strrchr(text, '[');

	/* What is passed over has no "[" in it. */
	for (text = strchr(text, '@'); text != NULL && text < last; text = strchr(text + 1, '@')) {
		text += strspn(text + 1, " \t\r\n\"\\<>)");
		if (text[1] == '[' || text[1] == '(')
			return true;
	}
	return false;
}

/* An encoded word in an address, whole or not: some programs lose their way there. */
static bool has_encoded_address(const char *text)
{
	for (text = strstr(text, "=?"); text != NULL; text = strstr(text, "=?")) {
		text += strcspn(text, "@<");
		if (*text == '@')
			return true;
	}
	return false;
}

/* A line end within a field is folding; without its line feed it is anything. */
static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < 0x20 && strchr("\t\r\n", *text) == NULL) || *text == 0x7f ||
		    (*text == '\r' && text[1] != '\n'))
			return true;
	return false;
}

/* An "@" that some program turns into one: full-width, small. The caller frees it. */
static char *with_plain_at(const char *text)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "");
	while (*text != '\0') {
		bool other = strncmp(text, "\xef\xbc\xa0", 3) == 0 || strncmp(text, "\xef\xb9\xab", 3) == 0;

		strbuf_putc(&out, (char)(other ? '@' : *text));
		text += other ? 3 : 1;
	}
	return strbuf_take(&out);
}

/* As it stands, and without what may stand within a domain. */
static void search_whole(struct search *search, const char *text)
{
	char *plain = with_plain_at(text);

	search->certain =
		search->certain && !has_control(plain) && !has_literal(plain) && !has_encoded_address(plain);
	search_text(search, plain);
	if (!from_pieces_join(plain, search->room, search_domain, search))
		search->certain = false;
	free(plain);
}

bool from_search(const char *text, size_t *room_io, from_search_visit *visit, void *context)
{
	struct search search = {.visit = visit, .context = context, .room = room_io};
	bool whole = encoded_words_are_whole(text);
	/* Beside what else stands there, an encoded word is one word with it, or one by itself. */
	char *decoded = encoded_words_decode(text, "", &search.certain);
	char *apart = encoded_words_decode(text, " ", &search.certain);

	search_whole(&search, text);
	if (strcmp(text, decoded) != 0) {
		search_whole(&search, decoded);
		search_whole(&search, apart);
	}
	free(decoded);
	free(apart);
	return search.certain && whole;
}
