/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_TREE_H
#define FORCEDTLS_CONFIG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a YAML document says, with the place of each value: scalars, lists and
 * maps, and nothing else. An alias is the node that it stands for. Small on
 * purpose: a policy may list a million domains.
 */
enum node_kind {
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAP,
};

struct pair;

struct node {
	enum node_kind kind;
	bool plain; /* a scalar without quotes */
	uint32_t line; /* from 1 */
	uint32_t column; /* from 1 */
	size_t count; /* bytes of a scalar, items of a list, pairs of a map */
	union {
		const char *text; /* NUL-terminated, and without a NUL before that */
		const struct node *const *items;
		const struct pair *pairs;
	};
};

struct pair {
	const struct node *key; /* any kind: YAML allows that */
	const struct node *value;
};

struct tree_chunk;

/* A document. Zeroed memory is an empty one. All nodes and texts are the tree's. */
struct tree {
	const struct node *root; /* NULL: the file says nothing at all */
	struct tree_chunk *chunks;
};

/* Memory that lives as long as the tree. Never fails. */
void *tree_alloc(struct tree *tree, size_t size);
void tree_fini(struct tree *tree);

/* "~", "null" or nothing at all, without quotes. */
bool node_is_null(const struct node *node);

/*
 * "boolean" or "number" for a scalar without quotes that other readers of YAML
 * take for one (its core schema, and the yes and no of YAML 1.1); else NULL.
 */
const char *node_other_type(const struct node *node);

/* A value that is no list counts as a list of itself: "senders: a.example". */
size_t node_item_count(const struct node *node);
const struct node *node_item(const struct node *node, size_t index);

#endif
