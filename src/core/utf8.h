/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_UTF8_H
#define FORCEDTLS_CORE_UTF8_H

#include <stddef.h>

/*
 * text as valid UTF-8: each byte that is none becomes U+FFFD, and text beyond
 * max bytes is cut at a character, with "..." behind. The caller frees it.
 */
char *utf8_repair(const char *text, size_t length, size_t max);

#endif
