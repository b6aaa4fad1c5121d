/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LOG_QUEUE_H
#define FORCEDTLS_RUN_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* What lines that wait may take of memory: a few seconds of a busy server. */
#define LOG_QUEUE_BYTES_MAX ((size_t)1024 * 1024)

/* Lines in the order in which they came. Zeroed memory is an empty queue. Not safe for threads. */
struct log_queue {
	struct queued_line *first;
	struct queued_line *last;
	size_t bytes;
};

struct queued_line {
	struct queued_line *next;
	size_t length;
	char text[]; /* with a NUL */
};

/* Adds a copy of text at the end. False: there is no room, and it is lost. */
bool log_queue_add(struct log_queue *queue, const char *text, size_t length);

/* Drops the first, of which there is one. */
void log_queue_drop(struct log_queue *queue);

/* Drops all, or all behind the first; how many were dropped. */
size_t log_queue_clear(struct log_queue *queue);
size_t log_queue_cut(struct log_queue *queue);

#endif
