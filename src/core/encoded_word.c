/* SPDX-License-Identifier: MIT */
/*
 * Encoded words in header fields. Decodes leniently: what it returns is
 * searched for domains, never shown and never parsed.
 */
#include "core/encoded_word.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/hex.h"
#include "core/memory.h"

/* "=?charset?encoding?text?=" */
struct encoded_word {
	char encoding;
	const char *text;
	const char *end; /* of text */
};

static bool find_parts(const char *at, struct encoded_word *word)
{
	const char *charset_end = strchr(at + 2, '?');

	if (charset_end == NULL || charset_end[1] == '\0' || charset_end[2] != '?')
		return false;
	word->encoding = charset_end[1];
	word->text = charset_end + 3;
	word->end = strstr(word->text, "?=");
	return word->end != NULL;
}

static void put(struct strbuf *out, int byte)
{
	if (byte != 0)
		strbuf_putc(out, (char)byte);
}

static void decode_q(const struct encoded_word *word, struct strbuf *out)
{
	for (const char *at = word->text; at < word->end; at++) {
		int byte = *at == '=' && word->end - at > 2 ? hex_byte(at + 1) : -1;

		put(out, byte >= 0 ? byte : *at == '_' ? ' ' : (unsigned char)*at);
		if (byte >= 0)
			at += 2;
	}
}

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

/* Skips what is no digit, as mail programs do. */
static void decode_b(const struct encoded_word *word, struct strbuf *out)
{
	unsigned bits = 0, count = 0;

	for (const char *at = word->text; at < word->end; at++) {
		int value = base64_value(*at);

		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xffffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			put(out, (int)(bits >> count & 0xff));
		}
	}
}

/* White space between two encoded words is not part of the text (RFC 2047, 6.2). */
static const char *skip_between(const char *at)
{
	const char *next = at + strspn(at, " \t\r\n");

	return next[0] == '=' && next[1] == '?' ? next : at;
}

char *encoded_words_decode(const char *text)
{
	struct strbuf out = {0};

	while (*text != '\0') {
		struct encoded_word word;

		if (text[0] != '=' || text[1] != '?' || !find_parts(text, &word)) {
			strbuf_putc(&out, *text++);
			continue;
		}
		if (word.encoding == 'b' || word.encoding == 'B')
			decode_b(&word, &out);
		else
			decode_q(&word, &out);
		text = skip_between(word.end + 2);
	}
	return strbuf_take(&out);
}
