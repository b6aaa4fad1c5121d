/* SPDX-License-Identifier: MIT */
/* The journal, played by a datagram socket. */
#include "run/journal.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "run/log.h"
#include "unit/run/place.h"
#include "util/memory.h"

static char *directory, *journal, *dev_log, *socket_path;

static int bind_datagram(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	cr_assert(fd >= 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	cr_assert(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

/* As journald has them: both sockets in /run/systemd/journal, and /dev/log a link to one of them. */
static void set_up(void)
{
	directory = place_make();
	journal = place_path(directory, "journal");
	cr_assert(mkdir(journal, 0700) == 0);
	dev_log = place_path(journal, "dev-log");
	socket_path = place_path(journal, "socket");
	cr_assert(unsetenv("JOURNAL_STREAM") == 0);
}

static void tear_down(void)
{
	(void)unlink(dev_log);
	(void)unlink(socket_path);
	(void)rmdir(journal);
	free(dev_log);
	free(socket_path);
	free(journal);
	place_remove(directory);
}

TestSuite(journal, .init = set_up, .fini = tear_down, .timeout = 60);

static char *receive(int fd)
{
	char bytes[8192];
	ssize_t length = recv(fd, bytes, sizeof bytes, 0);

	cr_assert(length > 0);
	return xstrndup(bytes, (size_t)length);
}

/* The process's own number stands as PID there. */
static void expect_entry(int fd, const char *want)
{
	static const char key[] = "SYSLOG_PID=";
	char *got = receive(fd), *pid = strstr(got, key), *end = NULL;
	struct strbuf without_pid = {0};

	cr_assert_not_null(pid, "%s", got);
	pid += sizeof key - 1;
	cr_expect_eq(strtol(pid, &end, 10), (long)getpid());
	strbuf_add(&without_pid, got, (size_t)(pid - got));
	strbuf_printf(&without_pid, "PID%s", end);
	cr_expect_str_eq(without_pid.text, want, "got %s", got);
	strbuf_fini(&without_pid);
	free(got);
}

static void claim_stderr(void)
{
	struct strbuf stream = {0};
	struct stat st;

	cr_assert(fstat(STDERR_FILENO, &st) == 0);
	strbuf_printf(&stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	cr_assert(setenv("JOURNAL_STREAM", stream.text, 1) == 0);
	strbuf_fini(&stream);
}

Test(journal, entries_in_place_of_standard_error)
{
	int fd = bind_datagram(socket_path);

	claim_stderr();
	cr_assert(log_to_journal("forcedtlsd", socket_path, LOG_MAIL));
	cr_expect(log_takes_fields());
	log_line(LOG_SEVERITY_WARNING, "mind\n%s", "this");
	expect_entry(fd, "MESSAGE=warning: mind\\x0Athis\nPRIORITY=4\nSYSLOG_FACILITY=2\n"
			 "SYSLOG_IDENTIFIER=forcedtlsd\nSYSLOG_PID=PID\n");
	log_finished(LOG_SEVERITY_INFO, "a verdict", "FORCEDTLS_VERDICT=reject\n");
	expect_entry(fd, "MESSAGE=a verdict\nPRIORITY=6\nSYSLOG_FACILITY=2\nSYSLOG_IDENTIFIER=forcedtlsd\n"
			 "SYSLOG_PID=PID\nFORCEDTLS_VERDICT=reject\n");
	(void)close(fd);
}

/* Somebody's terminal or file, or a journal without its socket: standard error is what it was. */
Test(journal, only_where_it_is)
{
	int fd = bind_datagram(socket_path);

	cr_expect_not(log_to_journal("forcedtlsd", socket_path, LOG_MAIL));
	(void)close(fd);
	claim_stderr();
	cr_expect_not(log_to_journal("forcedtlsd", socket_path, LOG_MAIL));
	cr_expect(unlink(socket_path) == 0);
	cr_expect_not(log_to_journal("forcedtlsd", socket_path, LOG_MAIL));
	cr_expect_not(log_takes_fields());
}

Test(journal, behind_syslog)
{
	int lines = bind_datagram(dev_log), entries = bind_datagram(socket_path);
	char *link = place_path(directory, "log");

	cr_assert(symlink(dev_log, link) == 0);
	log_to_syslog("forcedtlsd", link, LOG_LOCAL3);
	log_line(LOG_SEVERITY_INFO, "one");
	expect_entry(entries, "MESSAGE=one\nPRIORITY=6\nSYSLOG_FACILITY=19\nSYSLOG_IDENTIFIER=forcedtlsd\n"
			      "SYSLOG_PID=PID\n");
	cr_assert(close(entries) == 0 && unlink(socket_path) == 0);
	log_to_syslog("forcedtlsd", link, LOG_LOCAL3);
	cr_expect_not(log_takes_fields());
	log_line(LOG_SEVERITY_INFO, "two");
	free(receive(lines));
	cr_assert(unlink(link) == 0);
	free(link);
	(void)close(lines);
}

/* Another syslog daemon, whatever its socket is called and lies beside. */
Test(journal, not_behind_any_other)
{
	char *other = place_path(directory, "other");
	char *its_log, *its_socket;
	int lines, entries;

	cr_assert(mkdir(other, 0700) == 0);
	its_log = place_path(other, "dev-log");
	its_socket = place_path(other, "socket");
	lines = bind_datagram(its_log);
	entries = bind_datagram(its_socket);
	cr_expect(journal_is_at(its_socket));
	cr_expect_null(journal_behind_syslog(its_log));
	cr_expect_null(journal_behind_syslog(its_socket));
	cr_expect_null(journal_behind_syslog("/nowhere/journal/dev-log"));
	cr_assert(unlink(its_log) == 0 && unlink(its_socket) == 0 && rmdir(other) == 0);
	free(its_log);
	free(its_socket);
	free(other);
	(void)close(lines);
	(void)close(entries);
}
