/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a From: field. Reads what every mail program reads in the
 * same way, and leaves the rest to be searched; knows nothing of connectors.
 */
#include "mail/from_header.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "mail/encoded_word.h"
#include "mail/from_search.h"
#include "mail/from_token.h"
#include "util/memory.h"

static const char white_space[] = " \t\r\n";

/* More work than this is not done: no field that means well comes near. */
#define ROOM_MAX ((size_t)16 * 1024)

/* Of one element of the list. */
#define COST_OF_ELEMENT 8

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
	size_t room; /* for work that is left */
	bool angle; /* a "<" is open */
	bool unreadable;
	bool unknown;
};

static bool from_header_is_special(const struct from_token *token, char c)
{
	return token->kind == FROM_TOKEN_SPECIAL && *token->start == c;
}

/* The place of the first c, or count. */
static size_t from_header_find(const struct tokens *tokens, char c)
{
	size_t at = 0;

	while (at < tokens->count && !from_header_is_special(&tokens->list[at], c))
		at++;
	return at;
}

static struct tokens slice(const struct tokens *tokens, size_t from, size_t to)
{
	return (struct tokens){.list = tokens->list + from, .count = to - from};
}

/* Adds a word without its quotes; backslashes are in none that is read. */
static void add_word(struct strbuf *out, const struct from_token *token)
{
	size_t quote = token->kind == FROM_TOKEN_QUOTED;

	strbuf_add(out, token->start + quote, token->length - 2 * quote);
}

/* Letters, digits, and what else may stand in an atom (RFC 5322, 3.2.3). */
static bool is_atext(char c)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";

	return isalnum((unsigned char)c) || memchr(others, c, sizeof others - 1) != NULL;
}

/* In quotes: words of an atom's bytes, one blank or dot between two. All else is cut or kept by some programs. */
static bool is_plainly_quoted(const struct from_token *token)
{
	bool word = false;

	for (size_t i = 1; i < token->length - 1; i++) {
		bool between = token->start[i] == ' ' || token->start[i] == '.';

		if (between ? !word : !is_atext(token->start[i]))
			return false;
		word = !between;
	}
	return word;
}

static bool is_plain_atom(const struct from_token *token)
{
	for (size_t i = 0; i < token->length; i++)
		if (!is_atext(token->start[i]))
			return false;
	return true;
}

/*
 * A local part: words with a dot between two, or one in quotes. Where a word
 * is missing, or a byte is beyond ASCII, some begin anew.
 */
static bool read_local(const struct tokens *tokens, struct strbuf *out)
{
	bool word = false;

	strbuf_puts(out, "");
	if (tokens->count == 1 && tokens->list[0].kind == FROM_TOKEN_QUOTED) {
		add_word(out, &tokens->list[0]);
		return is_plainly_quoted(&tokens->list[0]);
	}
	for (size_t i = 0; i < tokens->count; i++) {
		const struct from_token *token = &tokens->list[i];
		bool between = from_header_is_special(token, '.');

		if (between != word ||
		    (!between && !(token->kind == FROM_TOKEN_ATOM && is_plain_atom(token))))
			return false;
		word = !between;
		add_word(out, token);
	}
	return word;
}

/* A domain: labels and dots, or a literal. */
static bool from_header_read_domain(const struct tokens *tokens, struct strbuf *out)
{
	bool label = false;

	strbuf_puts(out, "");
	for (size_t i = 0; i < tokens->count; i++) {
		const struct from_token *token = &tokens->list[i];
		bool dot = from_header_is_special(token, '.');

		if (!dot && (label || !(token->kind == FROM_TOKEN_ATOM ||
					(token->kind == FROM_TOKEN_LITERAL && tokens->count == 1))))
			return false;
		label = !dot;
		add_word(out, token);
	}
	return out->length > 0;
}

/* With its domain as it stands, and as programs show it. */
static bool visit_address(struct reader *reader, const char *local, const char *domain)
{
	struct address address;
	char *storage;
	char shown[DOMAIN_SIZE];
	enum address_result result;

	if (!from_search_spend(&reader->room, domain, strlen(domain)))
		return false;
	result = address_make(local, strlen(local), domain, strlen(domain), &address, &storage);
	reader->unknown = reader->unknown || result == ADDRESS_UNCONVERTIBLE;
	if (result != ADDRESS_OK)
		return false;
	reader->visit(reader->context, &address);
	if (domain_as_shown(address.domain, shown) != DOMAIN_OK) {
		result = ADDRESS_UNCONVERTIBLE;
		reader->unknown = true;
	} else if (strcmp(address.domain, shown) != 0) {
		address.domain = shown;
		reader->visit(reader->context, &address);
	}
	free(storage);
	return result == ADDRESS_OK;
}

