/* SPDX-License-Identifier: MIT */
/* A reload that might not fit, with scripts in the place of the daemon that tries it. */
#include "run/trial.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/diagnostics.h"
#include "run/memory_left.h"
#include "run/signals.h"
#include "unit/run/frees.h"
#include "unit/run/place.h"
#include "util/memory.h"

/* So little that each policy might be too much, seven eighths of which a trial may take. */
static const struct memory_left little = {.bytes = (uint64_t)8 * 1024 * 1024, .limit = "a limit"};

static char *directory, *program, *path;

static void set_up(void)
{
	directory = place_make();
	program = place_path(directory, "program");
	path = place_path(directory, "forcedtls.yaml");
	place_write(path, FREES_CONNECTORS);
}

static void tear_down(void)
{
	free(program);
	free(path);
	place_remove(directory);
}

TestSuite(trial, .init = set_up, .fini = tear_down, .timeout = 60);

/* Whether the policy is loaded. message: the one that there is then, behind the name of the file; NULL: none. */
static void expect_after(const char *script, const struct memory_left *left, bool loaded, const char *message)
{
	struct diagnostics diagnostics = {0};
	struct config *config;

	place_write(program, script);
	cr_assert(chmod(program, 0700) == 0);
	config = trial_reload_within(program, path, NULL, left, &diagnostics);
	cr_expect((config != NULL) == loaded, "%s", script);
	cr_expect(diagnostics.count == (message != NULL ? 1 : 0));
	if (message != NULL && diagnostics.count == 1) {
		cr_expect_str_eq(diagnostics.list[0].text, message);
		cr_expect(diagnostics_are_temporary(&diagnostics));
	}
	config_free(&config);
	diagnostics_fini(&diagnostics);
}

Test(trial, none_where_enough_is_left)
{
	const struct memory_left enough = {.bytes = UINT64_MAX};

	expect_after("#!/nonexistent\n", &enough, true, NULL);
}

Test(trial, that_fits)
{
	expect_after("#!/bin/sh\ntest \"$1 $2 $4\" = '--try-within=7340032 -c ' && "
		     "printf 'begun\\n99999999\\n'\n",
		     &little, true, NULL);
}

/* Somebody wrote to its files after the trial. */
Test(trial, that_fits_and_has_grown_since)
{
	static const char message[] =
		"has grown since it was tried whether it fits in memory beside the policy in force, or "
		"there is less of that: the one in force stays; reload once more";

	expect_after("#!/bin/sh\nprintf 'begun\\n33554433\\n'\n", &little, false, message);
	expect_after("#!/bin/sh\necho begun\n", &little, false, message);
}

/* As a start script may have it ("trap '' CHLD"). */
Test(trial, where_ends_of_children_were_ignored)
{
	(void)signal(SIGCHLD, SIG_IGN);
	signals_block_stop();
	expect_after("#!/bin/sh\nprintf 'begun\\n99999999\\n'\n", &little, true, NULL);
}

/* The daemon itself, with files of which it says what they take. */
Test(trial, by_the_daemon)
{
	const char *build = getenv("builddir");
	const struct memory_left enough = {.bytes = (uint64_t)40 * 1024 * 1024, .limit = "a limit"};
	struct diagnostics diagnostics = {0};
	struct strbuf text = {0};
	struct config *config;
	char *daemon;

#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("AddressSanitizer has reserved all memory");
#endif
	daemon = place_path(build != NULL ? build : ".", "forcedtlsd");
	strbuf_puts(&text, FREES_CONNECTORS);
	for (int i = 0; i < 5000; i++)
		strbuf_puts(&text, "# many bytes, which take no memory\n");
	place_write(path, text.text);
	config = trial_reload_within(daemon, path, NULL, &enough, &diagnostics);
	cr_expect(config != NULL && diagnostics.count == 0, "%s",
		  diagnostics.count > 0 ? diagnostics.list[0].text : "");
	config_free(&config);
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	free(daemon);
}

Test(trial, that_does_not_fit)
{
	static const char message[] =
		"does not fit in memory beside the policy in force, which stays: 8 MB are left by a limit; "
		"give it more";

	expect_after("#!/bin/sh\necho begun; kill -KILL $$\n", &little, false, message);
	expect_after("#!/bin/sh\necho begun; exit 71\n", &little, false, message);
}

Test(trial, that_is_none)
{
	expect_after("#!/nonexistent\n", &little, false,
		     "may not fit in memory beside the policy in force, which stays: 8 MB are left by a "
		     "limit, and it cannot be tried in a process of its own: it failed");
	expect_after("#!/bin/sh\necho begun and more than a number may have\n", &little, false,
		     "may not fit in memory beside the policy in force, which stays: 8 MB are left by a "
		     "limit, and it cannot be tried in a process of its own: it prints too much");
}
