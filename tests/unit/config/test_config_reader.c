/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "config/reader.h"
#include "load.h"

TestSuite(config_reader);

struct raw_pet {
	struct value name;
	struct value age;
	struct value tame;
	struct value wings;
};

static const struct key pet_keys[] = {
	{.name = "name",
	 .type = VALUE_TEXT,
	 .offset = offsetof(struct raw_pet, name),
	 .min = 1,
	 .max = 9,
	 .required = "it must be called"},
	{.name = "age", .type = VALUE_INTEGER, .offset = offsetof(struct raw_pet, age), .min = 0, .max = 99},
	{.name = "tame",
	 .type = VALUE_BOOLEAN,
	 .offset = offsetof(struct raw_pet, tame),
	 .default_text = "true"},
	{.name = "wings", .type = VALUE_LIST, .offset = offsetof(struct raw_pet, wings)},
};
static const struct schema schema_pet = {"a pet", pet_keys, 4, sizeof(struct raw_pet)};

/* Reads a pet; the caller frees the messages. */
static char *read_pet(const char *text, struct raw_pet *pet_r, struct tree *tree_r)
{
	struct diagnostics d = {0};
	const struct source source = {.diagnostics = &d, .name = "p"};
	const struct path path = {.key = "pet"};

	*tree_r = read_tree(text);
	(void)reader_map(&source, &path, tree_r->root, &schema_pet, pet_r);
	return take_messages(&d);
}

static void expect_pet(const char *text, const char *expected)
{
	struct raw_pet pet;
	struct tree tree;
	char *messages = read_pet(text, &pet, &tree);

	cr_expect_str_eq(messages, expected, "%s gives %s", text, messages);
	free(messages);
	tree_fini(&tree);
}

Test(config_reader, values)
{
	struct raw_pet pet;
	struct tree tree;
	char *messages = read_pet("tame: false\nname: rex\n", &pet, &tree);

	cr_expect_str_eq(messages, "");
	cr_expect(pet.name.given);
	cr_expect_eq(pet.name.node->line, 2);
	cr_expect_str_eq(pet.name.text, "rex");
	cr_expect(pet.tame.given);
	cr_expect_eq(pet.tame.number, 0);
	cr_expect_not(pet.age.given);
	cr_expect_null(pet.age.node);
	cr_expect_null(pet.age.text);
	cr_expect_eq(pet.age.number, 0);
	free(messages);
	tree_fini(&tree);
}

Test(config_reader, defaults)
{
	struct raw_pet pet;

	reader_defaults(&schema_pet, &pet);
	cr_expect_not(pet.tame.given);
	cr_expect_eq(pet.tame.number, 1);
	cr_expect_str_eq(pet.tame.text, "true");
	cr_expect_null(pet.name.text);
}

Test(config_reader, what_is_wrong_leaves_the_default_and_is_known_as_given)
{
	struct raw_pet pet;
	struct tree tree;
	char *messages = read_pet("name: [a]\ntame: maybe\n", &pet, &tree);

	cr_expect(pet.name.given && pet.name.node == NULL && pet.name.text == NULL);
	cr_expect(pet.tame.given && pet.tame.node == NULL && pet.tame.number == 1);
	free(messages);
	tree_fini(&tree);
}

Test(config_reader, messages)
{
	expect_pet("{name: rex}", "");
	expect_pet("{}", "p:1:1: error: pet.name: is missing: it must be called\n");
	expect_pet("{name: rex, nam: rex}",
		   "p:1:13: error: pet: unknown key \"nam\"; did you mean \"name\"?\n");
	expect_pet("{name: rex, colour: red}", "p:1:13: error: pet: unknown key \"colour\" in a pet\n");
	expect_pet("{name: rex, wing: 2}",
		   "p:1:13: error: pet: unknown key \"wing\"; did you mean \"wings\"?\n");
	expect_pet("{name: rex,\nname: max,\nname: tom}",
		   "p:2:1: error: pet.name: is there twice; the first is in line 1\n"
		   "p:3:1: error: pet.name: is there twice; the first is in line 1\n");
	expect_pet("{name: rex, [a]: b}", "p:1:13: error: pet: a key must be text, not a list\n");
	expect_pet("[name]", "p:1:1: error: pet: must be a map, not a list\n");
	expect_pet("name", "p:1:1: error: pet: must be a map, not text\n");
}

Test(config_reader, item_paths)
{
	struct tree tree = read_tree("[a, b]");
	const struct path path = {.key = "k"};
	struct path storage;
	const struct path *item = reader_item_path(&path, tree.root, 1, &storage);

	cr_expect_eq(item, &storage);
	cr_expect_eq(item->parent, &path);
	cr_expect_eq(item->index, 1);
	cr_expect_null(item->key);
	cr_expect_eq(reader_item_path(&path, tree.root->items[0], 0, &storage), &path);
	tree_fini(&tree);
}
