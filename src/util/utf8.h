/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_UTF8_H
#define FORCEDTLS_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* True when no byte of text, or of so many bytes, lies beyond ASCII. Threads: safe, as all here. */
bool utf8_is_ascii(const char *text);
bool utf8_are_ascii(const char *bytes, size_t length);

/* How many characters text has. */
size_t utf8_width(const char *text);

/*
 * text as valid UTF-8: each byte that is none becomes U+FFFD, and text beyond
 * max bytes is cut at a character, with "..." behind. The caller frees it.
 */
char *utf8_repair(const char *text, size_t length, size_t max);

/*
 * text for a terminal: each control character, each that turns the direction
 * of text or cannot be seen, and each byte that is not UTF-8 as \xHH, a byte
 * at a time. The caller frees it.
 */
char *utf8_printable(const char *text);

#endif
