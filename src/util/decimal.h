/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_DECIMAL_H
#define FORCEDTLS_UTIL_DECIMAL_H

#include <limits.h>
#include <stddef.h>
#include <string.h>

/*
 * The number that the first length bytes of text are, or -1 for none of them,
 * for one over INT_MAX, and for anything but digits: strtol(3) would take
 * blanks, signs and rubbish behind the number. Reads nothing behind the first
 * byte that is no digit. Threads: safe.
 */
static inline int decimal_parse_bytes(const char *text, size_t length)
{
	int number = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || number > (INT_MAX - (text[i] - '0')) / 10)
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return length > 0 ? number : -1;
}

/* The same of a whole text; -1 for NULL. */
static inline int decimal_parse(const char *text)
{
	return text != NULL ? decimal_parse_bytes(text, strlen(text)) : -1;
}

#endif
