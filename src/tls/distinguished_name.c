/* SPDX-License-Identifier: MIT */
/*
 * Distinguished names in one-line form. Compares, and decides nothing; never
 * splits at a slash that belongs to a value.
 */
#include "tls/distinguished_name.h"

#include <stddef.h>

#include "util/hex.h"
#include "util/memory.h"

/* A walk through a name: escapes undone, with a mark where an attribute begins and where its type ends. */
enum {
	SYMBOL_END = -1,
	SYMBOL_ATTRIBUTE = -2, /* an unescaped "/" */
};

static bool is_escaped_by_openssl(int byte)
{
	return byte >= 0 && (byte < ' ' || byte > '~');
}

/*
 * The next byte (0 to 255) or SYMBOL_..., and moves on. OpenSSL writes \xHH
 * for bytes that are not printable ASCII alone: any other "\x" is text.
 */
static int next_byte(const char **at)
{
	const char *text = *at;
	int byte = (unsigned char)text[0];

	if (byte == '\0')
		return SYMBOL_END;
	*at = text + 1;
	if (byte == '/')
		return SYMBOL_ATTRIBUTE;
	if (byte == '\\' && text[1] == 'x' && is_escaped_by_openssl(hex_byte(text + 2))) {
		*at = text + 4;
		return hex_byte(text + 2);
	}
	if (byte == '\\' && (text[1] == '/' || text[1] == '+')) {
		*at = text + 2;
		return (unsigned char)text[1];
	}
	return byte;
}

/* The same with letters in lower case. */
static int next_symbol(const char **at)
{
	int byte = next_byte(at);

	return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

bool distinguished_name_valid(const char *text)
{
	const char *at = text;
	size_t type_length = 0;
	bool in_type = false;
	int symbol = next_symbol(&at);

	if (symbol != SYMBOL_ATTRIBUTE)
		return false;
	for (; symbol != SYMBOL_END; symbol = next_symbol(&at)) {
		if (symbol == SYMBOL_ATTRIBUTE) {
			if (in_type) /* the attribute before had no "=" */
				return false;
			in_type = true;
			type_length = 0;
		} else if (in_type && symbol == '=') {
			if (type_length == 0)
				return false;
			in_type = false;
		} else {
			type_length++;
		}
	}
	return !in_type;
}

bool distinguished_name_equal(const char *a, const char *b)
{
	const char *at = a;
	int from_a, from_b;

	do {
		from_a = next_symbol(&at);
		from_b = next_symbol(&b);
		if (from_a != from_b)
			return false;
	} while (from_a != SYMBOL_END);
	return distinguished_name_valid(a); /* and so the other, symbol by symbol */
}

uint64_t distinguished_name_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

	for (int symbol = next_symbol(&text); symbol != SYMBOL_END; symbol = next_symbol(&text))
		hash = (hash ^ (uint64_t)(unsigned)symbol) * 0x100000001b3u;
	return hash;
}

/* Moves *at to behind the next attribute's "=", and tells whether its type is "cn"; false at the end, with *at there. */
static bool next_type_is_cn(const char **at)
{
	static const char cn[] = "cn=";
	size_t matched = 0;
	bool same = true;
	int symbol = next_symbol(at);

	while (symbol != SYMBOL_ATTRIBUTE && symbol != SYMBOL_END)
		symbol = next_symbol(at);
	while (symbol != SYMBOL_END && symbol != '=') {
		symbol = next_symbol(at);
		same = same && symbol == cn[matched]; /* an "=" ends both */
		matched++;
	}
	return same && matched == sizeof cn - 1;
}

/* NULL where a NUL in it would cut it short. */
static char *take_value(const char *text)
{
	struct strbuf value = {0};
	int symbol;

	for (symbol = next_byte(&text); symbol > 0; symbol = next_byte(&text))
		strbuf_putc(&value, (char)symbol);
	if (symbol < 0)
		return strbuf_take(&value);
	strbuf_fini(&value);
	return NULL;
}

char *distinguished_name_common_name(const char *text)
{
	if (!distinguished_name_valid(text))
		return NULL;
	while (*text != '\0')
		if (next_type_is_cn(&text))
			return take_value(text);
	return NULL;
}

void distinguished_name_read(const char *text, const char **cn_r, const char **dn_r, char **storage_r)
{
	if (text == NULL || text[0] != '/') {
		*cn_r = text;
		return;
	}
	*dn_r = text;
	*cn_r = *storage_r = distinguished_name_common_name(text);
}
