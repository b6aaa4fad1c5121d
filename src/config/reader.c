/* SPDX-License-Identifier: MIT */
/*
 * Reads maps by their schema: which keys are there, and which should be. Knows
 * no key by name, and leaves values to typecheck.c.
 */
#include "config/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/suggest.h"
#include "config/translation.h"
#include "config/typecheck.h"
#include "util/memory.h"

const struct path *reader_item_path(const struct path *path, const struct node *list, size_t index,
				    struct path *storage)
{
	if (list->kind != NODE_LIST)
		return path;
	*storage = (struct path){.parent = path, .index = index};
	return storage;
}

static struct value *reader_value_of(void *raw, const struct key *key)
{
	return (struct value *)(void *)((char *)raw + key->offset);
}

void reader_defaults(const struct schema *schema, void *raw)
{
	memset(raw, 0, schema->size);
	for (size_t i = 0; i < schema->count; i++)
		typecheck_default(&schema->keys[i], reader_value_of(raw, &schema->keys[i]));
}

/* "mode:test" as it should be, where that is a key; or NULL. The caller frees it. */
static char *reader_key_without_blank(const char *text, const struct schema *schema)
{
	size_t length = strcspn(text, ":");
	struct strbuf meant = {0};

	for (size_t i = 0; i < schema->count && text[length] != '\0'; i++)
		if (strlen(schema->keys[i].name) == length &&
		    strncmp(schema->keys[i].name, text, length) == 0) {
			strbuf_printf(&meant, "%s: %s", schema->keys[i].name, text + length + 1);
			return strbuf_take(&meant);
		}
	return NULL;
}

static void report_unknown_key(const struct source *source, const struct path *path, const struct node *node,
			       const struct schema *schema)
{
	char quoted[REPORT_QUOTE_SIZE], meant[REPORT_QUOTE_SIZE];
	const char *ours = translation_of_key(node->text);
	char *spaced = reader_key_without_blank(node->text, schema);
	struct suggestion suggestion;

	(void)report_quote(node->text, quoted);
	suggest_begin(&suggestion, node->text);
	for (size_t i = 0; i < schema->count; i++)
		suggest_offer(&suggestion, schema->keys[i].name);
	if (ours != NULL)
		report_error(source, path, node, "unknown key %s, which is Exchange's; here it is %s", quoted,
			     ours);
	else if (spaced != NULL)
		report_error(source, path, node, "unknown key %s; did you mean %s, with a blank?", quoted,
			     report_quote(spaced, meant));
	else if (suggestion.best != NULL)
		report_error(source, path, node, "unknown key %s; did you mean \"%s\"?", quoted,
			     suggestion.best);
	else
		report_error(source, path, node, "unknown key %s in %s", quoted, schema->noun);
	free(spaced);
}

/* The number of the key in the schema; schema->count when it is not there. */
static size_t find_key(const struct schema *schema, const char *name)
{
	size_t number = 0;

	while (number < schema->count && strcmp(schema->keys[number].name, name) != 0)
		number++;
	return number;
}

static void read_pair(const struct source *source, const struct path *path, const struct pair *pair,
		      const struct schema *schema, void *raw, const struct node *seen[])
{
	struct path key_path = {.parent = path};
	struct reading reading = {.source = source, .path = &key_path};
	size_t number;

	if (pair->key->kind != NODE_SCALAR) {
		report_error(source, path, pair->key, "a key must be text, not %s",
			     typecheck_kind(pair->key));
		return;
	}
	number = find_key(schema, pair->key->text);
	if (number == schema->count) {
		report_unknown_key(source, path, pair->key, schema);
		return;
	}
	reading.key = &schema->keys[number];
	reading.value = reader_value_of(raw, reading.key);
	key_path.key = reading.key->name;
	if (seen[number] != NULL) {
		report_error(source, &key_path, pair->key, "is there twice; the first is in line %u",
			     (unsigned)seen[number]->line);
		return;
	}
	seen[number] = pair->key;
	reading.value->given = true;
	typecheck_value(&reading, pair->value);
}

bool reader_map(const struct source *source, const struct path *path, const struct node *node,
		const struct schema *schema, void *raw)
{
	const struct node *seen[SCHEMA_KEYS_MAX] = {NULL};

	assert(schema->count <= SCHEMA_KEYS_MAX);
	reader_defaults(schema, raw);
	if (node->kind != NODE_MAP) {
		typecheck_refuse(source, path, node, "a map");
		return false;
	}
	for (size_t i = 0; i < node->count; i++)
		read_pair(source, path, &node->pairs[i], schema, raw, seen);
	for (size_t i = 0; i < schema->count; i++) {
		const struct path key_path = {.parent = path, .key = schema->keys[i].name};

		if (schema->keys[i].required != NULL && seen[i] == NULL)
			report_error(source, &key_path, node, "is missing: %s", schema->keys[i].required);
	}
	return true;
}
