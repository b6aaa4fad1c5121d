/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_JSON_TEXT_H
#define FORCEDTLS_UTIL_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

/*
 * A text as JSON, which takes UTF-8 alone, repaired and cut as utf8_repair
 * does. NULL becomes null. The caller owns it; NULL when jansson has no
 * memory. Threads: safe.
 */
json_t *json_text(const char *text, size_t max);
/* The same of the first length bytes. */
json_t *json_text_bytes(const char *text, size_t length, size_t max);

/* A member of an object: otherwise where it is no text, 0 where it is no whole number. Borrowed. */
const char *text_in(const json_t *object, const char *key, const char *otherwise);
long long number_in(const json_t *object, const char *key);

#endif
