/* SPDX-License-Identifier: MIT */
/*
 * Fingerprints of certificates as text and as bytes. Knows nothing of
 * certificates: whoever has one in hand makes the digest.
 */
#include "tls/fingerprint.h"

#include <stddef.h>
#include <string.h>

#include "util/hex.h"

/* The number of bytes that text stands for, or 0. The first FINGERPRINT_BYTES of them are kept. */
static size_t read_bytes(const char *text, struct fingerprint *fingerprint)
{
	bool colons = false;
	size_t count = 0;

	for (;;) {
		int byte = hex_byte(text);

		if (byte < 0)
			return 0;
		if (count < FINGERPRINT_BYTES)
			fingerprint->bytes[count] = (uint8_t)byte;
		count++;
		text += 2;
		if (*text == '\0')
			return count;
		if (count == 1)
			colons = *text == ':';
		if ((*text == ':') != colons)
			return 0;
		text += colons ? 1 : 0;
	}
}

enum fingerprint_result fingerprint_parse(const char *text, struct fingerprint *fingerprint_r)
{
	struct fingerprint fingerprint;
	size_t count = read_bytes(text, &fingerprint);

	if (count == 0)
		return FINGERPRINT_INVALID;
	if (count != FINGERPRINT_BYTES)
		return FINGERPRINT_LENGTH;
	*fingerprint_r = fingerprint;
	return FINGERPRINT_OK;
}

const char *fingerprint_print(const struct fingerprint *fingerprint, char buffer[FINGERPRINT_TEXT_SIZE])
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = buffer;

	for (size_t i = 0; i < FINGERPRINT_BYTES; i++) {
		*out++ = digits[fingerprint->bytes[i] >> 4];
		*out++ = digits[fingerprint->bytes[i] & 0xf];
		*out++ = i + 1 < FINGERPRINT_BYTES ? ':' : '\0';
	}
	return buffer;
}

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b)
{
	return memcmp(a->bytes, b->bytes, FINGERPRINT_BYTES) == 0;
}
