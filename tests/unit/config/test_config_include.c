/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/memory.h"
#include "load.h"

TestSuite(config_include);

#define CONNECTOR(name) "connectors:\n  - {name: " name ", senders: " name ".example, require: tls}\n"

/* The names of the connectors of a policy, in its order, and the messages. */
static void expect_all(const struct scratch *scratch, const char *policy, const char *expected,
		       const char *expected_messages)
{
	struct config *config;
	struct strbuf names = {0};
	char *messages = scratch_messages(scratch, policy, &config);

	cr_assert_not_null(config, "%s", messages);
	cr_expect_str_eq(messages, expected_messages, "%s", messages);
	strbuf_puts(&names, "");
	for (size_t i = 0; i < config->policy->connector_count; i++)
		strbuf_printf(&names, "%s ", config->policy->connectors[i]->name);
	cr_expect_str_eq(names.text, expected, "%s", names.text);
	strbuf_fini(&names);
	free(messages);
	config_free(&config);
}

static void expect_connectors(const struct scratch *scratch, const char *policy, const char *expected)
{
	expect_all(scratch, policy, expected, "");
}

Test(config_include, sorted_by_name)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "20.yaml", CONNECTOR("c20"));
	scratch_puts(&scratch, "9.yaml", CONNECTOR("c9"));
	scratch_puts(&scratch, "10.yaml", CONNECTOR("c10"));
	scratch_puts(&scratch, ".hidden.yaml", "nonsense");
	scratch_puts(&scratch, "p", "include: '*.yaml'\n" CONNECTOR("own"));
	expect_connectors(&scratch, "p", "own c10 c20 c9 ");
	scratch_puts(&scratch, "q", "include: [9.yaml, '[12]?.yaml', none-*.yaml, none.d/*]\n");
	expect_all(&scratch, "q", "c9 c10 c20 ",
		   "q:1:33: warning: include[2]: \"none-*.yaml\" finds no file\n"
		   "q:1:46: warning: include[3]: \"none.d/*\" finds no file\n");
	scratch_fini(&scratch);
}

/* A folder whose name looks like a pattern is none. */
Test(config_include, folder_with_wildcards)
{
	struct scratch outer, inner;

	scratch_init(&outer);
	inner = outer;
	memcpy(inner.folder + strlen(inner.folder), "/[x]*", sizeof "/[x]*");
	cr_assert_eq(mkdir(inner.folder, 0700), 0);
	scratch_puts(&inner, "a.yaml", CONNECTOR("a"));
	scratch_puts(&inner, "p", "include: '?.yaml'\n");
	expect_connectors(&inner, "p", "a ");
	scratch_fini(&inner);
	scratch_fini(&outer);
}

Test(config_include, files_that_cannot_be_included)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "p", "include: [none.yaml, '', ., '*.none']\n" CONNECTOR("a"));
	scratch_expect(
		&scratch, "p",
		"p:1:11: error: include[0]: \"none.yaml\" cannot be opened: No such file or directory\n"
		"p:1:22: error: include[1]: must not be empty\n"
		"p:1:26: error: include[2]: \".\" is not a regular file\n"
		"p:1:29: warning: include[3]: \"*.none\" finds no file\n");
	scratch_puts(&scratch, "q", "include: '*.none'\n");
	scratch_expect(&scratch, "q",
		       "q:1:10: warning: include: \"*.none\" finds no file\n"
		       "q:1:10: error: include: finds no file: a policy without connectors judges nothing\n");
	scratch_fini(&scratch);
}

/*
 * Sites, each with a folder of its own, of which two are nothing that one can
 * look into: a file, which has nothing in it, and a link to itself, which may.
 */
Test(config_include, wildcards_before_the_last_part)
{
	struct scratch outer, sites[3];
	struct strbuf loop = {0};

	scratch_init(&outer);
	for (int i = 0; i < 3; i++) {
		sites[i] = outer;
		sites[i].folder[strlen(outer.folder)] = '/';
		sites[i].folder[strlen(outer.folder) + 1] = (char)('a' + i);
		cr_assert_eq(mkdir(sites[i].folder, 0700), 0);
	}
	scratch_puts(&sites[1], "tls.yaml", CONNECTOR("b"));
	scratch_puts(&sites[2], "tls.yaml", CONNECTOR("c"));
	scratch_puts(&sites[2], ".tls.yaml", CONNECTOR("hidden"));
	scratch_puts(&outer, "p", "include: ['?/tls.yaml', '[c]//.tls.yaml']\n");
	expect_connectors(&outer, "p", "b c hidden ");
	scratch_puts(&outer, "q", "include: ['[bc]/.*.yaml', 'b/../?/.*.ya\\ml']\n");
	scratch_expect(
		&outer, "q",
		"q:1:27: error: include[1]: \"b/../c/.tls.yaml\" has been included already, in line 1\n");
	strbuf_printf(&loop, "%s/l", outer.folder);
	cr_assert_eq(symlink("l", loop.text), 0);
	scratch_expect(&outer, "p",
		       "p:1:11: error: include[0]: \"?/tls.yaml\" cannot be searched for: \"l/tls.yaml\": "
		       "Too many levels of symbolic links\n");
	scratch_puts(&outer, "r", "include: '*/*/*.yaml'\n" CONNECTOR("own"));
	scratch_expect(
		&outer, "r",
		"r:1:10: error: include: \"*/*/*.yaml\" cannot be searched for: \"l/*\": Too many levels "
		"of symbolic links\n");
	cr_expect_eq(unlink(loop.text), 0);
	strbuf_fini(&loop);
	for (int i = 0; i < 3; i++)
		scratch_fini(&sites[i]);
	scratch_fini(&outer);
}

