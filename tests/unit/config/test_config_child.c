/* SPDX-License-Identifier: MIT */
/* Programs that are run for what they print. In a test program of its own library: that of config wraps execve(2). */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/child.h"

static struct strbuf out;

static void tear_down(void)
{
	strbuf_fini(&out);
}

TestSuite(config_child, .fini = tear_down, .timeout = 60);

/* As sh(1) runs it. Why it is false, or "". */
static const char *run_script(const char *script, const char *const *environment)
{
	const char *const words[] = {"sh", "-c", script, NULL};
	const struct child child = {.program = "/bin/sh",
				    .words = words,
				    .environment = environment,
				    .output_max = 100,
				    .patience_ms = 10000};
	const char *why;

	strbuf_fini(&out);
	return child_run(&child, &out, &why) ? "" : why;
}

Test(config_child, what_it_prints)
{
	cr_expect_str_eq(run_script("echo a; echo b >&2; cat", NULL), "");
	cr_expect_str_eq(strbuf_text(&out), "a\n", "without its errors, and with nothing to read");
}

Test(config_child, environment_is_ours_or_its_own)
{
	static const char *const own[] = {"OTHER=2", NULL};

	cr_assert(setenv("CHILD_OF_TEST", "1", 1) == 0);
	cr_expect_str_eq(run_script("echo $CHILD_OF_TEST $OTHER", NULL), "");
	cr_expect_str_eq(strbuf_text(&out), "1\n");
	cr_expect_str_eq(run_script("echo $CHILD_OF_TEST $OTHER; pwd; id -u | sed 's/^0$/root/;t;d'", own),
			 "");
	cr_expect_str_eq(strbuf_text(&out), "2\n/\n", "and without our rights");
}

Test(config_child, what_went_wrong)
{
	const char *const words[] = {"none", NULL};
	const struct child none = {
		.program = "/nonexistent", .words = words, .output_max = 1, .patience_ms = 10000};
	const char *why;

	cr_expect_str_eq(run_script("exit 3", NULL), "it failed");
	cr_expect_str_eq(run_script("kill -9 $$", NULL), "it failed");
	cr_expect_str_eq(run_script("printf %0101d 0", NULL), "it prints too much");
	cr_expect_str_eq(run_script("printf %0100d 0", NULL), "", "as much as it may");
	cr_expect(!child_run(&none, &out, &why));
	cr_expect_str_eq(why, "it failed");
}

/* Whoever says all and goes on is not waited for: no end of it would come. */
Test(config_child, who_does_not_end)
{
	const char *const words[] = {"sh", "-c", "exec >&-; while :; do sleep 1; done", NULL};
	const struct child child = {
		.program = "/bin/sh", .words = words, .output_max = 100, .patience_ms = 300};
	const char *why;

	cr_expect(!child_run(&child, &out, &why));
	cr_expect_str_eq(why, "it takes too long");
}
