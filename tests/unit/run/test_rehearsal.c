/* SPDX-License-Identifier: MIT */
#include "run/rehearsal.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(rehearsal, .timeout = 60);

static void expect(void (*act)(void *context), void *context, int patience_ms, const char *wanted)
{
	struct strbuf why = {0};
	bool ended = rehearsal_ends(act, context, patience_ms, &why);

	cr_expect_eq(ended, wanted == NULL);
	cr_expect_str_eq(strbuf_text(&why), wanted != NULL ? wanted : "");
	strbuf_fini(&why);
}

/* What it does it does to a copy. */
static void change(void *context)
{
	*(int *)context = 2;
}

Test(rehearsal, changes_nothing_here)
{
	int number = 1;

	expect(change, &number, 60000, NULL);
	cr_expect_eq(number, 1);
}

static void run_out(void *context)
{
	(void)context;
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static void be_killed(void *context)
{
	(void)context;
	(void)raise(SIGKILL);
}

static void go_on_for_ever(void *context)
{
	(void)context;
	for (;;)
		(void)pause();
}

Test(rehearsal, tells_how_it_ended)
{
	expect(run_out, NULL, 60000, "it ends with signal 6 (Aborted)");
	expect(be_killed, NULL, 60000, "it ends with signal 9 (Killed)");
	expect(go_on_for_ever, NULL, 10, "it does not come to an end");
}

/* It is the first to go where memory runs out, and holds no connection open. */
static void look_around(void *context)
{
	char score[8] = "";
	int fd = open("/proc/self/oom_score_adj", O_RDONLY);

	if (fcntl(*(int *)context, F_GETFD) >= 0 || fd < 0 || read(fd, score, sizeof score - 1) <= 0 ||
	    strcmp(score, "1000\n") != 0)
		abort();
}

Test(rehearsal, has_no_part_in_what_we_do)
{
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 100);

	cr_assert_geq(high, 100);
	expect(look_around, &high, 60000, NULL);
	cr_expect_geq(fcntl(high, F_GETFD), 0);
}
