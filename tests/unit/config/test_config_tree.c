/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "config/tree.h"
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
