/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a From: field. Reads what every mail program reads in the
 * same way, and leaves the rest to be searched; knows nothing of connectors.
 */
#include "core/from_header.h"

#include <stdlib.h>
#include <string.h>

#include "core/encoded_word.h"
#include "core/from_search.h"
#include "core/from_token.h"
#include "core/memory.h"

/* The tokens of one element of the list, or of a part of it. */
struct tokens {
	const struct from_token *list;
	size_t count;
};

/* What a walk through a field hands on to. */
struct reader {
	from_header_visit *visit;
	void *context;
	struct from_token *list; /* of the element under way */
	size_t count;
	size_t capacity;
	const char *from, *to; /* the element under way, comments and all */
	bool angle; /* a "<" is open */
	bool unreadable;
	bool unknown;
};

static bool is_special(const struct from_token *token, char c)
{
	return token->kind == FROM_TOKEN_SPECIAL && *token->start == c;
}

/* The place of the first c, or count. */
static size_t find(const struct tokens *tokens, char c)
{
	size_t at = 0;

	while (at < tokens->count && !is_special(&tokens->list[at], c))
		at++;
	return at;
}

static struct tokens slice(const struct tokens *tokens, size_t from, size_t to)
{
	return (struct tokens){.list = tokens->list + from, .count = to - from};
}

/* Adds a word as it is meant: quotes and backslashes undone. */
static void add_word(struct strbuf *out, const struct from_token *token)
{
	size_t quote = token->kind == FROM_TOKEN_QUOTED;

	for (size_t i = quote; i < token->length - quote; i++) {
		if (quote != 0 && token->start[i] == '\\')
			i++;
		strbuf_putc(out, token->start[i]);
	}
}

/*
 * Words and dots. No two words side by side: those, programs join, cut or
 * refuse. False when it is something else.
 */
static bool read_words(const struct tokens *tokens, bool local, struct strbuf *out)
{
	bool word = false;

	strbuf_puts(out, "");
	for (size_t i = 0; i < tokens->count; i++) {
		const struct from_token *token = &tokens->list[i];
		bool dot = is_special(token, '.');

		if (!dot && (word || !(token->kind == FROM_TOKEN_ATOM ||
				       (token->kind == FROM_TOKEN_QUOTED && local) ||
				       (token->kind == FROM_TOKEN_LITERAL && !local && tokens->count == 1))))
			return false;
		word = !dot;
		add_word(out, token);
	}
	return out->length > 0;
}

/* local: unquoted. Neither may hold what some program takes for an address of its own, or decodes (RFC 2047, 5). */
static bool make_address(struct reader *reader, const char *local, const char *domain)
{
	struct address address;
	char *storage;
	enum address_result result;

	if (strchr(local, '@') != NULL || strstr(local, "=?") != NULL)
		return false;
	result = address_make(local, strlen(local), domain, strlen(domain), &address, &storage);
	if (result == ADDRESS_OK)
		reader->visit(reader->context, &address);
	reader->unknown = reader->unknown || result == ADDRESS_UNCONVERTIBLE;
	free(storage);
	return result == ADDRESS_OK;
}

/* Comments and white space within an address are obsolete (RFC 5322, 4.4), and the end of it to some. */
static bool is_in_one_piece(const struct tokens *tokens)
{
	for (size_t i = 1; i < tokens->count; i++)
		if (tokens->list[i - 1].start + tokens->list[i - 1].length != tokens->list[i].start)
			return false;
	return true;
}

static bool read_addr_spec(struct reader *reader, const struct tokens *tokens)
{
	size_t at = find(tokens, '@');
	struct tokens before = slice(tokens, 0, at), behind;
	struct strbuf local = {0}, domain = {0};
	bool read;

	if (at == tokens->count || !is_in_one_piece(tokens))
		return false;
	behind = slice(tokens, at + 1, tokens->count);
	read = read_words(&before, true, &local) && read_words(&behind, false, &domain) &&
	       make_address(reader, local.text, domain.text);
	strbuf_fini(&local);
	strbuf_fini(&domain);
	return read;
}

