/* SPDX-License-Identifier: MIT */
/*
 * Policies whose files are written while they are read. The linker wraps
 * file_open, by which list files are opened, and clock_gettime, by which the
 * age of a file is told.
 */
#include "config/seen.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/file.h"
#include "util/memory.h"
#include "load.h"

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_file_open(const struct file_reference *reference, struct file_identity *identity_r);
int __wrap_file_open(const struct file_reference *reference, struct file_identity *identity_r);

int __real_clock_gettime(clockid_t clock, struct timespec *now_r);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now_r);

static void (*happens)(void); /* once the list file has been opened; NULL: nothing */
static unsigned opened;

int __wrap_file_open(const struct file_reference *reference, struct file_identity *identity_r)
{
	int fd = __real_file_open(reference, identity_r);

	opened++;
	if (happens != NULL)
		happens();
	return fd;
}

time_t clock_flies; /* seconds with each look at it */
static time_t clock_ahead;

static struct scratch scratch;
static unsigned young; /* how often the clock may be asked before the files are old */

/* Files of the tests were written a moment ago. By this clock the policy file was just now, or they are all long settled. */
int __wrap_clock_gettime(clockid_t clock, struct timespec *now_r)
{
	int result = __real_clock_gettime(clock, now_r);
	struct strbuf policy = {0};
	struct stat written;

	if (young == 0 || clock != CLOCK_REALTIME) {
		now_r->tv_sec += 3600 + clock_ahead;
		clock_ahead += clock_flies;
		return result;
	}
	young--;
	strbuf_printf(&policy, "%s/p", scratch.folder);
	result = stat(policy.text, &written);
	*now_r = written.st_ctim;
	strbuf_fini(&policy);
	return result;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#define OWN "  - {name: own, senders: o.example, require: tls}\n"
#define LIST "  - {name: list, senders: {file: l}, require: tls}\n"
#define SECOND "  - {name: second, senders: b.example, require: tls}\n"

static void set_up(void)
{
	scratch_init(&scratch);
	scratch_puts(&scratch, "p", "include: '*.yaml'\nconnectors:\n" OWN);
	scratch_puts(&scratch, "l", "a.example\n");
	scratch_puts(&scratch, "a.yaml", "connectors:\n" LIST);
	happens = NULL;
	young = 0;
}

static void tear_down(void)
{
	happens = NULL;
	scratch_fini(&scratch);
}

TestSuite(config_seen, .init = set_up, .fini = tear_down);

static const char *path_to(const char *name)
{
	static char path[2][100];
	static unsigned next;
	char *it = path[next++ % 2];

	(void)snprintf(it, sizeof path[0], "%s/%s", scratch.folder, name);
	return it;
}

/* In place, as no one should. */
static void write_over(const char *name, const char *text)
{
	int fd = open(path_to(name), O_WRONLY | O_TRUNC | O_CREAT, 0600);

	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

/* What was read, "name:patterns" for each connector; all messages. How often the list was opened is counted. */
static void expect(const char *connectors, const char *messages, unsigned times)
{
	struct config *config;
	struct strbuf got = {0};
	char *got_messages;

	opened = 0;
	got_messages = scratch_messages(&scratch, "p", &config);
	strbuf_puts(&got, "");
	if (config != NULL) {
		for (size_t i = 0; i < config->policy->connector_count; i++)
			strbuf_printf(&got, "%s ", config->policy->connectors[i]->name);
		strbuf_printf(&got, "%zu", pattern_index_count(config->policy->senders));
	}
	cr_expect_str_eq(got.text, connectors, "%s", got.text);
	cr_expect_str_eq(got_messages, messages, "%s", got_messages);
	cr_expect_eq(opened, times, "%u", opened);
	config_free(&config);
	strbuf_fini(&got);
	free(got_messages);
}

Test(config_seen, nothing_happens)
{
	expect("own list 2", "", 1);
}

static void policy_is_written(void)
{
	happens = NULL;
	write_over("p", "connectors:\n" LIST SECOND);
}

Test(config_seen, policy_that_is_written)
{
	happens = policy_is_written;
	expect("list second 2", "", 2);
}

static void policy_is_replaced(void)
{
	happens = NULL;
	write_over("new", "connectors:\n" LIST SECOND);
	cr_assert(rename(path_to("new"), path_to("p")) == 0);
}

Test(config_seen, policy_that_is_replaced)
{
	happens = policy_is_replaced;
	expect("list second 2", "", 2);
}

static void list_is_written(void)
{
	happens = NULL;
	write_over("l", "c.example\nd.example\n");
}

Test(config_seen, list_that_is_written)
{
	happens = list_is_written;
	expect("own list 3", "", 2);
}

/* The same number of bytes, and the time of the last change as it was. */
static void list_is_forged(void)
{
	struct stat before;

	happens = NULL;
	cr_assert(stat(path_to("l"), &before) == 0);
	write_over("l", "z.example\n");
	cr_assert(utimensat(AT_FDCWD, path_to("l"), (const struct timespec[]){before.st_atim, before.st_mtim},
			    0) == 0);
}

Test(config_seen, list_that_looks_the_same)
{
	happens = list_is_forged;
	expect("own list 2", "", 2);
}

static void file_appears(void)
{
	happens = NULL;
	scratch_puts(&scratch, "b.yaml", "connectors:\n" SECOND);
}

Test(config_seen, file_that_appears)
{
	happens = file_appears;
	expect("own list second 3", "", 2);
}

static void file_disappears(void)
{
	happens = NULL;
	cr_assert(unlink(path_to("a.yaml")) == 0);
}

Test(config_seen, file_that_disappears)
{
	happens = file_disappears;
	/* That time the list is not opened. */
	expect("own 1", "p:1:10: warning: include: \"*.yaml\" finds no file\n", 1);
	scratch_puts(&scratch, "a.yaml", "");
}

static void policy_grows(void)
{
	FILE *file = fopen(path_to("p"), "a");

	cr_assert(file != NULL && fputs("# more\n", file) >= 0 && fclose(file) == 0);
}

/* What was wrong with it meanwhile is of no interest. */
Test(config_seen, policy_that_is_written_again_and_again)
{
	scratch_puts(&scratch, "p", "nonsense: 1\nconnectors:\n" LIST);
	happens = policy_grows;
	expect("",
	       "p: error: changes while it is read: write a new file beside it, and rename that to its "
	       "name\n",
	       CONFIG_READ_ATTEMPTS);
}

/* Nobody has to mend it: the next time it may stay as it is. What is wrong with the file is another thing. */
Test(config_seen, policy_that_is_written_again_and_again_is_no_lasting_fault)
{
	struct diagnostics found = {0};
	struct strbuf name = {0};

	scratch_puts(&scratch, "p", "connectors:\n" LIST);
	strbuf_printf(&name, "%s/p", scratch.folder);
	happens = policy_grows;
	cr_expect_null(config_load(name.text, &found));
	cr_expect(diagnostics_are_temporary(&found));
	diagnostics_add(&found, SEVERITY_ERROR, "p", 1, 1, "", "unknown key");
	cr_expect_not(diagnostics_are_temporary(&found));
	diagnostics_fini(&found);
	cr_expect_not(diagnostics_are_temporary(&found));
	strbuf_fini(&name);
}

static void policy_breaks(void)
{
	happens = NULL;
	write_over("p", "connectors:\n" LIST "nonsense: 1");
}

Test(config_seen, policy_that_breaks_meanwhile)
{
	happens = policy_breaks;
	expect("",
	       "p:3:1: error: unknown key \"nonsense\" in the policy file\n"
	       "p:3:12: warning: the last line has no line end: the file may be cut off\n",
	       2);
}

static void set_time(struct timespec *time_r, long milliseconds, long nanoseconds)
{
	*time_r = (struct timespec){
		.tv_sec = 1700000000 + (milliseconds < 0 ? -1 : 0),
		.tv_nsec = (milliseconds < 0 ? 1000 + milliseconds : milliseconds) * 1000000 + nanoseconds};
}

/* A write within the same tick of the clock shows nowhere in what stat(2) tells. */
Test(config_seen, file_is_settled_20_ms_after_it_was_written)
{
	static const struct {
		long now_ms, now_ns;
		bool settled;
	} cases[] = {
		{0, 0, false},  {4, 0, false},  {19, 999999, false}, {20, 0, true},
		{999, 0, true}, {-1, 0, false}, {-19, 0, false},     {-20, 0, true},
	};
	struct stat written = {0};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct timespec now;

		set_time(&now, cases[i].now_ms, cases[i].now_ns);
		set_time(&written.st_mtim, 0, 0);
		set_time(&written.st_ctim, 0, 0);
		cr_expect_eq(seen_is_settled(&written, &now), cases[i].settled, "case %zu", i);
		written.st_mtim.tv_sec = 0; /* as "touch -d" can have it: nobody sets the other */
		cr_expect_eq(seen_is_settled(&written, &now), cases[i].settled, "case %zu, ctime", i);
		written.st_mtim = written.st_ctim;
		written.st_ctim.tv_sec = (time_t)(sizeof(time_t) > 4 ? INT64_MAX : INT32_MAX);
		cr_expect_eq(seen_is_settled(&written, &now), cases[i].settled, "case %zu, mtime", i);
	}
}

/* The policy file is the first of which the clock is asked. */
Test(config_seen, file_that_was_just_written_is_read_again)
{
	young = 1;
	expect("own list 2", "", 2);
}

Test(config_seen, file_that_is_always_just_written)
{
	young = 100;
	expect("",
	       "p: error: changes while it is read: write a new file beside it, and rename that to its "
	       "name\n",
	       CONFIG_READ_ATTEMPTS);
}
