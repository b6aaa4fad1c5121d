/* SPDX-License-Identifier: MIT */
/*
 * A JSON object, taken apart where it stands. Knows nothing of logs; whatever
 * it is given, it reads no byte behind the end.
 */
#include "report/flat_json.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <unistr.h>

#include "util/hex.h"

/* How deep lists and objects may lie in each other. */
#define DEPTH_MAX 64

static char *flat_json_skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
		at++;
	return at;
}

/* Four hexadecimal digits; -1: they are none. */
static int read_unit(const char *at)
{
	int high = hex_byte(at), low = high >= 0 ? hex_byte(at + 2) : -1;

	return low >= 0 ? high << 8 | low : -1;
}

/* "\uXXXX" or two of them at *at; moved behind them. -1: no character, or NUL. */
static int32_t read_character(char **at)
{
	int first = read_unit(*at + 2), second;

	if (first < 0)
		return -1;
	*at += 6;
	if (first < 0xd800 || first > 0xdfff)
		return first > 0 ? first : -1;
	second = first < 0xdc00 && (*at)[0] == '\\' && (*at)[1] == 'u' ? read_unit(*at + 2) : -1;
	if (second < 0xdc00 || second > 0xdfff)
		return -1;
	*at += 6;
	return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

/* The escape at *in as UTF-8 to *out, which is not ahead of it; both are moved. */
static bool flat_json_unescape(char **in, char **out)
{
	static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	char letter = (*in)[1];
	const char *found = letter != '\0' ? strchr(written, letter) : NULL;

	if (found != NULL) {
		*(*out)++ = meant[found - written];
		*in += 2;
		return true;
	}
	if (letter == 'u') {
		int32_t character = read_character(in);
		uint8_t bytes[6];
		int length = character > 0 ? u8_uctomb(bytes, (ucs4_t)character, sizeof bytes) : -1;

		if (length <= 0)
			return false;
		memcpy(*out, bytes, (size_t)length);
		*out += length;
		return true;
	}
	return false;
}

static bool is_utf8(const char *text, const char *end)
{
	return u8_check((const uint8_t *)text, (size_t)(end - text)) == NULL;
}

/* Reads the text that begins with the quote at *at; it is NUL-terminated where it stands. */
static bool flat_json_read_text(char **at, char **text_r)
{
	char *in = *at + 1, *out;
	unsigned char seen = 0;

	*text_r = in;
	while ((unsigned char)*in >= 0x20 && *in != '"' && *in != '\\')
		seen |= (unsigned char)*in++;
	for (out = in; (unsigned char)*in >= 0x20 && *in != '"';) {
		if (*in == '\\') {
			if (!flat_json_unescape(&in, &out))
				return false;
		} else {
			seen |= (unsigned char)*in;
			*out++ = *in++;
		}
	}
	if (*in != '"')
		return false;
	*at = in + 1;
	*out = '\0';
	return seen < 0x80 || is_utf8(*text_r, out);
}

/* Passes over a text, of which nothing is changed. */
static char *skip_text(char *at)
{
	for (at++; (unsigned char)*at >= 0x20 && *at != '"'; at++)
		if (*at == '\\' && *++at == '\0')
			return NULL;
	return *at == '"' ? at + 1 : NULL;
}

/* Passes over a list or an object; NULL: its brackets and quotes do not match. */
static char *skip_nested(char *at)
{
	char closing[DEPTH_MAX];
	size_t depth = 0;

	do {
		if (*at == '[' || *at == '{') {
			if (depth == DEPTH_MAX)
				return NULL;
			closing[depth++] = *at == '[' ? ']' : '}';
			at++;
		} else if (*at == ']' || *at == '}') {
			if (*at++ != closing[--depth])
				return NULL;
		} else if (*at == '"') {
			at = skip_text(at);
			if (at == NULL)
				return NULL;
		} else if (*at++ == '\0') {
			return NULL;
		}
	} while (depth > 0);
	return at;
}

static char *skip_digits(char *at)
{
	while (isdigit((unsigned char)*at))
		at++;
	return at;
}

/* Passes over a number (RFC 8259, 6); NULL: it is none. */
static char *skip_number(char *at)
{
	char *digits = *at == '-' ? at + 1 : at, *end = skip_digits(digits), *more;

	if (end == digits || (*digits == '0' && end != digits + 1))
		return NULL;
	if (*end == '.') {
		more = skip_digits(end + 1);
		if (more == end + 1)
			return NULL;
		end = more;
	}
	if (*end == 'e' || *end == 'E') {
		digits = end + 1 + (end[1] == '+' || end[1] == '-');
		end = skip_digits(digits);
		if (end == digits)
			return NULL;
	}
	return end;
}

static char *skip_word(char *at)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return at + strlen(words[i]);
	return NULL;
}

/* The value at at; NULL: there is none. Its end is not marked yet. */
static char *read_value(char *at, struct flat_member *member_r)
{
	member_r->text = at;
	switch (*at) {
	case '"':
		member_r->kind = FLAT_TEXT;
		return flat_json_read_text(&at, &member_r->text) ? at : NULL;
	case '[':
	case '{':
		member_r->kind = FLAT_NESTED;
		at = skip_nested(at);
		return at != NULL && is_utf8(member_r->text, at) ? at : NULL;
	case 't':
	case 'f':
	case 'n':
		member_r->kind = FLAT_WORD;
		return skip_word(at);
	default:
		member_r->kind = FLAT_NUMBER;
		return skip_number(at);
	}
}

/* "key": value; what follows, with the value's end marked, and in *mark_r what stood there. NULL: it is none. */
static char *flat_json_read_member(char *at, struct flat_member *member_r, char *mark_r)
{
	char *key, *end;

	if (*at != '"' || !flat_json_read_text(&at, &key))
		return NULL;
	member_r->key = key;
	at = flat_json_skip_blanks(at);
	if (*at != ':')
		return NULL;
	end = read_value(flat_json_skip_blanks(at + 1), member_r);
	if (end == NULL)
		return NULL;
	at = flat_json_skip_blanks(end);
	*mark_r = *at;
	if (member_r->kind != FLAT_TEXT)
		*end = '\0';
	return at;
}

bool flat_json_read(char *text, struct flat_json *json_r)
{
	struct flat_member member;
	char *at = flat_json_skip_blanks(text), mark = ',';

	json_r->count = 0;
	if (*at != '{')
		return false;
	at = flat_json_skip_blanks(at + 1);
	if (*at == '}')
		return *flat_json_skip_blanks(at + 1) == '\0';
	while (mark == ',') {
		at = flat_json_read_member(at, &member, &mark);
		if (at == NULL || (mark != ',' && mark != '}'))
			return false;
		if (json_r->count < FLAT_JSON_MEMBERS)
			json_r->members[json_r->count++] = member;
		at = flat_json_skip_blanks(at + 1);
	}
	return *at == '\0';
}

const struct flat_member *flat_json_find(const struct flat_json *json, const char *key)
{
	for (size_t i = json->count; i > 0; i--)
		if (json->members[i - 1].key[0] == key[0] && strcmp(json->members[i - 1].key, key) == 0)
			return &json->members[i - 1];
	return NULL;
}