/* The inside of angle brackets. A source route is passed over (RFC 5322, 4.4). */
static bool read_angle_addr(struct reader *reader, const struct tokens *tokens)
{
	struct tokens spec = *tokens;

	if (is_special(&tokens->list[0], '@')) {
		size_t colon = find(tokens, ':');

		if (colon == tokens->count)
			return false;
		spec = slice(tokens, colon + 1, tokens->count);
	}
	return read_addr_spec(reader, &spec);
}

/*
 * True for text in which no program can find an address: no "@", in ASCII,
 * full-width or small, no "%" or "!", which once were hops, and none of them
 * in encoded words or comments.
 */
static bool is_mere_phrase(const struct reader *reader)
{
	char *text = xstrndup(reader->from, (size_t)(reader->to - reader->from));
	bool ascii_based;
	char *decoded = encoded_words_decode(text, "", &ascii_based);
	bool mere = ascii_based && strpbrk(decoded, "@%!") == NULL &&
		    strstr(decoded, "\xef\xbc\xa0") == NULL && strstr(decoded, "\xef\xb9\xab") == NULL &&
		    strpbrk(text, "@%!") == NULL;

	free(decoded);
	free(text);
	return mere;
}

/* An "@" before "<" some programs would show as the address. */
static bool read_name_addr(struct reader *reader, const struct tokens *tokens, size_t open)
{
	struct tokens name = slice(tokens, 0, open), inside = slice(tokens, open + 1, tokens->count - 1);

	if (inside.count == 0) /* what is the address then? */
		return is_mere_phrase(reader);
	return is_special(&tokens->list[tokens->count - 1], '>') && find(&inside, '<') == inside.count &&
	       find(&inside, '>') == inside.count && find(&name, '@') == name.count &&
	       find(&name, '>') == name.count && read_angle_addr(reader, &inside);
}

static void end_element(struct reader *reader)
{
	const struct tokens tokens = {.list = reader->list, .count = reader->count};
	size_t open = find(&tokens, '<');
	bool read;

	if (reader->angle)
		read = false;
	else if (open < tokens.count)
		read = read_name_addr(reader, &tokens, open);
	else if (find(&tokens, '@') < tokens.count)
		read = read_addr_spec(reader, &tokens);
	else
		read = is_mere_phrase(reader);
	reader->unreadable = reader->unreadable || !read;
	reader->count = 0;
}

/* A group begins behind its name and a colon. */
static void end_group_name(struct reader *reader)
{
	if (!is_mere_phrase(reader))
		reader->unreadable = true;
	reader->count = 0;
}

/* Elements end at commas, and at the semicolon of a group. */
static void take_token(struct reader *reader, const struct from_token *token)
{
	reader->to = token->start;
	if (!reader->angle && (is_special(token, ',') || is_special(token, ';'))) {
		end_element(reader);
		reader->from = token->start + 1;
	} else if (!reader->angle && is_special(token, ':')) {
		end_group_name(reader);
		reader->from = token->start + 1;
	} else {
		if (is_special(token, '<') || is_special(token, '>'))
			reader->angle = is_special(token, '<');
		reader->list =
			vector_grow(reader->list, reader->count, &reader->capacity, sizeof *reader->list);
		reader->list[reader->count++] = *token;
	}
}

/* visit for from_search. */
static void found_domain(void *context, const char *domain)
{
	const struct reader *reader = context;
	const struct address address = {.domain = domain};

	reader->visit(reader->context, &address);
}

enum from_header_result from_header_read(const char *body, from_header_visit *visit, void *context)
{
	struct reader reader = {.visit = visit, .context = context, .from = body};
	struct from_token token = {.kind = FROM_TOKEN_END};
	const char *at = body;

	for (token = from_token_next(&token, &at);
	     token.kind != FROM_TOKEN_END && token.kind != FROM_TOKEN_BROKEN;
	     token = from_token_next(&token, &at))
		take_token(&reader, &token);
	reader.to = token.start;
	if (token.kind == FROM_TOKEN_END)
		end_element(&reader);
	else
		reader.unreadable = true;
	free(reader.list);
	if (!reader.unreadable)
		return FROM_HEADER_READ;
	if (!from_search(body, found_domain, &reader))
		reader.unknown = true;
	return reader.unknown ? FROM_HEADER_UNKNOWN : FROM_HEADER_SEARCHED;
}
