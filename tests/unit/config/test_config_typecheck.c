/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/typecheck.h"
#include "load.h"

TestSuite(config_typecheck);

static const struct word word_list[] = {{"north", 10}, {"south", 20}};
static const struct words words = {"direction", word_list, 2};
static const struct schema anything = {.noun = "anything"};

/* Checks the value of "k" in text. The caller frees the messages. */
static char *check(const struct key *key, const char *text, struct value *value_r, struct tree *tree_r)
{
	struct diagnostics d = {0};
	const struct source source = {.diagnostics = &d, .name = "p"};
	const struct path path = {.key = "k"};
	const struct reading reading = {.source = &source, .path = &path, .key = key, .value = value_r};

	*tree_r = read_tree(text);
	*value_r = (struct value){.number = -7};
	typecheck_value(&reading, node_at(tree_r->root, "k"));
	return take_messages(&d);
}

struct example {
	const char *text;
	long number; /* for those that are right */
	const char *message; /* part of it; NULL: right */
};

static void check_all(const struct key *key, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct value value;
		struct tree tree;
		char *messages = check(key, examples[i].text, &value, &tree);

		if (examples[i].message == NULL) {
			cr_expect_str_eq(messages, "", "%s gives %s", examples[i].text, messages);
			cr_expect_not_null(value.node, "%s", examples[i].text);
			cr_expect_eq(value.number, examples[i].number, "%s", examples[i].text);
		} else {
			cr_expect_not_null(strstr(messages, examples[i].message), "%s gives %s",
					   examples[i].text, messages);
			cr_expect_null(value.node, "%s", examples[i].text);
			cr_expect_eq(value.number, -7, "%s", examples[i].text);
		}
		free(messages);
		tree_fini(&tree);
	}
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

Test(config_typecheck, booleans)
{
	static const struct key key = {.name = "k", .type = VALUE_BOOLEAN};
	static const struct example examples[] = {
		{"k: true", 1, NULL},
		{"k: false", 0, NULL},
		{"k: True", 0, "without quotes; it is \"True\""},
		{"k: \"true\"", 0, "without quotes; it is \"true\""},
		{"k: 'false'", 0, "without quotes"},
		{"k: yes", 0, "without quotes; it is \"yes\""},
		{"k: on", 0, "must be true or false"},
		{"k: 1", 0, "must be true or false"},
		{"k: ''", 0, "must be true or false"},
		{"k: ~", 0, "has no value"},
		{"k: []", 0, "must be true or false, not a list"},
		{"k: {}", 0, "must be true or false, not a map"},
	};

	check_all(&key, examples, COUNT(examples));
}

Test(config_typecheck, integers)
{
	static const struct key key = {.name = "k", .type = VALUE_INTEGER, .min = 0, .max = 256};
	static const struct example examples[] = {
		{"k: 0", 0, NULL},
		{"k: 7", 7, NULL},
		{"k: 256", 256, NULL},
		{"k: 257", 0, "must be a whole number from 0 to 256, without quotes; it is \"257\""},
		{"k: -1", 0, "from 0 to 256"},
		{"k: +1", 0, "from 0 to 256"},
		{"k: 01", 0, "from 0 to 256"},
		{"k: 0x1", 0, "from 0 to 256"},
		{"k: 1.0", 0, "from 0 to 256"},
		{"k: 1_0", 0, "from 0 to 256"},
		{"k: \"1\"", 0, "from 0 to 256"},
		{"k: 18446744073709551617", 0, "from 0 to 256"},
		{"k: ", 0, "has no value"},
		{"k: [1]", 0, "must be a whole number, not a list"},
	};

	check_all(&key, examples, COUNT(examples));
}

Test(config_typecheck, words)
{
	static const struct key key = {.name = "k", .type = VALUE_WORD, .words = &words};
	static const struct example examples[] = {
		{"k: north", 10, NULL},
		{"k: 'south'", 20, NULL},
		{"k: North", 0, "unknown direction \"North\"; did you mean \"north\"?"},
		{"k: sout", 0, "did you mean \"south\"?"},
		{"k: up", 0, "unknown direction \"up\"; it must be one of: north, south\n"},
		{"k: wets", 0, "it must be one of: north, south\n"},
		{"k: {}", 0, "must be text, not a map"},
	};

	check_all(&key, examples, COUNT(examples));
}

