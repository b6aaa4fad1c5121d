/* SPDX-License-Identifier: MIT */
#include "run/gate.h"
#include "run/log.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "util/memory.h"
#include "unit/run/place.h"

static char *directory, *path;
static int before;

/* Standard error goes to a file, and back. */
static void set_up(void)
{
	directory = place_make();
	path = place_path(directory, "log");
	before = dup(STDERR_FILENO);
	cr_assert(before >= 0);
	cr_assert_not_null(freopen(path, "a", stderr));
	cr_assert(unsetenv("JOURNAL_STREAM") == 0);
	log_to_stderr("forcedtlsd");
}

static char *logged(void)
{
	cr_assert(dup2(before, STDERR_FILENO) >= 0);
	return place_read(path);
}

static void tear_down(void)
{
	cr_assert(close(before) == 0);
	free(path);
	place_remove(directory);
}

TestSuite(log, .init = set_up, .fini = tear_down);

static char *with_prefix(const char *text)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "forcedtlsd[%ld]: %s\n", (long)getpid(), text);
	return strbuf_take(&line);
}

static void expect_line(const char *want)
{
	char *got = logged(), *line = with_prefix(want);

	cr_expect_str_eq(got, line);
	free(line);
	free(got);
}

Test(log, information)
{
	log_line(LOG_SEVERITY_INFO, "%s %d", "number", 42);
	expect_line("number 42");
}

Test(log, warning)
{
	log_line(LOG_SEVERITY_WARNING, "mind this");
	expect_line("warning: mind this");
}

Test(log, fatal)
{
	log_line(LOG_SEVERITY_FATAL, "cannot go on");
	expect_line("fatal: cannot go on");
}

Test(log, one_line_whatever_is_in_it)
{
	log_line(LOG_SEVERITY_INFO, "%s", "a\nforcedtlsd[1]: forged\r\t\x1b[2J\x7f \xc2\x9b% \xff\xc3\xbc\\");
	expect_line("a\\x0Aforcedtlsd[1]: forged\\x0D\\x09\\x1B[2J\\x7F \\xC2\\x9B% \\xFF\xc3\xbc\\");
}

Test(log, what_is_finished_stays_as_it_is)
{
	log_finished(LOG_SEVERITY_INFO, "{\"helo\":\"\\u007F\\\\x41 %s\"}", NULL);
	expect_line("{\"helo\":\"\\u007F\\\\x41 %s\"}");
}

Test(log, what_is_finished_is_printable, .signal = SIGABRT)
{
	log_finished(LOG_SEVERITY_INFO, "a\x7f", NULL);
}

/* A line that fits into a pipe at once, whatever is said; no character and no escape is cut in two. */
Test(log, lines_are_bounded)
{
	static const char *const fillings[] = {"x", "\x01", "\xc3\xbc"};
	struct strbuf text = {0}, want = {0};

	for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
		while (text.length < (i + 1) * 5001)
			strbuf_puts(&text, fillings[i]);
		log_line(LOG_SEVERITY_FATAL, "%s", text.text + i * 5001);
		strbuf_printf(&want, "forcedtlsd[%ld]: fatal: ", (long)getpid());
		for (size_t k = 0; k < (i == 0 ? 4000 : i == 1 ? 1000 : 2000); k++)
			strbuf_puts(&want, i == 1 ? "\\x01" : fillings[i]);
		strbuf_puts(&want, "...\n");
	}
	char *got = logged();

	cr_expect_str_eq(got, want.text);
	free(got);
	strbuf_fini(&text);
	strbuf_fini(&want);
}

/* What libmilter has to say comes here: the C library's syslog(3) waits for whoever reads. */
Test(log, syslog_is_ours)
{
	syslog(LOG_ERR, "%s: cannot\n%d", "forcedtlsd", 42);
	syslog(LOG_INFO, "fine");
	char *got = logged();
	struct strbuf want = {0};

	strbuf_printf(&want,
		      "forcedtlsd[%ld]: warning: libmilter: forcedtlsd: cannot\\x0A42\n"
		      "forcedtlsd[%ld]: libmilter: fine\n",
		      (long)getpid(), (long)getpid());
	cr_expect_str_eq(got, want.text, "%s", got);
	strbuf_fini(&want);
	free(got);
}

/* It may see its socket closed before it sees that it is to stop, and call that corrupted. */
Test(log, libmilters_end_is_no_error)
{
	syslog(LOG_ERR, "before");
	cr_assert(gate_shut(0));
	syslog(LOG_ERR, "%s: listenfd=%d corrupted, terminating", "forcedtlsd", -1);
	expect_line("warning: libmilter: before");
}

Test(log, journal_gets_priorities)
{
	struct strbuf stream = {0};
	struct stat st;
	char *got;

	cr_assert(fstat(STDERR_FILENO, &st) == 0);
	strbuf_printf(&stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	cr_assert(setenv("JOURNAL_STREAM", stream.text, 1) == 0);
	log_to_stderr("forcedtlsd");
	log_line(LOG_SEVERITY_INFO, "one");
	log_line(LOG_SEVERITY_WARNING, "two");
	log_line(LOG_SEVERITY_FATAL, "three");
	got = logged();
	cr_expect_str_eq(got, "<6>one\n<4>warning: two\n<2>fatal: three\n");
	free(got);
	strbuf_fini(&stream);
}

Test(log, journal_of_somebody_else)
{
	cr_assert(setenv("JOURNAL_STREAM", "1:1", 1) == 0);
	log_to_stderr("forcedtlsd");
	log_line(LOG_SEVERITY_INFO, "one");
	expect_line("one");
}

/* Nobody is told twice, however many threads ask. */
Test(log, what_is_said_once)
{
	cr_expect(log_first(LOG_FIRST_UNKNOWN_MTA));
	cr_expect_not(log_first(LOG_FIRST_UNKNOWN_MTA));
}
