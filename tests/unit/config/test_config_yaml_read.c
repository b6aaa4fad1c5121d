/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_read.h"
#include "util/memory.h"
#include "load.h"

TestSuite(config_yaml_read);

/* The first message of a text that cannot be read; "" when it can. The caller frees it. */
static char *refusal(const char *text, size_t length)
{
	struct diagnostics d = {0};
	const struct source source = {.diagnostics = &d, .name = "p"};
	struct tree tree;
	bool valid = yaml_read(&source, (const unsigned char *)text, length, &tree);

	cr_expect_eq(valid, d.errors == 0, "%s", text);
	tree_fini(&tree);
	return take_messages(&d);
}

static void expect_refusal(const char *text, const char *expected)
{
	char *message = refusal(text, strlen(text));

	cr_expect_str_eq(message, expected, "%s gives %s", text, message);
	free(message);
}

Test(config_yaml_read, kinds_and_places)
{
	struct tree tree = read_tree("a: x\n\"ü b\":\n  - 'y'\n  - [z, {}]\n");
	const struct node *list;

	cr_expect_eq(tree.root->kind, NODE_MAP);
	cr_expect_eq(tree.root->count, 2);
	cr_expect(tree.root->pairs[0].key->plain);
	cr_expect_not(tree.root->pairs[1].key->plain);
	cr_expect_eq(tree.root->pairs[1].key->line, 2);
	cr_expect_eq(tree.root->pairs[1].key->count, 4, "bytes, not characters");
	list = node_at(tree.root, "ü b");
	cr_expect_eq(list->kind, NODE_LIST);
	cr_expect_eq(list->count, 2);
	cr_expect_eq(list->line, 3);
	cr_expect_eq(list->column, 3);
	cr_expect_str_eq(list->items[0]->text, "y");
	cr_expect_not(list->items[0]->plain);
	cr_expect_eq(list->items[0]->column, 5);
	cr_expect_eq(list->items[1]->items[0]->column, 6);
	cr_expect(list->items[1]->items[0]->plain);
	cr_expect_eq(list->items[1]->items[1]->kind, NODE_MAP);
	cr_expect_eq(list->items[1]->items[1]->count, 0);
	tree_fini(&tree);
}

Test(config_yaml_read, columns_count_characters)
{
	struct tree tree = read_tree("[\"äöü\", x]\n");

	cr_expect_eq(tree.root->items[1]->column, 9);
	tree_fini(&tree);
	expect_refusal("ä: \xc3(\n", "p:1:4: error: not valid UTF-8\n");
}

Test(config_yaml_read, nothing)
{
	static const char *const texts[] = {"", "\n\n", "# only a comment\n", "   ", "\xef\xbb\xbf"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct tree tree = read_tree(texts[i]);

		cr_expect_null(tree.root);
		tree_fini(&tree);
	}
}

Test(config_yaml_read, aliases_are_what_they_stand_for)
{
	struct tree tree = read_tree("a: &list [x, &y z]\nb: *list\nc: [*y, *y]\n");

	cr_expect_eq(node_at(tree.root, "b"), node_at(tree.root, "a"));
	cr_expect_eq(node_at(tree.root, "c")->items[0], node_at(tree.root, "a")->items[1]);
	cr_expect_eq(node_at(tree.root, "c")->items[1], node_at(tree.root, "a")->items[1]);
	tree_fini(&tree);
}

static char *nested(size_t depth)
{
	struct strbuf text = {0};

	for (size_t i = 0; i < depth; i++)
		strbuf_putc(&text, '[');
	for (size_t i = 0; i < depth; i++)
		strbuf_putc(&text, ']');
	return strbuf_take(&text);
}

Test(config_yaml_read, depth)
{
	char *deep = nested(YAML_DEPTH_MAX);
	char *too_deep = nested(YAML_DEPTH_MAX + 1);
	char *abyss = nested(200000);

	expect_refusal(deep, "");
	expect_refusal(too_deep, "p:1:33: error: nested more than 32 levels deep\n");
	expect_refusal(abyss, "p:1:33: error: nested more than 32 levels deep\n");
	free(deep);
	free(too_deep);
	free(abyss);
}

static char *anchored(size_t count)
{
	struct strbuf text = {0};

	for (size_t i = 0; i < count; i++)
		strbuf_printf(&text, "- &a%zu x\n", i);
	return strbuf_take(&text);
}

Test(config_yaml_read, anchors)
{
	char *many = anchored(YAML_ANCHORS_MAX);
	char *too_many = anchored(YAML_ANCHORS_MAX + 1);

	expect_refusal(many, "");
	expect_refusal(too_many, "p:257:3: error: more than 256 anchors\n");
	expect_refusal("[&a x, &a y]", "p:1:8: error: anchor \"a\" is there twice\n");
	expect_refusal("[&a [&a x]]", "p:1:6: error: anchor \"a\" is there twice\n");
	free(many);
	free(too_many);
}

/* A list that counts as 10 values with itself, and so many aliases of it. */
static char *aliased(size_t count)
{
	struct strbuf text = {0};

	strbuf_puts(&text, "- &a [0, 1, 2, 3, 4, 5, 6, 7, 8]\n");
	for (size_t i = 0; i < count; i++)
		strbuf_puts(&text, "- *a\n");
	return strbuf_take(&text);
}

Test(config_yaml_read, aliases)
{
	char *many = aliased(YAML_ALIASED_MAX / 10);
	char *too_many = aliased(YAML_ALIASED_MAX / 10 + 1);

	expect_refusal(many, "");
	expect_refusal(too_many, "p:10002:3: error: aliases stand for more than 100000 values\n");
	expect_refusal("- &a [b, [*a]]", "p:1:11: error: alias \"a\" is part of what it stands for\n");
	expect_refusal("&a {*a : b}", "p:1:5: error: alias \"a\" is part of what it stands for\n");
	expect_refusal("[*a, &a b]", "p:1:2: error: no anchor \"a\" for this alias; a text that begins with "
				     "\"*\" must be quoted\n");
	free(many);
	free(too_many);
}

Test(config_yaml_read, nul)
{
	char *message = refusal("a: b\nc\0d", 8);

	cr_expect_str_eq(message, "p:2:2: error: NUL byte: this is not a text file\n");
	free(message);
	expect_refusal("a: \"b\\0c\"", "p:1:4: error: NUL in a text\n");
	expect_refusal("\"a\\x00\": b", "p:1:1: error: NUL in a text\n");
}

Test(config_yaml_read, tags)
{
	static const char *const texts[] = {"!!str a", "! a", "!!map {}", "!<tag:example.org,2000:x> []",
					    "%TAG !e! tag:example.org,2000:\n---\n!e!x a"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char *message = refusal(texts[i], strlen(texts[i]));

		cr_expect_neq(strstr(message, ": tags have no place in a policy file\n"), NULL, "%s",
			      texts[i]);
		free(message);
	}
}

Test(config_yaml_read, two_documents)
{
	expect_refusal("a: b\n...\n", "");
	expect_refusal("---\na: b\n", "");
	expect_refusal("a: b\n---\nc: d\n",
		       "p:2:1: error: a second YAML document begins here; a policy file has one\n");
}

Test(config_yaml_read, broken_texts_leave_nothing_behind)
{
	static const char whole[] = "a: &x [b, {c: 'd', e: \"f\\u00fc\"}]\ng:\n  - *x\n  - |\n    h\n";

	for (size_t length = 0; length < sizeof whole - 1; length++)
		free(refusal(whole, length));
}
