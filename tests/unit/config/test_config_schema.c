/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/schema.h"
#include "policy/selector.h"
#include "config/typecheck.h"
#include "util/memory.h"
#include "load.h"

TestSuite(config_schema);

static const struct schema *const schemas[] = {
	&schema_policy,    &schema_included, &schema_daemon,      &schema_defaults,  &schema_connector,
	&schema_exception, &schema_require,  &schema_certificate, &schema_list_item,
};
#define SCHEMA_COUNT (sizeof schemas / sizeof *schemas)

/* What every key must have for the reader and the manual to work. */
static void check_key(void *context, const char *path, const struct key *key)
{
	size_t *count = context;

	(*count)++;
	cr_expect(key->name[0] != '\0' &&
		  strspn(key->name, "abcdefghijklmnopqrstuvwxyz_") == strlen(key->name));
	cr_expect(key->summary != NULL && strlen(key->summary) > 10, "%s needs a summary", path);
	cr_expect_neq(key->summary[strlen(key->summary) - 1], '.', "%s", path);
	cr_expect_null(strchr(key->summary, '\n'), "%s", path);
	cr_expect(key->type != VALUE_WORD || key->words != NULL, "%s", path);
	cr_expect(key->type != VALUE_MAPS || key->schema != NULL, "%s", path);
	cr_expect(key->type != VALUE_MAP || key->schema != NULL, "%s", path);
	cr_expect(key->type != VALUE_TEXT || key->max > key->min, "%s", path);
	cr_expect(key->type != VALUE_INTEGER || key->max > key->min, "%s", path);
	cr_expect(key->default_text == NULL || key->inherits == NULL, "%s has one or the other", path);
	cr_expect(key->default_text == NULL || key->required == NULL, "%s", path);
}

Test(config_schema, keys_are_complete)
{
	size_t count = 0;

	schema_walk(&schema_policy, check_key, &count);
	cr_expect_gt(count, 50, "the walk saw %zu keys", count);
}

/* Each member of the struct that a map is read into belongs to one key. */
Test(config_schema, keys_and_structs_agree)
{
	for (size_t s = 0; s < SCHEMA_COUNT; s++) {
		bool used[SCHEMA_KEYS_MAX] = {false};

		cr_assert_leq(schemas[s]->count, SCHEMA_KEYS_MAX);
		cr_expect_eq(schemas[s]->size, schemas[s]->count * sizeof(struct value), "%s",
			     schemas[s]->noun);
		for (size_t i = 0; i < schemas[s]->count; i++) {
			size_t slot = schemas[s]->keys[i].offset / sizeof(struct value);

			cr_expect_eq(schemas[s]->keys[i].offset % sizeof(struct value), 0);
			cr_expect_not(used[slot], "%s: %s", schemas[s]->noun, schemas[s]->keys[i].name);
			used[slot] = true;
			for (size_t k = 0; k < i; k++)
				cr_expect_str_neq(schemas[s]->keys[i].name, schemas[s]->keys[k].name);
		}
	}
}

static void check_default(void *context, const char *path, const struct key *key)
{
	const struct node node = {.plain = true,
				  .line = 1,
				  .column = 1,
				  .count = key->default_text != NULL ? strlen(key->default_text) : 0,
				  .text = key->default_text};
	const struct source source = {.diagnostics = context, .name = path};
	struct value written = {0}, assumed = {0};
	const struct reading reading = {.source = &source, .key = key, .value = &written};

	if (key->default_text == NULL || key->default_text[0] == '\0')
		return;
	typecheck_default(key, &assumed);
	typecheck_value(&reading, &node);
	cr_expect_eq(written.number, assumed.number, "%s", path);
	if (key->type != VALUE_LIST)
		cr_expect_str_eq(written.text, assumed.text, "%s", path);
}

Test(config_schema, a_default_means_the_same_when_it_is_written)
{
	struct diagnostics d = {0};
	char *messages;

	schema_walk(&schema_policy, check_default, &d);
	messages = take_messages(&d);
	cr_expect_str_eq(messages, "");
	free(messages);
}

struct keys_of_path {
	bool found;
	const char *path;
};

