/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the config layer share: policies from texts, and their
 * messages as one text.
 */
#include "load.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_read.h"
#include "core/memory.h"

char *take_messages(struct diagnostics *diagnostics)
{
	struct strbuf out = {0};

	for (size_t i = 0; i < diagnostics->count; i++) {
		char *text = diagnostic_text(&diagnostics->list[i]);

		strbuf_printf(&out, "%s\n", text);
		free(text);
	}
	diagnostics_fini(diagnostics);
	return strbuf_take(&out);
}

struct config *load(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_load_bytes("p", (const unsigned char *)text, strlen(text), &diagnostics);
	char *messages = take_messages(&diagnostics);

	cr_assert(config != NULL, "%s", messages);
	free(messages);
	return config;
}

char *messages_of(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_load_bytes("p", (const unsigned char *)text, strlen(text), &diagnostics);

	cr_expect_eq(config == NULL, diagnostics.errors > 0);
	config_free(&config);
	return take_messages(&diagnostics);
}

void expect_messages(const char *text, const char *expected)
{
	char *messages = messages_of(text);

	cr_expect_str_eq(messages, expected, "%s\ngives\n%s\nexpected\n%s", text, messages, expected);
	free(messages);
}

struct tree read_tree(const char *text)
{
	struct diagnostics diagnostics = {0};
	const struct source source = {.diagnostics = &diagnostics, .name = "p"};
	struct tree tree;
	bool valid = yaml_read(&source, (const unsigned char *)text, strlen(text), &tree);
	char *messages = take_messages(&diagnostics);

	cr_assert(valid, "%s", messages);
	free(messages);
	return tree;
}

const struct node *node_at(const struct node *map, const char *key)
{
	cr_assert_eq(map->kind, NODE_MAP);
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->pairs[i].key->text, key) == 0)
			return map->pairs[i].value;
	cr_assert(false, "no key %s", key);
	return NULL;
}
