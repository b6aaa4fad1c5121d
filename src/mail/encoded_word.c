/* SPDX-License-Identifier: MIT */
/*
 * Encoded words in header fields. Decodes leniently: what it returns is
 * searched for domains, never shown and never parsed.
 */
#include "mail/encoded_word.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "util/hex.h"
#include "util/memory.h"

/* "=?charset?encoding?text?=" */
struct encoded_word {
	const char *charset;
	size_t charset_length;
	char encoding;
	const char *text;
	const char *end; /* of text */
};

/* The text ends at "?="; one that has the beginning of another word in it is none, and that one may be. */
static bool find_parts(const char *at, struct encoded_word *word)
{
	const char *charset_end = strchr(at + 2, '?');

	if (charset_end == NULL || charset_end[1] == '\0' || charset_end[2] != '?')
		return false;
	word->charset = at + 2;
	word->charset_length = (size_t)(charset_end - word->charset);
	word->encoding = charset_end[1];
	word->text = charset_end + 3;
	for (at = word->text; *at != '\0'; at++) {
		if (at[0] == '=' && at[1] == '?' && at[2] != '=') /* "=?=" is padding and the end */
			return false;
		if (at[0] == '?' && at[1] == '=') {
			word->end = at;
			return true;
		}
	}
	return false;
}

/* Families of character sets in which each ASCII byte, outside of escape sequences, is what it is in ASCII. */
static bool is_ascii_based(const struct encoded_word *word)
{
	static const char *const families[] = {
		"us-ascii", "ascii",     "utf-8",     "utf8",      "iso-8859-", "iso8859-",
		"windows-", "cp125",     "koi8-",     "gb2312",    "gbk",       "gb18030",
		"big5",     "euc-",      "shift_jis", "shift-jis", "iso-2022-", "ks_c_5601",
		"tis-620",  "macintosh", "utf-16",    "utf-32",
	};

	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		size_t length = strlen(families[i]);

		if (word->charset_length >= length && strncasecmp(word->charset, families[i], length) == 0)
			return true;
	}
	return false;
}

static void encoded_word_put(struct strbuf *out, int byte)
{
	if (byte != 0)
		strbuf_putc(out, (char)byte);
}

static void decode_q(const struct encoded_word *word, struct strbuf *out)
{
	for (const char *at = word->text; at < word->end; at++) {
		int byte = *at == '=' && word->end - at > 2 ? hex_byte(at + 1) : -1;

		encoded_word_put(out, byte >= 0 ? byte : *at == '_' ? ' ' : (unsigned char)*at);
		if (byte >= 0)
			at += 2;
	}
}

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = memchr(digits, c, sizeof digits - 1);

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
			encoded_word_put(out, (int)(bits >> count & 0xff));
		}
	}
}

/* White space between two encoded words is not part of the text (RFC 2047, 6.2). */
static const char *skip_between(const char *at)
{
	const char *next = at + strspn(at, " \t\r\n");

	return next[0] == '=' && next[1] == '?' ? next : at;
}

/* Behind a word: "?=?" is the end of this one, or the beginning of another whose "=" is this one's as well. */
static const char *encoded_word_behind(const struct encoded_word *word)
{
	return word->end[2] == '?' ? word->end + 1 : skip_between(word->end + 2);
}

static bool is_part_of_word(const char *at)
{
	return (at[0] == '=' && at[1] == '?') ||
	       (at[0] == '?' &&
		(at[1] == '=' || (at[1] != '\0' && strchr("bBqQ", at[1]) != NULL && at[2] == '?')));
}

bool encoded_words_are_whole(const char *text)
{
	while (*text != '\0') {
		struct encoded_word word;

		if (text[0] == '=' && text[1] == '?' && find_parts(text, &word))
			text = encoded_word_behind(&word);
		else if (is_part_of_word(text++))
			return false;
	}
	return true;
}

char *encoded_words_decode(const char *text, const char *around, bool *ascii_based_r)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "");
	*ascii_based_r = true;

	while (*text != '\0') {
		struct encoded_word word;

		if (text[0] != '=' || text[1] != '?' || !find_parts(text, &word)) {
			strbuf_putc(&out, *text++);
			continue;
		}
		*ascii_based_r = *ascii_based_r && is_ascii_based(&word);
		strbuf_puts(&out, around);
		if (word.encoding == 'b' || word.encoding == 'B')
			decode_b(&word, &out);
		else
			decode_q(&word, &out);
		strbuf_puts(&out, around);
		text = encoded_word_behind(&word);
	}
	return strbuf_take(&out);
}
