/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "config/tree.h"
#include "util/memory.h"
#include "load.h"

TestSuite(config_tree);

Test(config_tree, blocks_are_aligned_and_do_not_overlap)
{
	struct tree tree = {0};
	unsigned char *blocks[300];
	size_t sizes[300];

	for (size_t i = 0; i < 300; i++) {
		sizes[i] = i % 7 == 0 ? i * 400 : i;
		blocks[i] = tree_alloc(&tree, sizes[i]);
		cr_assert_eq((uintptr_t)blocks[i] % _Alignof(struct node), 0);
		memset(blocks[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < 300; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			cr_assert_eq(blocks[i][k], i % 251);
	tree_fini(&tree);
	cr_expect_null(tree.chunks);
	tree_fini(&tree);
}

Test(config_tree, null)
{
	struct tree tree =
		read_tree("a: ~\nb: null\nc: Null\nd: NULL\ne:\nf: ''\ng: \"null\"\nh: nul\ni: []\nj: {}\n");

	for (size_t i = 0; i < tree.root->count; i++)
		cr_expect_eq(node_is_null(tree.root->pairs[i].value), i < 5, "%zu", i);
	tree_fini(&tree);
}

Test(config_tree, booleans_and_numbers)
{
	static const struct {
		const char *text, *type;
	} cases[] = {
		{"true", "boolean"},    {"FALSE", "boolean"}, {"yes", "boolean"},
		{"No", "boolean"},      {"on", "boolean"},    {"off", "boolean"},
		{"0", "number"},        {"42", "number"},     {"-1", "number"},
		{"+1", "number"},       {"007", "number"},    {"1.5", "number"},
		{".5", "number"},       {"5.", "number"},     {"1e3", "number"},
		{"1.5E-3", "number"},   {"0x1F", "number"},   {"0o17", "number"},
		{".inf", "number"},     {"-.Inf", "number"},  {".NaN", "number"},
		{"'true'", NULL},       {"\"42\"", NULL},     {"truely", NULL},
		{"192.0.2.1", NULL},    {"'::1'", NULL},      {"0x", NULL},
		{"0xfg", NULL},         {"0o8", NULL},        {".", NULL},
		{"1e", NULL},           {"1e+", NULL},        {"1e3x", NULL},
		{"4711.example", NULL}, {".5.example", NULL}, {"a", NULL},
		{"[1]", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct strbuf text = {0};
		struct tree tree;
		const char *type;

		strbuf_printf(&text, "a: %s\n", cases[i].text);
		tree = read_tree(text.text);
		type = node_other_type(node_at(tree.root, "a"));
		cr_expect((type == NULL && cases[i].type == NULL) ||
				  (type != NULL && cases[i].type != NULL && strcmp(type, cases[i].type) == 0),
			  "%s is a %s", cases[i].text, type);
		tree_fini(&tree);
		strbuf_fini(&text);
	}
}

Test(config_tree, one_value_is_a_list_of_itself)
{
	struct tree tree = read_tree("text: a\nlist: [b, c]\nempty: []\nmap: {d: e}\n");
	const struct node *text = node_at(tree.root, "text");
	const struct node *map = node_at(tree.root, "map");

	cr_expect_eq(node_item_count(text), 1);
	cr_expect_eq(node_item(text, 0), text);
	cr_expect_eq(node_item_count(map), 1);
	cr_expect_eq(node_item(map, 0), map);
	cr_expect_eq(node_item_count(node_at(tree.root, "empty")), 0);
	cr_expect_eq(node_item_count(node_at(tree.root, "list")), 2);
	cr_expect_str_eq(node_item(node_at(tree.root, "list"), 1)->text, "c");
	tree_fini(&tree);
}
