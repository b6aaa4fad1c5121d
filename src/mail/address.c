/* SPDX-License-Identifier: MIT */
/*
 * One envelope address, from the text of a peer to the form in which addresses
 * are compared. Knows nothing of what else the text might mean: that is
 * readings.c. Never trusts a byte: what does not parse is said to be invalid.
 */
#include "mail/address.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#include "mail/comment.h"
#include "mail/domain.h"
#include "util/memory.h"
#include "util/utf8.h"

/* Text after lexing: quoting, comments and white space are gone; a quoted byte has no meaning of its own. */
struct lexed {
	char *bytes;
	bool *quoted;
	size_t length;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void address_put(struct lexed *lexed, char c, bool quoted)
{
	lexed->bytes[lexed->length] = c;
	lexed->quoted[lexed->length++] = quoted;
}

/* at: behind the opening quote. Returns what follows the closing one, NULL when there is none. */
static const char *lex_quoted(struct lexed *lexed, const char *at)
{
	for (; *at != '\0' && *at != '"'; at++) {
		if (*at == '\\' && *++at == '\0')
			return NULL;
		address_put(lexed, *at, true);
	}
	return *at == '"' ? at + 1 : NULL;
}

/* at: on "[". Returns what follows "]", NULL when there is none. */
static const char *lex_literal(struct lexed *lexed, const char *at)
{
	for (; *at != '\0' && *at != ']'; at++)
		address_put(lexed, *at, true);
	if (*at != ']')
		return NULL;
	address_put(lexed, *at, true);
	return at + 1;
}

/* False when a quote, comment or literal does not end. */
static bool lex(struct lexed *lexed, const char *at)
{
	bool in_domain = false;

	while (at != NULL && *at != '\0') {
		if (is_space(*at)) {
			at++;
		} else if (*at == '"') {
			at = lex_quoted(lexed, at + 1);
		} else if (*at == '(') {
			at = comment_end(at);
		} else if (*at == '[' && in_domain) {
			at = lex_literal(lexed, at);
		} else if (*at == '\\') {
			if (*++at == '\0')
				return false;
			address_put(lexed, *at++, true);
		} else {
			in_domain = *at == '@' || (in_domain && *at != ':');
			address_put(lexed, *at++, false);
		}
	}
	return at != NULL;
}

/* The last place of an unquoted c in [from, length), or length. */
static size_t find_last(const struct lexed *lexed, char c, size_t from)
{
	for (size_t i = lexed->length; i > from; i--)
		if (lexed->bytes[i - 1] == c && !lexed->quoted[i - 1])
			return i - 1;
	return lexed->length;
}

static size_t find_first(const struct lexed *lexed, char c, size_t from)
{
	for (size_t i = from; i < lexed->length; i++)
		if (lexed->bytes[i] == c && !lexed->quoted[i])
			return i;
	return lexed->length;
}

/*
 * Cuts a path out of its angle brackets: "Name <a@b>" is a@b, as Postfix takes
 * it with strict_rfc821_envelopes = no. False when brackets do not pair up.
 */
static bool cut_brackets(struct lexed *lexed)
{
	size_t open = find_first(lexed, '<', 0), close = find_first(lexed, '>', 0);

	if (open == lexed->length)
		return close == lexed->length;
	if (close != lexed->length - 1 || find_first(lexed, '<', open + 1) != lexed->length)
		return false;
	assert(open < close && lexed->bytes != NULL); /* it is the last byte */
	lexed->bytes += open + 1;
	lexed->quoted += open + 1;
	lexed->length = close - open - 1;
	return true;
}

/*
 * The start of the mailbox behind source routes ("@a,@b:user@c", RFC 5321,
 * appendix C); length when there is none. An "@" in front with no colon behind
 * it belongs to a mailbox with an empty local part.
 */
static size_t skip_source_route(const struct lexed *lexed)
{
	size_t at = 0;

	while (at < lexed->length && lexed->bytes[at] == '@' && !lexed->quoted[at]) {
		size_t colon = find_first(lexed, ':', at);

		if (colon == lexed->length)
			break;
		at = colon + 1;
	}
	return at;
}

/* Without case, in one block; bytes that are not UTF-8 are kept, their ASCII letters folded. */
static char *fold_case(const char *local, size_t length, size_t *length_r)
{
	char *folded;

	if (!utf8_are_ascii(local, length) && u8_check((const uint8_t *)local, length) == NULL) {
		folded = (char *)u8_casefold((const uint8_t *)local, length, NULL, UNINORM_NFC, NULL,
					     length_r);
		if (folded != NULL)
			return folded;
		if (errno == ENOMEM)
			memory_gone();
	}
	folded = xstrndup(local, length);
	for (size_t i = 0; i < length; i++)
		if (folded[i] >= 'A' && folded[i] <= 'Z')
			folded[i] = (char)(folded[i] + ('a' - 'A'));
	*length_r = length;
	return folded;
}

/* Asked of the name, for a number without brackets has become an address literal. */
static bool is_unqualified(const char *domain, size_t length, const char *normalised)
{
	char name[DOMAIN_SIZE];

	if (normalised[0] != '[')
		return strchr(normalised, '.') == NULL;
	return domain[0] != '[' && domain_normalise_name(domain, length, name) == DOMAIN_OK &&
	       strchr(name, '.') == NULL;
}

/* "" where that is no domain, or the same one. */
static void fold_domain(const char *domain, size_t length, const char *normalised, char folded_r[DOMAIN_SIZE])
{
	size_t folded_length;
	char *folded;

	folded_r[0] = '\0';
	if (utf8_are_ascii(domain, length))
		return;
	folded = fold_case(domain, length, &folded_length);
	if (domain_normalise(folded, folded_length, folded_r) != DOMAIN_OK ||
	    strcmp(folded_r, normalised) == 0)
		folded_r[0] = '\0';
	free(folded);
}

static char *append(char **end, const char *text, size_t length)
{
	char *copy = *end;

	memcpy(copy, text, length);
	copy[length] = '\0';
	*end += length + 1;
	return copy;
}

/* In one block: what is compared, and what else the text may mean. */
static char *store(const char *local, size_t local_length, const char *normalised, const char *folded_domain,
		   struct address *address_r)
{
	size_t length;
	char *folded = fold_case(local, local_length, &length);
	size_t size = length + local_length + strlen(normalised) + strlen(folded_domain) + 4;
	char *storage = xmalloc(size), *end = storage;

