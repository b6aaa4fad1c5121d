/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a peer as text for those who take UTF-8 alone. Knows nothing of
 * what the text is for.
 */
#include "core/utf8.h"

#include <stdint.h>
#include <unistr.h>

#include "core/memory.h"

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
