/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_DECIMAL_H
#define FORCEDTLS_CORE_DECIMAL_H

#include <limits.h>
#include <stddef.h>

/*
 * The number that text is, or -1 for NULL, for one over INT_MAX, and for
 * anything but digits: strtol(3) would take blanks, signs and rubbish behind
 * the number. Threads: safe.
 */
static inline int decimal_parse(const char *text)
{
	int number = 0;

	if (text == NULL || *text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		if (number > (INT_MAX - (*text - '0')) / 10)
			return -1;
		number = number * 10 + (*text - '0');
	}
	return number;
}

#endif