	address_r->local = append(&end, folded, length);
	address_r->written = append(&end, local, local_length);
	if (normalised[0] != '\0')
		address_r->domain = append(&end, normalised, strlen(normalised));
	if (folded_domain[0] != '\0')
		address_r->folded_domain = append(&end, folded_domain, strlen(folded_domain));
	free(folded);
	return storage;
}

enum address_result address_make(const char *local, size_t local_length, const char *domain,
				 size_t domain_length, struct address *address_r, char **storage_r)
{
	char normalised[DOMAIN_SIZE] = "", folded_domain[DOMAIN_SIZE] = "";

	*address_r = (struct address){0};
	*storage_r = NULL;
	if (domain != NULL) {
		enum domain_result result = domain_normalise(domain, domain_length, normalised);

		if (result != DOMAIN_OK)
			return result == DOMAIN_UNCONVERTIBLE ? ADDRESS_UNCONVERTIBLE : ADDRESS_INVALID;
		fold_domain(domain, domain_length, normalised, folded_domain);
		address_r->unqualified = is_unqualified(domain, domain_length, normalised);
	}
	*storage_r = store(local, local_length, normalised, folded_domain, address_r);
	return ADDRESS_OK;
}

static enum address_result address_split_lexed(const struct lexed *lexed, struct address *address_r,
					       char **storage_r)
{
	size_t from = skip_source_route(lexed);
	size_t at = find_last(lexed, '@', from);

	/* An empty local part stays: Postfix makes ""@contoso.com of %contoso.com@gateway. */
	if (from == lexed->length)
		return ADDRESS_INVALID;
	if (at == lexed->length)
		return address_make(lexed->bytes + from, at - from, NULL, 0, address_r, storage_r);
	return address_make(lexed->bytes + from, at - from, lexed->bytes + at + 1, lexed->length - at - 1,
			    address_r, storage_r);
}

enum address_result address_split(const char *text, struct address *address_r, char **storage_r)
{
	const char *at = strrchr(text, '@');

