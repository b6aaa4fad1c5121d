/* SPDX-License-Identifier: MIT */
/* Logs that nobody reads: nothing waits for them, and nothing is lost without a word. */
#include "run/log_writer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "util/memory.h"
#include "unit/run/place.h"
#include "run/log.h"

/* More than the queue and any socket or pipe take. */
#define LINES 30000
#define PATIENCE_MS 20000

static char *directory, *path;
static int before;

static void set_up(void)
{
	directory = place_make();
	path = place_path(directory, "log");
	before = dup(STDERR_FILENO);
	cr_assert(before >= 0);
	cr_assert(unsetenv("JOURNAL_STREAM") == 0);
}

static void tear_down(void)
{
	cr_assert(dup2(before, STDERR_FILENO) >= 0);
	cr_assert(close(before) == 0);
	free(path);
	place_remove(directory);
}

/* A log that is waited for would not come back: the test ends then, whatever signals are blocked. */
TestSuite(log_writer, .init = set_up, .fini = tear_down, .timeout = 60);

static int listen_as(int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type, 0);

	cr_assert(fd >= 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	cr_assert(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
	cr_assert(type == SOCK_DGRAM || listen(fd, 1) == 0);
	return fd;
}

static bool is_readable(int fd)
{
	struct pollfd event = {.fd = fd, .events = POLLIN};

	return poll(&event, 1, PATIENCE_MS) == 1;
}

/* The next datagram. */
static const char *receive(int fd)
{
	static char line[8192];
	ssize_t length;

	cr_assert(is_readable(fd), "nothing came");
	length = recv(fd, line, sizeof line - 1, 0);
	cr_assert(length >= 0);
	line[length] = '\0';
	return line;
}

static const char *behind_tag(const char *line)
{
	const char *tag = strstr(line, "forcedtlsd[");
	const char *text = tag != NULL ? strstr(tag, "]: ") : NULL;

	cr_assert(text != NULL, "%s", line);
	return text + 3;
}

Test(log_writer, syslog_gets_what_syslog_gets)
{
	int log = listen_as(SOCK_DGRAM), day, hour, minute, second, length = 0;
	char month[4];
	const char *line;
	long pid;

	log_to_syslog("forcedtlsd", path, LOG_LOCAL3);
	log_line(LOG_SEVERITY_WARNING, "mind %s", "this");
	line = receive(log);
	cr_expect(sscanf(line, "<156>%3s %d %d:%d:%d forcedtlsd[%ld]: warning: mind this%n", month, &day,
			 &hour, &minute, &second, &pid, &length) == 6 &&
			  line[length] == '\0' && length > 0,
		  "%s", line);
	cr_expect(pid == (long)getpid() && line[sizeof "<156>Nov" - 1] == ' ', "%s", line);
	log_line(LOG_SEVERITY_INFO, "one");
	cr_expect(strncmp(receive(log), "<158>", 5) == 0);
	log_line(LOG_SEVERITY_FATAL, "two");
	cr_expect(strncmp(receive(log), "<154>", 5) == 0);
	(void)close(log);
}

/* Numbered lines, until some must have been lost. */
static void log_too_much(void)
{
	for (int i = 0; i < LINES; i++)
		log_line(LOG_SEVERITY_INFO, "line %d of a log that is not read at the moment", i);
}

struct seen {
	int next; /* number of the line to come */
	long lost; /* as the log says */
};

/* Lines in order; where some are missing the log has said so, and how many. */
static void see(struct seen *seen, const char *text)
{
	long lost;
	int number;

	if (sscanf(text, "line %d of a log that is not read at the moment", &number) == 1) {
		cr_assert_eq(number, seen->next, "%s, and not %d", text, seen->next);
		seen->next++;
	} else {
		cr_assert_eq(sscanf(text, "warning: %ld log lines were lost: ", &lost), 1, "%s", text);
		seen->next += (int)lost;
		seen->lost += lost;
	}
}

Test(log_writer, syslog_that_does_not_read)
{
	struct seen seen = {0};
	int log = listen_as(SOCK_DGRAM);

	log_to_syslog("forcedtlsd", path, LOG_MAIL);
	cr_assert(log_start());
	log_too_much();
	/* The lines that were kept, and the word about those that were not, come by themselves. */
	while (seen.next < LINES)
		see(&seen, behind_tag(receive(log)));
	cr_expect_eq(seen.next, LINES);
	cr_expect_gt(seen.lost, LINES / 10);
	log_line(LOG_SEVERITY_INFO, "again");
	cr_expect_str_eq(behind_tag(receive(log)), "again");
	log_stop();
	(void)close(log);
}

static void *read_slowly(void *context)
{
	struct seen *seen = context;
	const int log = seen->next;

	seen->next = 0;
	while (seen->next < LINES) {
		struct pollfd nothing = {.fd = -1};

		see(seen, behind_tag(receive(log)));
		(void)poll(&nothing, 1, 1);
	}
	return NULL;
}

/* At the end too: what is given up then is told by the last line. */
Test(log_writer, syslog_that_reads_too_slowly_for_the_end)
{
	int log = listen_as(SOCK_DGRAM);
	struct seen seen = {.next = log};
	pthread_t reader;

	log_to_syslog("forcedtlsd", path, LOG_MAIL);
	cr_assert(log_start());
	log_too_much();
	cr_assert(pthread_create(&reader, NULL, read_slowly, &seen) == 0);
	log_stop();
	cr_assert(pthread_join(reader, NULL) == 0);
	cr_expect_eq(seen.next, LINES);
	(void)close(log);
}

/* A burst of more than the socket holds, with somebody who reads: all of it arrives. */
Test(log_writer, syslog_that_reads_slowly)
{
	struct seen seen = {0};
	int log = listen_as(SOCK_DGRAM);

	log_to_syslog("forcedtlsd", path, LOG_MAIL);
	cr_assert(log_start());
	for (int i = 0; i < 2000; i++)
		log_line(LOG_SEVERITY_INFO, "line %d of a log that is not read at the moment", i);
	while (seen.next < 2000)
		see(&seen, behind_tag(receive(log)));
	cr_expect_eq(seen.lost, 0);
	log_stop();
	(void)close(log);
}

/* Not there at the start, there, started anew, and gone at the end. */
Test(log_writer, syslog_that_comes_and_goes)
{
	int log;

	log_to_syslog("forcedtlsd", path, LOG_MAIL);
	log_line(LOG_SEVERITY_INFO, "before the thread");
	cr_assert(log_start());
	log_line(LOG_SEVERITY_INFO, "before the socket");
	log = listen_as(SOCK_DGRAM);
	cr_expect_str_eq(behind_tag(receive(log)), "before the thread");
	cr_expect_str_eq(behind_tag(receive(log)), "before the socket");
	log_line(LOG_SEVERITY_INFO, "there");
	cr_expect_str_eq(behind_tag(receive(log)), "there");
	(void)close(log);
	(void)unlink(path);
	log_line(LOG_SEVERITY_INFO, "between");
	log = listen_as(SOCK_DGRAM);
	cr_expect_str_eq(behind_tag(receive(log)), "between");
	(void)close(log);
	(void)unlink(path);
	log = listen_as(SOCK_DGRAM);
	log_line(LOG_SEVERITY_INFO, "at once"); /* a new socket by the same name is found without a loss */
	cr_expect_str_eq(behind_tag(receive(log)), "at once");
	(void)close(log);
	(void)unlink(path);
	log_line(LOG_SEVERITY_INFO, "nobody");
	log_stop();
}

/* As syslog(3) has it with such a socket: a NUL ends each line. */
Test(log_writer, syslog_by_a_stream)
{
	int listener = listen_as(SOCK_STREAM), log;
	char bytes[256] = {0};
	size_t length = 0;

	log_to_syslog("forcedtlsd", path, LOG_MAIL);
	log_line(LOG_SEVERITY_INFO, "one");
	log_line(LOG_SEVERITY_INFO, "two");
	log = accept(listener, NULL, NULL);
	cr_assert(log >= 0);
	while (length < 5 || memcmp(bytes + length - 4, "two", 4) != 0) {
		ssize_t count;

		cr_assert(is_readable(log) && length < sizeof bytes);
		count = recv(log, bytes + length, sizeof bytes - length, 0);
		cr_assert(count > 0);
		length += (size_t)count;
	}
	cr_expect_str_eq(behind_tag(bytes), "one");
	cr_expect_str_eq(behind_tag(bytes + strlen(bytes) + 1), "two");
	(void)close(log);
	(void)close(listener);
}

/* Reads lines from fd until all were seen. */
static void see_lines(int fd, struct seen *seen)
{
	FILE *log = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;

	cr_assert_not_null(log);
	while (seen->next < LINES) {
		ssize_t length = getline(&line, &size, log);

		cr_assert(length > 0 && line[length - 1] == '\n');
		line[length - 1] = '\0';
		see(seen, behind_tag(line));
	}
	free(line);
	(void)fclose(log);
}

static void expect_nobody_waits(const int ends[2])
{
	struct seen seen = {0};

	cr_assert(dup2(ends[1], STDERR_FILENO) >= 0);
	log_to_stderr("forcedtlsd");
	cr_assert(log_start());
	log_too_much();
	see_lines(ends[0], &seen);
	cr_expect_eq(seen.next, LINES);
	cr_expect_gt(seen.lost, LINES / 10);
	log_stop();
	(void)close(ends[1]);
}

Test(log_writer, pipe_that_is_not_read)
{
	int ends[2];

	cr_assert(pipe(ends) == 0);
	expect_nobody_waits(ends);
	cr_expect((fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0, "all who share it would be surprised");
}

Test(log_writer, socket_that_is_not_read)
{
	int ends[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	expect_nobody_waits(ends);
	cr_expect((fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0);
}

/* Before the thread runs lines are waited for, and not for long; they are there when somebody reads. */
Test(log_writer, start_with_a_full_pipe)
{
	char bytes[65536] = {0};
	int ends[2];

	cr_assert(pipe(ends) == 0);
	cr_assert(write(ends[1], bytes, sizeof bytes) == (ssize_t)sizeof bytes);
	cr_assert(dup2(ends[1], STDERR_FILENO) >= 0);
	log_to_stderr("forcedtlsd");
	log_line(LOG_SEVERITY_INFO, "one");
	log_line(LOG_SEVERITY_INFO, "two");
	cr_assert(log_start());
	for (size_t left = sizeof bytes; left > 0;) {
		ssize_t count = read(ends[0], bytes, left);

		cr_assert(count > 0);
		left -= (size_t)count;
	}
	log_stop();
	(void)close(ends[1]);
	cr_assert(dup2(before, STDERR_FILENO) >= 0);
	memset(bytes, 0, sizeof bytes);
	cr_assert(read(ends[0], bytes, sizeof bytes) > 0);
	cr_expect(strstr(bytes, "]: one\nforcedtlsd[") != NULL && strstr(bytes, "]: two\n") != NULL, "%s",
		  bytes);
	(void)close(ends[0]);
}

/* The end does not wait for somebody who does not read. */
Test(log_writer, end_with_a_full_pipe)
{
	int ends[2];

	cr_assert(pipe(ends) == 0);
	cr_assert(dup2(ends[1], STDERR_FILENO) >= 0);
	log_to_stderr("forcedtlsd");
	cr_assert(log_start());
	log_too_much();
	log_stop();
	log_line(LOG_SEVERITY_INFO, "one more");
	(void)close(ends[0]);
	(void)close(ends[1]);
}
