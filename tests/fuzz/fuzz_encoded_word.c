/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Encoded words. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/encoded_word.h"
#include "util/memory.h"
#include "fuzz/fields.h"
#include "fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each byte as Q writes it, so that nothing is left to chance. */
static char *encode_q(const char *text)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "=?utf-8?q?");
	for (; *text != '\0'; text++)
		strbuf_printf(&out, "=%02X", (unsigned)(unsigned char)*text);
	strbuf_puts(&out, "?= end");
	return strbuf_take(&out);
}

static char *encode_b(const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct strbuf out = {0};
	size_t length = strlen(text);

	strbuf_puts(&out, "=?utf-8?B?");
	for (size_t at = 0; at < length; at += 3) {
		size_t left = length - at;
		unsigned bits = (unsigned)(unsigned char)text[at] << 16;

		bits |= left > 1 ? (unsigned)(unsigned char)text[at + 1] << 8 : 0;
		bits |= left > 2 ? (unsigned)(unsigned char)text[at + 2] : 0;
		for (size_t i = 0; i < 4; i++)
			strbuf_putc(&out, i <= left ? digits[bits >> (18 - 6 * i) & 63] : '=');
	}
	strbuf_puts(&out, "?= end");
	return strbuf_take(&out);
}

/* What was encoded comes back, and what follows stays. */
static void check_back(const char *text, char *encoded)
{
	bool ascii_based;
	char *decoded = encoded_words_decode(encoded, "", &ascii_based);
	size_t length = strlen(text);

	MUST(ascii_based);
	MUST(strncmp(decoded, text, length) == 0 && strcmp(decoded + length, " end") == 0);
	free(decoded);
	free(encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields;
	struct strbuf behind = {0};
	bool ascii_based, other_ascii_based;
	char *decoded, *other;

	fields_init(&fields, data, size);
	decoded = encoded_words_decode(fields.texts[0], "", &ascii_based);
	/* Decoding adds nothing, and what has no encoded word stays as it is. */
	MUST(strlen(decoded) <= strlen(fields.texts[0]));
	MUST(strstr(fields.texts[0], "=?") != NULL || strcmp(decoded, fields.texts[0]) == 0);
	/* Text in front stays in front. */
	strbuf_printf(&behind, "a.example %s", fields.texts[0]);
	other = encoded_words_decode(behind.text, "", &other_ascii_based);
	MUST(other_ascii_based == ascii_based);
	MUST(strncmp(other, "a.example ", 10) == 0 && strcmp(other + 10, decoded) == 0);
	check_back(fields.texts[0], encode_q(fields.texts[0]));
	check_back(fields.texts[0], encode_b(fields.texts[0]));
	strbuf_fini(&behind);
	free(other);
	free(decoded);
	fields_fini(&fields);
	return 0;
}