	if (at != NULL)
		return address_make(text, (size_t)(at - text), at + 1, strlen(at + 1), address_r, storage_r);
	if (*text != '\0')
		return address_make(text, strlen(text), NULL, 0, address_r, storage_r);
	*address_r = (struct address){.null_sender = true};
	*storage_r = NULL;
	return ADDRESS_OK;
}

enum address_result address_parse(const char *text, struct address *address_r, char **storage_r)
{
	size_t size = strlen(text) + 1;
	char *bytes = xmalloc(size);
	bool *quoted = xcalloc(size, sizeof *quoted);
	struct lexed lexed = {.bytes = bytes, .quoted = quoted};
	enum address_result result = ADDRESS_INVALID;

	*address_r = (struct address){0};
	*storage_r = NULL;
	if (lex(&lexed, text) && cut_brackets(&lexed)) {
		address_r->null_sender = lexed.length == 0;
		result = lexed.length == 0 ? ADDRESS_OK : address_split_lexed(&lexed, address_r, storage_r);
	}
	free(bytes);
	free(quoted);
	return result;
}

/* The end of a bare local part, with all its "@" but the last, or of one in quotes; NULL when it is neither. */
static const char *plain_local_end(const char *at, const char *end)
{
	static const char specials[] = "()<>,;:\\\"[] \t";
	const char *last = end;

	if (*at == '"') {
		for (at++; at < end && *at != '"'; at++)
			if (*at == '\\')
				at++;
		return at < end ? at + 1 : NULL;
	}
	for (; at < end && strchr(specials, *at) == NULL; at++)
		if (*at == '@')
			last = at;
	return at == end || *last == '@' ? last : NULL;
}

/* What follows the local part: nothing, or a name or literal in which nothing else can be read. */
static bool is_plain_domain(const char *at, const char *end)
{
	static const char specials[] = "()<>,;:\\\"[]@ \t";

	if (at == end)
		return true;
	if (*at++ != '@')
		return false;
	if (at < end && *at == '[') {
		at += 1 + strspn(at + 1, "0123456789abcdefABCDEFIPVvip.:");
		return at + 1 == end && *at == ']';
	}
	while (at < end && strchr(specials, *at) == NULL)
		at++;
	return at == end;
}

/* Behind a source route, if there is one; NULL when it holds anything but names. */
static const char *skip_plain_route(const char *at, const char *end)
{
	const char *colon = *at == '@' ? memchr(at, ':', (size_t)(end - at)) : NULL;

	if (colon == NULL)
		return at;
	return memchr(at, '[', (size_t)(colon - at)) == NULL &&
			       strcspn(at, "\"\\()<>; \t") >= (size_t)(colon - at)
		       ? colon + 1
		       : NULL;
}

bool address_is_plain(const char *text)
{
	const char *at = text, *end = text + strlen(text), *domain;

	while (at < end && is_space(*at))
		at++;
	while (at < end && is_space(end[-1]))
		end--;
	if (end - at >= 2 && *at == '<' && end[-1] == '>') {
		at++;
		end--;
	}
	while (at < end && *at == ' ')
		at++;
	while (at < end && end[-1] == ' ')
		end--;
	if (at == end)
		return true;
	at = skip_plain_route(at, end);
	domain = at != NULL && at < end ? plain_local_end(at, end) : NULL;
	return domain != NULL && is_plain_domain(domain, end);
}
