/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_READER_H
#define FORCEDTLS_CONFIG_READER_H

#include <stdbool.h>

#include "config/report.h"
#include "config/schema.h"

/*
 * Reads a map as schema has it into raw, a struct of schema->size that is made
 * of struct value. Reports keys that are unknown, missing, there twice or of
 * the wrong type; raw then has what could be used. False when node is no map.
 */
bool reader_map(const struct source *source, const struct path *path, const struct node *node,
		const struct schema *schema, void *raw);

/* Fills in what holds for a map that is not there at all. */
void reader_defaults(const struct schema *schema, void *raw);

/*
 * One item of a list as a path: path itself where a single value stands for
 * the list. storage holds what the result may point to.
 */
const struct path *reader_item_path(const struct path *path, const struct node *list, size_t index,
				    struct path *storage);

#endif
