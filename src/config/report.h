/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_REPORT_H
#define FORCEDTLS_CONFIG_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "config/diagnostics.h"
#include "config/tree.h"
#include "core/place.h"

/* A file that is being read. */
struct source {
	struct diagnostics *diagnostics;
	const char *name; /* for messages */
	uint32_t file; /* in the policy's list of files */
};

/*
 * How one got to a value: "connectors[2].require.min_version" is a chain of
 * four, innermost first. Kept on the stack, and written out only when there is
 * something to say. NULL is the file as a whole.
 */
struct path {
	const struct path *parent;
	const char *key; /* NULL: an item of a list */
	size_t index; /* of the item, from 0 */
};

struct place source_place(const struct source *source, const struct node *node);

/*
 * A message about a value. node: where it stands; NULL for the file as a
 * whole. Text that comes from the file goes through report_quote first.
 */
void report_error(const struct source *source, const struct path *path, const struct node *node,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));
void report_warning(const struct source *source, const struct path *path, const struct node *node,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same about a place of which no node is left. */
void report_error_at(const struct source *source, const struct path *path, struct place place,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Bytes of a value that a message shows; "..." stands for the rest. */
#define REPORT_QUOTE_MAX ((size_t)100)
#define REPORT_QUOTE_SIZE (2 * REPORT_QUOTE_MAX + sizeof "\"...\"")

/* Writes text in double quotes and returns buffer. text: UTF-8. */
const char *report_quote(const char *text, char buffer[REPORT_QUOTE_SIZE]);

#endif
