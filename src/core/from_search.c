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
		} else if (domain_normalise_name(text, length, label) == DOMAIN_OK) {
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

/* How much of what stands within a domain is left out. */
enum spelling {
	SPELLING_SQUEEZED, /* comments, quotes, backslashes, white space beside a dot or an "@" */
	SPELLING_JOINED, /* comments, backslashes and all white space: words side by side are one to some */
	SPELLING_JOINED_TO_THE_NEXT, /* blanks and backslashes, and the rest is an end to them */
	SPELLING_COUNT,
};

/* What squeeze has written, and where in it the comments begin that are open. */
struct squeezed {
	enum spelling spelling;
	struct strbuf out;
	size_t *opened;
	size_t opened_count;
	size_t opened_capacity;
};

static bool takes_no_space(char c)
{
	return c == '.' || c == '@';
}

static void squeeze_space(struct squeezed *squeezed, char c)
{
	struct strbuf *out = &squeezed->out;
	char last = out->length > 0 ? out->text[out->length - 1] : ' ';

	if (squeezed->spelling == SPELLING_JOINED_TO_THE_NEXT
		    ? c == '\r' || c == '\n'
		    : squeezed->spelling == SPELLING_SQUEEZED && last != ' ' && !takes_no_space(last))
		strbuf_putc(out, ' ');
}

static void open_comment(struct squeezed *squeezed)
{
	squeezed->opened = vector_grow(squeezed->opened, squeezed->opened_count, &squeezed->opened_capacity,
				       sizeof *squeezed->opened);
	squeezed->opened[squeezed->opened_count++] = squeezed->out.length;
	strbuf_putc(&squeezed->out, '(');
}

static void squeeze_byte(struct squeezed *squeezed, char c)
{
	struct strbuf *out = &squeezed->out;
	bool comments = squeezed->spelling != SPELLING_JOINED_TO_THE_NEXT;

	if (c == '\\' || (c == '"' && squeezed->spelling == SPELLING_SQUEEZED))
		return;
	if (strchr(" \t\r\n", c) != NULL) {
		squeeze_space(squeezed, c);
	} else if (c == '(' && comments) {
		open_comment(squeezed);
	} else if (c == ')' && comments && squeezed->opened_count > 0) {
		strbuf_cut(out, squeezed->opened[--squeezed->opened_count]);
	} else {
		if (takes_no_space(c) && squeezed->spelling == SPELLING_SQUEEZED && out->length > 0 &&
		    out->text[out->length - 1] == ' ')
			strbuf_cut(out, out->length - 1);
		strbuf_putc(out, c);
	}
}

/* The caller frees it. */
static char *squeeze(const char *text, enum spelling spelling)
{
	struct squeezed squeezed = {.spelling = spelling};

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

/* In each way in which it may be spelled. */
static void search_spellings(struct search *search, const char *text)
{
	search->certain = search->certain && !has_control(text);
	search_text(search, text);
	for (enum spelling spelling = 0; spelling < SPELLING_COUNT; spelling++) {
		char *squeezed = squeeze(text, spelling);

		if (strcmp(text, squeezed) != 0)
			search_text(search, squeezed);
		free(squeezed);
	}
}

bool from_search(const char *text, from_search_visit *visit, void *context)
{
	struct search search = {.visit = visit, .context = context};
	/* Beside what else stands there, an encoded word is one word with it, or one by itself. */
	char *decoded = encoded_words_decode(text, "", &search.certain);
	char *apart = encoded_words_decode(text, " ", &search.certain);

	search_spellings(&search, text);
	if (strcmp(text, decoded) != 0) {
		search_spellings(&search, decoded);
		search_spellings(&search, apart);
	}
	free(decoded);
	free(apart);
	return search.certain;
}
