/* SPDX-License-Identifier: MIT */
/*
 * Prints the schema of the policy file, one key a line, for tests/manual.py:
 * path, type, default, what it inherits, its words.
 * Fields end with a tab; what a key has not is "-".
 */
#include <stdio.h>
#include <stdlib.h>

#include "config/schema.h"

static const char *type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_BOOLEAN] = "boolean", [VALUE_INTEGER] = "integer", [VALUE_WORD] = "word",
		[VALUE_TEXT] = "text",       [VALUE_LIST] = "list",       [VALUE_MAP] = "map",
		[VALUE_MAPS] = "maps",
	};

	return names[type];
}

static const char *text_or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static void print_key(void *context, const char *path, const struct key *key)
{
	size_t *count = context;

	(*count)++;
	printf("%s\t%s\t%s\t%s\t", path, type_name(key->type), text_or_dash(key->default_text),
	       text_or_dash(key->inherits));
	for (size_t i = 0; key->words != NULL && i < key->words->count; i++)
		printf("%s ", key->words->list[i].text);
	putchar('\n');
}

int main(void)
{
	size_t count = 0;

	schema_walk(&schema_policy, print_key, &count);
	return count > 0 && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
