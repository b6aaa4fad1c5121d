/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_LOG_VALUE_H
#define FORCEDTLS_VERDICT_LOG_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/memory.h"

/* Bytes of one value that a line of the log shows, before anything is escaped. */
#define LOG_VALUE_MAX 512

/*
 * Bytes of a line without what the log puts before it, and without its end:
 * with these it stays below what a pipe takes at once (PIPE_BUF, 4096), and
 * far below what rsyslog (8 KiB) and journald (48 KiB) cut by default.
 */
#define LOG_VALUE_LINE_MAX 4000

/*
 * What a value, or some that share it, may take. What does not fit is left
 * out, with "..." in its place; that comes on top. The functions below take
 * what they use from it.
 */
struct log_value_room {
	size_t bytes; /* of the value */
	size_t width; /* as it is written down */
	bool cut; /* something was left out, and the mark is there */
};
static inline struct log_value_room log_value_room(size_t width)
{
	return (struct log_value_room){.bytes = LOG_VALUE_MAX, .width = width};
}

/* Adds value, all but 0x21-0x7E without < > \ " ; and the bytes of special as \xHH. */
void log_value_add(struct strbuf *out, const char *value, size_t length, const char *special,
		   struct log_value_room *room);

/* Adds a text of ours, with its blanks and quotes; what is not printable ASCII as \xHH. */
void log_value_add_text(struct strbuf *out, const char *text, struct log_value_room *room);

/* The value for JSON: what is no UTF-8 becomes U+FFFD. A NULL value is null. The caller owns the result. */
json_t *log_value_json(const char *value, size_t length, struct log_value_room *room);

#endif