/*
 * What programs read that look for an address between two ends of a word:
 * "ceo@x" in "+ceo@x", and "a@contoso.com" where something beyond ASCII
 * follows.
 */
static void visit_cut(struct reader *reader, const char *local, const char *domain)
{
	const char *word = local;
	size_t length = 0;
	char cut[DOMAIN_SIZE];

	while (*word != '\0' && !isalnum((unsigned char)*word) && *word != '_')
		word++;
	if (word > local)
		(void)visit_address(reader, word, domain);
	while (domain[length] != '\0' && (unsigned char)domain[length] < 0x80)
		length++;
	if (domain[length] == '\0')
		return;
	while (length > 0 && strchr("-.", domain[length - 1]) != NULL)
		length--;
	if (memchr(domain, '.', length) != NULL && domain_normalise(domain, length, cut) == DOMAIN_OK)
		reader->visit(reader->context, &(struct address){.domain = cut});
}

/* Neither may hold what some program decodes (RFC 2047, 5). A hyphen at the end is no part of it to some. */
static bool make_address(struct reader *reader, const char *local, const char *domain)
{
	size_t end = strlen(domain);

	while (end > 0 && domain[end - 1] == '.')
		end--;
	if (strstr(local, "=?") != NULL || strstr(local, "?=") != NULL || end == 0 ||
	    domain[end - 1] == '-' || !visit_address(reader, local, domain))
		return false;
	visit_cut(reader, local, domain);
	return true;
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
	size_t at = from_header_find(tokens, '@');
	struct tokens before = slice(tokens, 0, at), behind;
	struct strbuf local = {0}, domain = {0};
	bool read;

	if (at == tokens->count || !is_in_one_piece(tokens))
		return false;
	behind = slice(tokens, at + 1, tokens->count);
	read = read_local(&before, &local) && from_header_read_domain(&behind, &domain) &&
	       make_address(reader, strbuf_text(&local), strbuf_text(&domain));
	strbuf_fini(&local);
	strbuf_fini(&domain);
	return read;
}

/*
 * True for text in which no program can find an address: no "@", in ASCII,
 * full-width or small, no "%" or "!", which once were hops, and none of them
 * in encoded words or comments.
 */
static bool is_mere_phrase(const char *from, const char *to)
{
	char *text = xstrndup(from, (size_t)(to - from));
	bool ascii_based;
	char *decoded = encoded_words_decode(text, "", &ascii_based);
	bool mere = ascii_based && strpbrk(decoded, "@%!") == NULL &&
		    strstr(decoded, "\xef\xbc\xa0") == NULL && strstr(decoded, "\xef\xb9\xab") == NULL &&
		    strpbrk(text, "@%!") == NULL;

	free(decoded);
	free(text);
	return mere;
}

/* Words and dots, with nothing but white space between them, and no backslash: read in the same way everywhere. */
static bool is_plain_name(const struct reader *reader, const struct tokens *tokens, const char *end)
{
	const char *at = reader->from;

	for (size_t i = 0; i < tokens->count; i++) {
		const struct from_token *token = &tokens->list[i];

		if (at + strspn(at, white_space) != token->start ||
		    !(token->kind == FROM_TOKEN_ATOM || token->kind == FROM_TOKEN_QUOTED ||
		      from_header_is_special(token, '.')) ||
		    memchr(token->start, '\\', token->length) != NULL)
			return false;
		at = token->start + token->length;
	}
	return at + strspn(at, white_space) == end;
}

/*
 * A name in front of "<". If there is an "@" in it, quoted or encoded, some
 * programs show that as the address where they stumble over the name, or over
 * the address: a dot behind the domain is enough.
 */
static bool is_name(const struct reader *reader, const struct tokens *tokens, const struct tokens *address)
{
	const char *end = tokens->list[tokens->count].start; /* "<" */
	char *text;
	bool whole;

	if (is_plain_name(reader, tokens, end) &&
	    !from_header_is_special(&address->list[address->count - 1], '.'))
		return from_header_find(tokens, '@') == tokens->count;
	text = xstrndup(reader->from, (size_t)(end - reader->from));
	whole = encoded_words_are_whole(text) && (strchr(text, '(') == NULL || strstr(text, "=?") == NULL);
	free(text);
	return whole && is_mere_phrase(reader->from, end);
}

