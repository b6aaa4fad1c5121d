/* SPDX-License-Identifier: MIT */
/*
 * Domains in text that nobody can read. Finds too many rather than too few,
 * and knows nothing of addresses.
 */
#include "core/from_search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/domain.h"
#include "core/encoded_word.h"
#include "core/memory.h"

struct search {
	from_search_visit *visit;
	void *context;
	bool certain; /* nothing was seen that may stand for any domain */
};

static bool is_label_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* A run of labels with one dot between them, in ASCII: it and its parents. */
static void visit_run(const struct search *search, const char *run, size_t length)
{
	while (length > 0) {
		const char *dot = memchr(run, '.', length);
		size_t skipped = dot != NULL ? (size_t)(dot - run) + 1 : length;
		char domain[DOMAIN_SIZE];

		if (length < DOMAIN_SIZE && domain_normalise(run, length, domain) == DOMAIN_OK)
			search->visit(search->context, domain);
		run += skipped;
		length -= skipped;
	}
}

/* Runs end at an empty label: "contoso.com.." has contoso.com in it. */
static void visit_runs(const struct search *search, const char *text)
{
	while (*text != '\0') {
		size_t length = 0;

		while ((is_label_byte(text[length]) && (unsigned char)text[length] < 0x80) ||
		       (length > 0 && text[length] == '.' && text[length - 1] != '.'))
			length++;
		visit_run(search, text, length > 0 && text[length - 1] == '.' ? length - 1 : length);
		text += length > 0 ? length : 1;
	}
}

static bool is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
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

		while (is_label_byte(text[length]))
			length++;
		if (length == 0) {
			behind_at = *text == '@' || (behind_at && *text == '.');
			strbuf_putc(&out, *text);
		} else if (is_ascii(text, length)) {
			strbuf_add(&out, text, length);
		} else if (domain_normalise(text, length, label) == DOMAIN_OK) {
			strbuf_puts(&out, label);
		} else {
			search->certain = search->certain && !behind_at;
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
	if (is_ascii(text, strlen(text)))
		return;
	converted = convert_labels(search, text);
	visit_runs(search, converted);
	free(converted);
}

/* What squeeze has written, and where in it the comments begin that are open. */
struct squeezed {
	struct strbuf out;
	size_t *opened;
	size_t opened_count;
	size_t opened_capacity;
};

static bool takes_no_space(char c)
{
	return c == '.' || c == '@';
}

static void squeeze_byte(struct squeezed *squeezed, char c)
{
	struct strbuf *out = &squeezed->out;
	char last = out->length > 0 ? out->text[out->length - 1] : ' ';

	if (strchr("\"\\", c) != NULL)
		return;
	if (strchr(" \t\r\n", c) != NULL) {
		if (last != ' ' && !takes_no_space(last))
			strbuf_putc(out, ' ');
		return;
	}
	if (c == ')' && squeezed->opened_count > 0) {
		strbuf_cut(out, squeezed->opened[--squeezed->opened_count]);
		return;
	}
	if (takes_no_space(c) && last == ' ' && out->length > 0)
		strbuf_cut(out, out->length - 1);
	if (c == '(') {
		squeezed->opened = vector_grow(squeezed->opened, squeezed->opened_count,
					       &squeezed->opened_capacity, sizeof *squeezed->opened);
		squeezed->opened[squeezed->opened_count++] = out->length;
	}
	strbuf_putc(out, c);
}

/* text without comments, quotes, backslashes, and white space beside a dot or an "@". The caller frees it. */
static char *squeeze(const char *text)
{
	struct squeezed squeezed = {0};

	strbuf_puts(&squeezed.out, "");
	for (; *text != '\0'; text++)
		squeeze_byte(&squeezed, *text);
	free(squeezed.opened);
	return strbuf_take(&squeezed.out);
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < 0x20 && strchr("\t\r\n", *text) == NULL) || *text == 0x7f)
			return true;
	return false;
}

static void search_both_ways(struct search *search, const char *text)
{
	char *squeezed = squeeze(text);

	search->certain = search->certain && !has_control(text);
	search_text(search, text);
	if (strcmp(text, squeezed) != 0)
		search_text(search, squeezed);
	free(squeezed);
}

bool from_search(const char *text, from_search_visit *visit, void *context)
{
	struct search search = {.visit = visit, .context = context, .certain = true};
	bool ascii_based;
	char *decoded = encoded_words_decode(text, &ascii_based);

	search.certain = ascii_based;
	search_both_ways(&search, text);
	if (strcmp(text, decoded) != 0)
		search_both_ways(&search, decoded);
	free(decoded);
	return search.certain;
}
