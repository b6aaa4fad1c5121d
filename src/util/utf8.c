/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a peer or a file as text for those who take UTF-8 alone, and for
 * terminals. Knows nothing of what the text is for.
 */
#include "util/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistr.h>

#include "util/memory.h"

bool utf8_are_ascii(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			return false;
	return true;
}

size_t utf8_width(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

bool utf8_is_ascii(const char *text)
{
	return utf8_are_ascii(text, strlen(text));
}

char *utf8_repair(const char *text, size_t length, size_t max)
{
	static const char replacement[] = "\xef\xbf\xbd";
	struct strbuf out = {0};
	size_t at = 0;

	while (at < length) {
		ucs4_t character;
		int size = u8_mbtoucr(&character, (const uint8_t *)text + at, length - at);

		if (at + (size_t)(size > 0 ? size : 1) > max) {
			strbuf_puts(&out, "...");
			break;
		}
		if (size > 0)
			strbuf_add(&out, text + at, (size_t)size);
		else
			strbuf_puts(&out, replacement);
		at += (size_t)(size > 0 ? size : 1);
	}
	return strbuf_take(&out);
}

/* Characters that move the cursor, start a line, turn the direction of the text, or cannot be seen. */
static bool is_unprintable(ucs4_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

char *utf8_printable(const char *text)
{
	struct strbuf out = {0};
	size_t left = strlen(text);

	while (left > 0) {
		ucs4_t c;
		int length = u8_mbtoucr(&c, (const uint8_t *)text, left);
		bool bad = length < 0 || is_unprintable(c);

		if (length < 1)
			length = 1;
		for (int i = 0; i < length; i++, text++, left--) {
			if (bad)
				strbuf_printf(&out, "\\x%02X", (unsigned)(unsigned char)*text);
			else
				strbuf_putc(&out, *text);
		}
	}
	return strbuf_take(&out);
}
