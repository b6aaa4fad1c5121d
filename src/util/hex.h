/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_HEX_H
#define FORCEDTLS_UTIL_HEX_H

/* The value of one hexadecimal digit of either case, or -1. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two hexadecimal digits stand for, or -1. digits ends at the first NUL. */
static inline int hex_byte(const char *digits)
{
	int high = hex_digit(digits[0]);
	int low = high >= 0 ? hex_digit(digits[1]) : -1;

	return low >= 0 ? high * 16 + low : -1;
}

#endif
