/* SPDX-License-Identifier: MIT */
/*
 * Values in a line of the log: escaped, so that none can end the line or forge
 * another, and bounded, so that no reader cuts the line. Knows nothing of which
 * values there are.
 */
#include "verdict/log_value.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistr.h>

#include "util/json_text.h"

#define MARK "..."

/* The bytes that end or open something in a log line, beside white space and what is not printable. */
static bool is_plain_byte(unsigned char c)
{
	return c > 0x20 && c < 0x7f && strchr("<>\\\";", c) == NULL;
}

static bool is_printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Adds a byte, plain or escaped, or the mark where it has no room. */
static void add_byte(struct strbuf *out, unsigned char c, bool plain, struct log_value_room *room)
{
	size_t wide = plain ? 1 : sizeof "\\xHH" - 1;

	if (room->bytes == 0 || room->width < wide) {
		room->cut = true;
		strbuf_puts(out, MARK);
		return;
	}
	room->bytes--;
	room->width -= wide;
	if (plain)
		strbuf_putc(out, (char)c);
	else
		strbuf_printf(out, "\\x%02X", c);
}

void log_value_add(struct strbuf *out, const char *value, size_t length, const char *special,
		   struct log_value_room *room)
{
	for (size_t i = 0; i < length && !room->cut; i++) {
		unsigned char c = (unsigned char)value[i];

		add_byte(out, c, is_plain_byte(c) && strchr(special, c) == NULL, room);
	}
}

void log_value_add_text(struct strbuf *out, const char *text, struct log_value_room *room)
{
	for (; *text != '\0' && !room->cut; text++)
		add_byte(out, (unsigned char)*text, is_printable((unsigned char)*text), room);
}

/* Bytes that log_form.c has for a character of that many bytes; one that is none becomes U+FFFD. */
static size_t json_width(int size, ucs4_t character)
{
	if (size <= 0)
		return sizeof "\\uFFFD" - 1;
	if (character < 0x20)
		return strchr("\b\f\n\r\t", (int)character) != NULL ? 2 : 6;
	if (character == '"' || character == '\\')
		return 2;
	if (character < 0x7f)
		return 1;
	return character < 0x10000 ? 6 : 12;
}

json_t *log_value_json(const char *value, size_t length, struct log_value_room *room)
{
	size_t at = 0;

	if (value == NULL)
		return json_null();
	while (at < length) {
		ucs4_t character = 0;
		int size = u8_mbtoucr(&character, (const uint8_t *)value + at, length - at);
		size_t bytes = (size_t)(size > 0 ? size : 1), wide = json_width(size, character);

		room->cut = bytes > room->bytes || wide > room->width;
		if (room->cut)
			break;
		room->bytes -= bytes;
		room->width -= wide;
		at += bytes;
	}
	return json_text_bytes(value, length, at);
}
