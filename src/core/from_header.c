/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a From: field. Cuts a field into mailboxes and leaves each
 * of them to address.c; knows nothing of connectors.
 */
#include "core/from_header.h"

#include <stdlib.h>
#include <string.h>

#include "core/domain.h"
#include "core/encoded_word.h"
#include "core/memory.h"

/* Where a walk through a field stands. */
struct cursor {
	const char *at;
	size_t comments; /* depth of "(" */
	bool quoted; /* within "..." */
	bool bracketed; /* within "<...>" */
	bool literal; /* within "[...]" */
};

static bool is_plain(const struct cursor *cursor)
{
	return cursor->comments == 0 && !cursor->quoted && !cursor->bracketed && !cursor->literal;
}

/* Takes note of *at and moves on, over a quoted pair at once. */
static void step(struct cursor *cursor)
{
	char c = *cursor->at++;

	if (c == '\\' && *cursor->at != '\0' && !cursor->literal)
		cursor->at++;
	else if (cursor->quoted)
		cursor->quoted = c != '"';
	else if (c == '(')
		cursor->comments++;
	else if (cursor->comments > 0)
		cursor->comments -= c == ')';
	else if (cursor->literal)
		cursor->literal = c != ']';
	else if (c == '"')
		cursor->quoted = true;
	else if (c == '[')
		cursor->literal = true;
	else if (c == '<' || c == '>')
		cursor->bracketed = c == '<';
}

/* True for white space and comments alone: a list may have empty elements (RFC 5322, 4.4). */
static bool is_blank(const char *text)
{
	struct cursor cursor = {.at = text};

	while (*cursor.at != '\0') {
		if (is_plain(&cursor) && strchr(" \t\r\n(", *cursor.at) == NULL)
			return false;
		step(&cursor);
	}
	return is_plain(&cursor);
}

/*
 * True when an "@" stands where only a phrase may: before "<", or, with
 * phrase, anywhere. Some mail programs would show it as the address.
 */
static bool has_stray_at(const char *text, bool phrase)
{
	struct cursor cursor = {.at = text};
	bool at = false, bracket = phrase;

	while (*cursor.at != '\0') {
		at = at || (is_plain(&cursor) && *cursor.at == '@');
		bracket = bracket || (is_plain(&cursor) && *cursor.at == '<');
		step(&cursor);
	}
	return at && bracket;
}

/* What a walk hands on to. */
struct reader {
	from_header_visit *visit;
	void *context;
	bool go_on;
	bool unreadable;
};

/* One element of the list: [from, to). */
static void read_element(struct reader *reader, const char *from, const char *to)
{
	char *text = xstrndup(from, (size_t)(to - from));
	struct address address;
	char *storage = NULL;

	if (!is_blank(text)) {
		/* Which of two "@" is meant, mail programs do not agree on. */
		if (!has_stray_at(text, false) && address_parse(text, &address, &storage) == ADDRESS_OK &&
		    address.domain != NULL && strchr(address.local, '@') == NULL)
			reader->go_on = reader->visit(reader->context, &address);
		else
			reader->unreadable = true;
	}
	free(storage);
	free(text);
}

/* The name of a group: [from, to). */
static void read_group_name(struct reader *reader, const char *from, const char *to)
{
	char *name = xstrndup(from, (size_t)(to - from));

	if (has_stray_at(name, true))
		reader->unreadable = true;
	free(name);
}

/* Elements end at commas, and at the semicolon of a group, which begins behind its name and colon. */
static void read_elements(struct reader *reader, const char *body)
{
	struct cursor cursor = {.at = body};
	const char *from = body;

	while (*cursor.at != '\0' && reader->go_on && !reader->unreadable) {
		bool plain = is_plain(&cursor);
		char c = *cursor.at;

		if (plain && (c == ',' || c == ';'))
			read_element(reader, from, cursor.at);
		else if (plain && c == ':')
			read_group_name(reader, from, cursor.at);
		step(&cursor);
		if (plain && (c == ',' || c == ';' || c == ':'))
			from = cursor.at;
	}
	if (!is_plain(&cursor))
		reader->unreadable = true;
	if (reader->go_on && !reader->unreadable)
		read_element(reader, from, cursor.at);
}

static bool is_domain_byte(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
}

/* A run of bytes that domains are made of: it and its parents. Each part that is a domain is visited. */
static void visit_run(struct reader *reader, const char *run, size_t length)
{
	while (length > 0 && reader->go_on) {
		const char *dot = memchr(run, '.', length);
		size_t skipped = dot != NULL ? (size_t)(dot - run) + 1 : length;
		char domain[DOMAIN_SIZE];
		struct address address = {.domain = domain};

		if (domain_normalise(run, length, domain) == DOMAIN_OK)
			reader->go_on = reader->visit(reader->context, &address);
		run += skipped;
		length -= skipped;
	}
}

static void search_text(struct reader *reader, const char *text)
{
	while (*text != '\0' && reader->go_on) {
		size_t length = 0;

		while (is_domain_byte(text[length]))
			length++;
		visit_run(reader, text, length);
		text += length > 0 ? length : 1;
	}
}

enum from_header_result from_header_read(const char *body, from_header_visit *visit, void *context)
{
	struct reader reader = {.visit = visit, .context = context, .go_on = true};
	char *decoded;

	read_elements(&reader, body);
	if (!reader.unreadable)
		return FROM_HEADER_READ;
	decoded = encoded_words_decode(body);
	search_text(&reader, body);
	search_text(&reader, decoded);
	free(decoded);
	return FROM_HEADER_UNREADABLE;
}
