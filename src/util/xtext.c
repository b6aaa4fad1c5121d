/* SPDX-License-Identifier: MIT */
/* The encoding of RFC 3461, and nothing of what is encoded in it. */
#include "util/xtext.h"

#include "util/hex.h"
#include "util/memory.h"

char *xtext_decode(const char *text)
{
	char *decoded = xstrdup(text), *to = decoded;

	for (const char *from = text; *from != '\0'; from++) {
		int byte = from[0] == '+' ? hex_byte(from + 1) : -1;

		if (byte > 0) {
			*to++ = (char)byte;
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return decoded;
}