Test(config_include, each_file_once)
{
	struct scratch scratch;
	struct strbuf link = {0}, target = {0};

	scratch_init(&scratch);
	scratch_puts(&scratch, "a.yaml", CONNECTOR("a"));
	scratch_puts(&scratch, "p", "include:\n  - a.yaml\n  - '*.yaml'\n  - p\n");
	scratch_puts(&scratch, "link.yaml", "");
	strbuf_printf(&link, "%s/link.yaml", scratch.folder);
	strbuf_printf(&target, "%s/a.yaml", scratch.folder);
	cr_assert_eq(unlink(link.text), 0);
	cr_assert_eq(symlink(target.text, link.text), 0);
	strbuf_fini(&link);
	strbuf_fini(&target);
	scratch_expect(&scratch, "p",
		       "p:3:5: error: include[1]: \"a.yaml\" has been included already, in line 2\n"
		       "p:3:5: error: include[1]: \"link.yaml\" has been included already, in line 2\n"
		       "p:4:5: error: include[2]: \"p\" is this file itself\n");
	scratch_fini(&scratch);
}

/* Connectors and nothing else: no second list of settings, and no include within an include. */
Test(config_include, connectors_alone)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "a", "mode: test\ninclude: b\nconector: []\n");
	scratch_puts(&scratch, "b", "# nothing\n");
	scratch_puts(&scratch, "c", "[]");
	scratch_puts(&scratch, "p", "include: [a, b, c]\n");
	scratch_expect(
		&scratch, "p",
		"a:1:1: error: unknown key \"mode\" in an included file, which has \"connectors\" alone\n"
		"a:1:1: error: connectors: is missing: an included file has connectors, and nothing else\n"
		"a:2:1: error: unknown key \"include\" in an included file, which has \"connectors\" alone\n"
		"a:3:1: error: unknown key \"conector\"; did you mean \"connectors\"?\n"
		"b: error: connectors: is missing: an included file has connectors, and nothing else\n"
		"c:1:1: error: must be a map, not a list\n"
		"c:1:3: warning: the last line has no line end: the file may be cut off\n");
	scratch_fini(&scratch);
}

/* Places are those of the file; lists in it are relative to it. */
Test(config_include, places)
{
	struct scratch scratch;
	struct config *config;
	char *messages;
	const struct policy *policy;

	scratch_init(&scratch);
	scratch_puts(&scratch, "a", "\nconnectors:\n  - {name: a, senders: {file: l}, require: tls}\n");
	scratch_puts(&scratch, "l", "a.example\n");
	scratch_puts(&scratch, "p", "include: a\n" CONNECTOR("own"));
	messages = scratch_messages(&scratch, "p", &config);
	cr_assert_str_eq(messages, "", "%s", messages);
	free(messages);
	policy = config->policy;
	cr_assert_eq(policy->connector_count, 2);
	cr_expect_eq(policy->connectors[1]->place.line, 3);
	cr_expect_str_eq(strrchr(policy->files[policy->connectors[1]->place.file], '/'), "/a");
	cr_expect_str_eq(strrchr(policy->files[policy->connectors[0]->place.file], '/'), "/p");
	config_free(&config);
	scratch_fini(&scratch);
}

/* The defaults are those of the main file; names and patterns are taken once in all files. */
Test(config_include, one_policy)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_puts(&scratch, "a", CONNECTOR("a") "  - {name: c, senders: own.example, require: tls}\n");
	scratch_puts(&scratch, "b", "connectors:\n  - {name: a, senders: b.example, require: tls}\n");
	scratch_puts(&scratch, "p", "include: [a, b]\n" CONNECTOR("own"));
	scratch_expect(
		&scratch, "p",
		"a:3:24: error: connectors[1].senders: connector \"own\" (p:3:26) has \"own.example\" as "
		"well; the two differ in no other selector\n"
		"b:2:12: error: connectors[0].name: \"a\" is already the name of a connector (a:2:12)\n");
	scratch_fini(&scratch);
}
