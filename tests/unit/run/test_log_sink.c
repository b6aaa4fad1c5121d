/* SPDX-License-Identifier: MIT */
/* What each kind of sink says where it takes nothing. That no call waits, the time limit of the suite says. */
#include "run/log_sink.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static const char line[] = "a line that is written again and again until nothing is taken any more\n";
#define LENGTH (sizeof line - 1)

static int before;

static void set_up(void)
{
	before = dup(STDERR_FILENO);
	cr_assert(before >= 0);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void tear_down(void)
{
	cr_assert(dup2(before, STDERR_FILENO) >= 0);
	cr_assert(close(before) == 0);
}

TestSuite(log_sink, .init = set_up, .fini = tear_down, .timeout = 60);

static void open_at(int fd, enum log_sink_kind kind, struct log_sink *sink_r)
{
	cr_assert(dup2(fd, STDERR_FILENO) >= 0);
	log_sink_open_stderr(sink_r);
	cr_expect_eq(sink_r->kind, kind, "%d", (int)sink_r->kind);
}

/* How many bytes it takes before it is busy. */
static size_t fill(struct log_sink *sink, size_t *done)
{
	size_t lines = 0;

	while (log_sink_send(sink, line, LENGTH, done) == LOG_SINK_SENT)
		lines++;
	cr_assert_gt(lines, 0);
	cr_expect_eq(log_sink_send(sink, line, LENGTH, done), LOG_SINK_BUSY);
	return lines * LENGTH + *done;
}

/* Then all that it took is read, and so is the rest of a line that it took in part. */
static void expect_whole(struct log_sink *sink, int reader)
{
	size_t done = 0, taken = fill(sink, &done), at = 0;
	bool whole = done == 0;
	char bytes[4096];

	while (at < taken) {
		ssize_t count = read(reader, bytes, taken - at < sizeof bytes ? taken - at : sizeof bytes);

		cr_assert(count > 0);
		for (ssize_t i = 0; i < count; i++, at++)
			cr_assert_eq(bytes[i], line[at % LENGTH]);
	}
	cr_assert_eq(log_sink_send(sink, line, LENGTH, &done), LOG_SINK_SENT);
	cr_assert_eq(done, 0);
	while (at < taken + (whole ? LENGTH : LENGTH - taken % LENGTH)) {
		cr_assert(read(reader, bytes, 1) == 1);
		cr_assert_eq(bytes[0], line[at++ % LENGTH]);
	}
}

Test(log_sink, pipes)
{
	struct log_sink sink;
	int ends[2];

	cr_assert(pipe(ends) == 0);
	open_at(ends[1], LOG_SINK_OWN, &sink);
	expect_whole(&sink, ends[0]);
	log_sink_close(&sink);
	sink = (struct log_sink){.kind = LOG_SINK_SHARED, .fd = ends[1]};
	expect_whole(&sink, ends[0]);
	(void)close(ends[0]);
	cr_expect_eq(log_sink_send(&sink, line, LENGTH, &(size_t){0}), LOG_SINK_BROKEN);
	(void)close(ends[1]);
}

Test(log_sink, sockets)
{
	struct log_sink sink;
	int ends[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	open_at(ends[1], LOG_SINK_SOCKET, &sink);
	expect_whole(&sink, ends[0]);
	(void)close(ends[0]);
	cr_expect_eq(log_sink_send(&sink, line, LENGTH, &(size_t){0}), LOG_SINK_BROKEN);
	(void)close(ends[1]);
}

Test(log_sink, terminals)
{
	int reader = posix_openpt(O_RDWR | O_NOCTTY), writer;
	struct termios settings;
	struct log_sink sink;

	cr_assert(reader >= 0 && grantpt(reader) == 0 && unlockpt(reader) == 0);
	writer = open(ptsname(reader), O_RDWR | O_NOCTTY);
	cr_assert(writer >= 0 && tcgetattr(writer, &settings) == 0);
	cfmakeraw(&settings);
	cr_assert(tcsetattr(writer, TCSANOW, &settings) == 0);
	open_at(writer, LOG_SINK_OWN, &sink);
	expect_whole(&sink, reader);
	log_sink_close(&sink);
	(void)close(writer);
	(void)close(reader);
}

Test(log_sink, files)
{
	int null = open("/dev/null", O_WRONLY), full = open("/dev/full", O_WRONLY);
	struct log_sink sink;
	size_t done = 0;

	open_at(null, LOG_SINK_FILE, &sink);
	cr_expect_eq(log_sink_send(&sink, line, LENGTH, &done), LOG_SINK_SENT);
	log_sink_close(&sink);
	cr_expect(fcntl(STDERR_FILENO, F_GETFD) >= 0, "standard error stays open");
	open_at(full, LOG_SINK_FILE, &sink);
	cr_expect_eq(log_sink_send(&sink, line, LENGTH, &done), LOG_SINK_BROKEN);
	cr_expect_eq(done, 0);
	(void)close(null);
	(void)close(full);
}

Test(log_sink, no_syslog)
{
	char long_path[200];
	struct log_sink sink;
	size_t done = 0;

	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	log_sink_open_syslog(&sink, "/nonexistent/log");
	cr_expect_eq(log_sink_send(&sink, line, LENGTH, &done), LOG_SINK_BROKEN);
	log_sink_open_syslog(&sink, long_path);
	cr_expect_eq(log_sink_send(&sink, line, LENGTH, &done), LOG_SINK_BROKEN);
	log_sink_close(&sink);
}