Test(config_typecheck, texts)
{
	static const struct key any = {.name = "k", .type = VALUE_TEXT, .min = 1, .max = 8};
	static const struct key line = {
		.name = "k", .type = VALUE_TEXT, .max = 8, .characters = CHARACTERS_PRINTABLE};
	static const struct key name = {
		.name = "k", .type = VALUE_TEXT, .min = 1, .max = 8, .characters = CHARACTERS_NAME};
	static const struct example anys[] = {
		{"k: 12345678", -7, NULL},
		{"k: true", -7, NULL},
		{"k: \"null\"", -7, NULL},
		{"k: \"a\\nb\\tü\"", -7, NULL},
		{"k: 123456789", 0, "has 9 bytes; 8 is the most"},
		{"k: üüüüü", 0, "has 10 bytes; 8 is the most"},
		{"k: ''", 0, "must not be empty"},
		{"k: null", 0, "has no value"},
		{"k: \"a\\rb\"", 0, "may hold only text without control characters"},
		{"k: \"\\x7f\"", 0, "may hold only"},
		{"k: [a]", 0, "must be text, not a list"},
	};
	static const struct example lines[] = {
		{"k: ''", -7, NULL},
		{"k: \" ~!\"", -7, NULL},
		{"k: \"a\\nb\"", 0, "printable ASCII (0x20 to 0x7E), in one line"},
		{"k: ü", 0, "\"ü\" may hold only printable ASCII"},
		{"k: \"\\t\"", 0, "may hold only"},
	};
	static const struct example names[] = {
		{"k: aZ09._-", -7, NULL}, {"k: a b", 0, "letters, digits, \".\", \"_\" and \"-\""},
		{"k: a=b", 0, "letters"}, {"k: é", 0, "letters"},
		{"k: a/b", 0, "letters"}, {"k: '\"'", 0, "letters"},
	};

	check_all(&any, anys, COUNT(anys));
	check_all(&line, lines, COUNT(lines));
	check_all(&name, names, COUNT(names));
}

Test(config_typecheck, lists)
{
	static const struct key texts = {.name = "k", .type = VALUE_LIST};
	static const struct key mixed = {.name = "k", .type = VALUE_LIST, .schema = &anything};
	static const struct key maps = {.name = "k", .type = VALUE_MAPS, .schema = &anything};
	static const struct key maybe = {.name = "k", .type = VALUE_LIST, .may_be_empty = true};
	static const struct example of_texts[] = {
		{"k: [a, b]", -7, NULL},
		{"k: a", -7, NULL},
		{"k: []", 0, "k: is an empty list"},
		{"k: ~", 0, "k: has no value"},
	};
	static const struct example of_mixed[] = {
		{"k: {a: b}", -7, NULL}, {"k: [a, {b: c}]", -7, NULL}, {"k: []", 0, "is an empty list"}};
	static const struct example of_maps[] = {
		{"k: [{a: b}]", -7, NULL},
		{"k: {a: b}", 0, "must be a list of maps, not a map"},
		{"k: a", 0, "must be a list of maps, not text"},
	};
	static const struct example of_maybe[] = {{"k: []", -7, NULL}};

	check_all(&texts, of_texts, COUNT(of_texts));
	check_all(&mixed, of_mixed, COUNT(of_mixed));
	check_all(&maps, of_maps, COUNT(of_maps));
	check_all(&maybe, of_maybe, COUNT(of_maybe));
}

/* A list with items of the wrong kind is still a list: what is right in it is checked further. */
Test(config_typecheck, items)
{
	static const struct key texts = {.name = "k", .type = VALUE_LIST};
	static const struct key maps = {.name = "k", .type = VALUE_MAPS, .schema = &anything};
	struct value value;
	struct tree tree;
	char *messages = check(&texts, "k: [a, ~, [b], {c: d}]", &value, &tree);

	cr_expect_str_eq(messages, "p:1:8: error: k[1]: has no value; write one, or leave it out\n"
				   "p:1:11: error: k[2]: must be text, not a list\n"
				   "p:1:16: error: k[3]: must be text, not a map\n");
	cr_expect_not_null(value.node);
	free(messages);
	tree_fini(&tree);
	messages = check(&maps, "k: [{a: b}, c]", &value, &tree);
	cr_expect_str_eq(messages, "p:1:13: error: k[1]: must be a map, not text\n");
	cr_expect_not_null(value.node);
	free(messages);
	tree_fini(&tree);
}

Test(config_typecheck, maps)
{
	static const struct key plain = {.name = "k", .type = VALUE_MAP, .schema = &anything};
	static const struct key or_word = {
		.name = "k", .type = VALUE_MAP, .schema = &anything, .words = &words};
	static const struct example plains[] = {
		{"k: {}", -7, NULL},
		{"k: north", 0, "must be a map, not text"},
		{"k: []", 0, "must be a map, not a list"},
	};
	static const struct example or_words[] = {
		{"k: {}", -7, NULL},
		{"k: south", 20, NULL},
		{"k: [south]", 0, "must be a map, not a list"},
		{"k: nroth", 0, "did you mean \"north\"?"},
		{"k: down", 0, "it must be one of: north, south, a map"},
	};

	check_all(&plain, plains, COUNT(plains));
	check_all(&or_word, or_words, COUNT(or_words));
}