static bool read_name_addr(struct reader *reader, const struct tokens *tokens, size_t open)
{
	struct tokens name = slice(tokens, 0, open), inside = slice(tokens, open + 1, tokens->count - 1);

	if (inside.count == 0) /* what is the address then? */
		return is_mere_phrase(reader->from, reader->to);
	return from_header_is_special(&tokens->list[tokens->count - 1], '>') &&
	       from_header_find(&inside, '<') == inside.count &&
	       from_header_find(&inside, '>') == inside.count && is_name(reader, &name, &inside) &&
	       read_addr_spec(reader, &inside);
}

static void end_element(struct reader *reader)
{
	const struct tokens tokens = {.list = reader->list, .count = reader->count};
	size_t open = from_header_find(&tokens, '<');
	bool read;

	reader->room -= reader->room < COST_OF_ELEMENT ? reader->room : COST_OF_ELEMENT;
	if (reader->angle || reader->room == 0)
		read = false;
	else if (open < tokens.count)
		read = read_name_addr(reader, &tokens, open);
	else if (from_header_find(&tokens, '@') < tokens.count)
		read = read_addr_spec(reader, &tokens);
	else
		read = is_mere_phrase(reader->from, reader->to);
	reader->unreadable = reader->unreadable || !read;
	reader->count = 0;
}

/* A group begins behind its name and a colon. */
static void end_group_name(struct reader *reader)
{
	if (!is_mere_phrase(reader->from, reader->to))
		reader->unreadable = true;
	reader->count = 0;
}

/* Elements end at commas, and at the semicolon of a group. */
static void take_token(struct reader *reader, const struct from_token *token)
{
	reader->to = token->start;
	if (!reader->angle && (from_header_is_special(token, ',') || from_header_is_special(token, ';'))) {
		end_element(reader);
		reader->from = token->start + 1;
	} else if (!reader->angle && from_header_is_special(token, ':')) {
		end_group_name(reader);
		reader->from = token->start + 1;
	} else {
		if (from_header_is_special(token, '<') || from_header_is_special(token, '>'))
			reader->angle = from_header_is_special(token, '<');
		*VECTOR_ADD(reader->list, reader->count, reader->capacity) = *token;
	}
}

/* visit for from_search. */
static void found_domain(void *context, const char *domain)
{
	const struct reader *reader = context;
	const struct address address = {.domain = domain};

	reader->visit(reader->context, &address);
}

/* To some a line end. */
static bool has_bare_cr(const char *body)
{
	for (body = strchr(body, '\r'); body != NULL; body = strchr(body + 1, '\r'))
		if (body[1] != '\n')
			return true;
	return false;
}

/* Up to the end, to what cannot be told apart, or to where there is no more room. */
static void take_tokens(struct reader *reader, const char *at)
{
	struct from_token token = {.kind = FROM_TOKEN_END};

	do {
		token = from_token_next(&token, &at);
		reader->to = token.start;
		if (token.kind == FROM_TOKEN_END)
			end_element(reader);
		else if (token.kind != FROM_TOKEN_BROKEN)
			take_token(reader, &token);
	} while (token.kind != FROM_TOKEN_END && token.kind != FROM_TOKEN_BROKEN && reader->room > 0);
	if (token.kind != FROM_TOKEN_END)
		reader->unreadable = true;
}

enum from_header_result from_header_read(const char *body, from_header_visit *visit, void *context)
{
	struct reader reader = {.visit = visit, .context = context, .from = body, .room = ROOM_MAX};

	reader.unreadable = has_bare_cr(body);
	take_tokens(&reader, body);
	free(reader.list);
	if (!reader.unreadable)
		return FROM_HEADER_READ;
	if (reader.room == 0 || !from_search(body, &reader.room, found_domain, &reader))
		reader.unknown = true;
	return reader.unknown ? FROM_HEADER_UNKNOWN : FROM_HEADER_SEARCHED;
}

enum from_header_result from_header_both(enum from_header_result one, enum from_header_result other)
{
	return one == FROM_HEADER_READ && other == FROM_HEADER_READ ? FROM_HEADER_READ : FROM_HEADER_UNKNOWN;
}
