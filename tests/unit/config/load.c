/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the config layer share: policies from texts, and their
 * messages as one text.
 */
#include "load.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/yaml_read.h"
#include "util/memory.h"
#include "lint/lint.h"

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

void expect_advice(const char *text, date_t today, const char *expected)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_check_bytes("p", (const unsigned char *)text, strlen(text), today, &diagnostics);
	char *messages;

	if (config != NULL)
		lint_config(config, &diagnostics);
	messages = take_messages(&diagnostics);
	cr_expect_str_eq(messages, expected, "%s\ngives\n%s\nexpected\n%s", text, messages, expected);
	free(messages);
	config_free(&config);
}

void expect_advice_on_arrivals(const char *text, date_t today, const char *expected)
{
	struct strbuf whole = {0};

	strbuf_printf(&whole, "%s  - {name: ours, recipients: '*', deliver: none}\nrecipient_delimiter: ''\n",
		      text);
	expect_advice(whole.text, today, expected);
	strbuf_fini(&whole);
}

void scratch_init(struct scratch *scratch)
{
	*scratch = (struct scratch){.folder = "/tmp/config_XXXXXX"};
	cr_assert_not_null(mkdtemp(scratch->folder));
}

static char *path_of(const struct scratch *scratch, const char *name)
{
	struct strbuf path = {0};

	strbuf_printf(&path, "%s/%s", scratch->folder, name);
	return strbuf_take(&path);
}

void scratch_write(struct scratch *scratch, const char *name, const char *bytes, size_t length)
{
	char *path = path_of(scratch, name);
	FILE *file = fopen(path, "wb");

	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
	cr_assert_lt(scratch->count, sizeof scratch->names / sizeof *scratch->names);
	cr_assert_lt(strlen(name), sizeof *scratch->names);
	memcpy(scratch->names[scratch->count++], name, strlen(name) + 1);
	free(path);
}

void scratch_puts(struct scratch *scratch, const char *name, const char *text)
{
	scratch_write(scratch, name, text, strlen(text));
}

char *scratch_messages(const struct scratch *scratch, const char *name, struct config **config_r)
{
	struct diagnostics diagnostics = {0};
	char *path = path_of(scratch, name);
	struct strbuf out = {0};
	size_t skip = strlen(scratch->folder) + 1;
	char *messages;

	*config_r = config_load(path, &diagnostics);
	cr_expect_eq(*config_r == NULL, diagnostics.errors > 0);
	messages = take_messages(&diagnostics);
	for (const char *at = messages; *at != '\0';) {
		if (strncmp(at, scratch->folder, skip - 1) == 0 && at[skip - 1] == '/')
			at += skip;
		else
			strbuf_putc(&out, *at++);
	}
	free(messages);
	free(path);
	return strbuf_take(&out);
}

void scratch_expect(const struct scratch *scratch, const char *name, const char *expected)
{
	struct config *config;
	char *messages = scratch_messages(scratch, name, &config);

	cr_expect_str_eq(messages, expected, "gives\n%s\nexpected\n%s", messages, expected);
	free(messages);
	config_free(&config);
}

void scratch_fini(struct scratch *scratch)
{
	for (size_t i = 0; i < scratch->count; i++) {
		char *path = path_of(scratch, scratch->names[i]);

		(void)unlink(path);
		free(path);
	}
	cr_expect_eq(rmdir(scratch->folder), 0);
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
