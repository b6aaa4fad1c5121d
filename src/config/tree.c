/* SPDX-License-Identifier: MIT */
/*
 * The tree that a YAML document becomes, and the memory it lives in. Knows
 * neither libyaml nor what a policy is.
 */
#include "config/tree.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/memory.h"

#define CHUNK_SIZE ((size_t)64 * 1024)

struct tree_chunk {
	struct tree_chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

static struct tree_chunk *chunk_new(size_t size)
{
	struct tree_chunk *chunk = xmalloc(sizeof *chunk + size);

	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

/* Whatever is large gets a chunk of its own, behind the one that is being filled. */
static void *alloc_large(struct tree *tree, size_t size)
{
	struct tree_chunk *chunk = chunk_new(size);

	chunk->used = size;
	if (tree->chunks == NULL) {
		tree->chunks = chunk;
	} else {
		chunk->next = tree->chunks->next;
		tree->chunks->next = chunk;
	}
	return chunk->bytes;
}

void *tree_alloc(struct tree *tree, size_t size)
{
	struct tree_chunk *chunk = tree->chunks;
	void *block;

	assert(size < SIZE_MAX / 2);
	size = (size + alignof(struct node) - 1) / alignof(struct node) * alignof(struct node);
	if (size > CHUNK_SIZE / 4)
		return alloc_large(tree, size);
	if (chunk == NULL || chunk->size - chunk->used < size) {
		chunk = chunk_new(CHUNK_SIZE);
		chunk->next = tree->chunks;
		tree->chunks = chunk;
	}
	block = chunk->bytes + chunk->used;
	chunk->used += size;
	return block;
}

void tree_fini(struct tree *tree)
{
	while (tree->chunks != NULL) {
		struct tree_chunk *next = tree->chunks->next;

		free(tree->chunks);
		tree->chunks = next;
	}
	tree->root = NULL;
}

bool node_is_null(const struct node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != NODE_SCALAR || !node->plain)
		return false;
	for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
		if (strcmp(node->text, nulls[i]) == 0)
			return true;
	return false;
}

size_t node_item_count(const struct node *node)
{
	return node->kind == NODE_LIST ? node->count : 1;
}

const struct node *node_item(const struct node *node, size_t index)
{
	assert(index < node_item_count(node));
	return node->kind == NODE_LIST ? node->items[index] : node;
}

static bool is_boolean(const char *text)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* All of text, of which there is some, is made of these characters. */
static bool is_made_of(const char *text, const char *characters)
{
	return text[0] != '\0' && text[strspn(text, characters)] == '\0';
}

static bool tree_is_number(const char *text)
{
	static const char digits[] = "0123456789";
	size_t before, behind = 0;

	if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0o", 2) == 0)
		return is_made_of(text + 2, text[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567");
	if (strcasecmp(text, ".nan") == 0)
		return true;
	text += *text == '-' || *text == '+';
	if (strcasecmp(text, ".inf") == 0)
		return true;
	before = strspn(text, digits);
	text += before;
	if (*text == '.') {
		behind = strspn(text + 1, digits);
		text += 1 + behind;
	}
	if (before + behind == 0 || (*text != '\0' && *text != 'e' && *text != 'E'))
		return false;
	if (*text == '\0')
		return true;
	text++;
	text += *text == '-' || *text == '+';
	return is_made_of(text, digits);
}

const char *node_other_type(const struct node *node)
{
	if (node->kind != NODE_SCALAR || !node->plain)
		return NULL;
	if (is_boolean(node->text))
		return "boolean";
	return tree_is_number(node->text) ? "number" : NULL;
}