static void find_path(void *context, const char *path, const struct key *key)
{
	struct keys_of_path *search = context;

	search->found |= strcmp(path, search->path) == 0 && key->type == VALUE_WORD;
}

static void check_inheritance(void *context, const char *path, const struct key *key)
{
	struct keys_of_path search = {.path = key->inherits};

	if (key->inherits == NULL)
		return;
	schema_walk(&schema_policy, find_path, &search);
	cr_expect(search.found, "%s inherits from %s, which is no key", path, key->inherits);
	(*(size_t *)context)++;
}

Test(config_schema, what_is_inherited_is_a_key)
{
	size_t count = 0;

	schema_walk(&schema_policy, check_inheritance, &count);
	cr_expect_eq(count, 4);
}

static void note_path(void *context, const char *path, const struct key *key)
{
	(void)key;
	strbuf_printf(context, "%s ", path);
}

Test(config_schema, walk)
{
	struct strbuf paths = {0};

	schema_walk(&schema_exception, note_path, &paths);
	cr_expect_str_eq(paths.text,
			 "senders senders[].file recipients recipients[].file clients clients[].file "
			 "authenticated ");
	strbuf_fini(&paths);
}

/* A selector that is forgotten somewhere would be silent: it would never match, or never be written. */
Test(config_schema, each_selector_is_a_key_of_connectors)
{
	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		const struct selector *selector = &selectors[i];
		bool in_connector = selector->match != NULL && selector->count != NULL &&
				    selector->print != NULL && selector->print_compared != NULL &&
				    selector->fini != NULL;
		size_t offset = offsetof(struct raw_connector, selectors) + i * sizeof(struct value);
		bool found = false;

		cr_assert_not_null(selector->key, "%d", (int)i);
		cr_expect((selector->patterns != NULL) != in_connector, "%s", selector->key);
		cr_expect_eq(in_connector, i >= SELECTOR_SESSION, "%s", selector->key);
		for (size_t k = 0; k < schema_connector.count; k++)
			found |= strcmp(schema_connector.keys[k].name, selector->key) == 0 &&
				 schema_connector.keys[k].offset == offset;
		cr_expect(found, "%s is no key, or another's", selector->key);
	}
}

/* The example that we ship, and the manual. The caller frees the text. */
static char *read_file(const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct strbuf path = {0}, text = {0};
	FILE *file;
	int c;

	strbuf_printf(&path, "%s/%s", srcdir != NULL ? srcdir : ".", name);
	file = fopen(path.text, "r");
	cr_assert_not_null(file, "%s", path.text);
	while ((c = getc(file)) != EOF)
		strbuf_putc(&text, (char)c);
	(void)fclose(file);
	strbuf_fini(&path);
	return strbuf_take(&text);
}

/* Whether the key begins a line, behind blanks, "#" and "-", and how often. */
static size_t lines_with_key(const char *text, const char *key)
{
	size_t length = strlen(key), count = 0;

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += strspn(line, "\n #-");
		count += strncmp(line, key, length) == 0 && line[length] == ':';
		if (*line == '\0')
			break;
	}
	return count;
}

static void check_example(void *context, const char *path, const struct key *key)
{
	size_t count = lines_with_key(context, key->name);

	cr_expect_geq(count, 1, "the example lacks %s", path);
}

Test(config_schema, the_example_has_every_key)
{
	char *example = read_file("etc/forcedtls.yaml");
	struct config *config = load(example);

	schema_walk(&schema_policy, check_example, example);
	cr_expect_eq(config->policy->mode, MODE_TEST, "safe to start with");
	config_free(&config);
	free(example);
}

static void check_manual(void *context, const char *path, const struct key *key)
{
	char entry[100];
	const char *manual = context;
	bool found = false;

	(void)snprintf(entry, sizeof entry, "Cm %s", key->name);
	for (const char *at = strstr(manual, entry); at != NULL && !found; at = strstr(at + 1, entry))
		found = strchr(" \n", at[strlen(entry)]) != NULL;
	cr_expect(found, "the manual lacks %s", path);
}

Test(config_schema, the_manual_has_every_key)
{
	char *manual = read_file("man/forcedtls.yaml.5");

	schema_walk(&schema_policy, check_manual, manual);
	free(manual);
}
