/* SPDX-License-Identifier: MIT */
#include "run/notify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "run/reload.h"
#include "run/snapshot.h"
#include "unit/run/place.h"

/* A service manager's socket with the given address. */
static int listen_at(const char *path, size_t length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	cr_assert(fd >= 0 && length < sizeof address.sun_path);
	memcpy(address.sun_path, path, length);
	cr_assert(bind(fd, (const struct sockaddr *)&address,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0);
	return fd;
}

static void expect_nothing(int fd)
{
	char message[64];

	cr_expect(recv(fd, message, sizeof message, 0) < 0 && errno == EAGAIN, "once");
}

static void expect_told_ready(int fd)
{
	char message[64] = "";
	ssize_t length = recv(fd, message, sizeof message - 1, 0);

	cr_expect(length == 7, "%zd", length);
	cr_expect_str_eq(message, "READY=1");
}

static void expect_ready(int fd)
{
	expect_told_ready(fd);
	expect_nothing(fd);
}

static uint64_t monotonic_usec(void)
{
	struct timespec now;

	cr_assert(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The time is not before what it is about: a service manager takes no older message for an answer. */
static void expect_told_reloading(int fd, uint64_t not_before)
{
	static const char begins[] = "RELOADING=1\nMONOTONIC_USEC=";
	char message[64] = "", *end;
	uint64_t usec;

	cr_assert(recv(fd, message, sizeof message - 1, 0) > 0);
	cr_assert(strncmp(message, begins, strlen(begins)) == 0, "%s", message);
	usec = strtoull(message + strlen(begins), &end, 10);
	cr_expect(*end == '\0' && usec >= not_before && usec <= monotonic_usec(), "%s", message);
}

Test(notify, socket_in_the_file_system)
{
	char *directory = place_make(), *path = place_path(directory, "notify");
	int fd = listen_at(path, strlen(path));

	cr_assert(setenv("NOTIFY_SOCKET", path, 1) == 0);
	notify_ready();
	expect_ready(fd);
	cr_assert(close(fd) == 0);
	free(path);
	place_remove(directory);
}

Test(notify, socket_without_a_file)
{
	char *directory = place_make(), *name = place_path(directory, "notify");
	int fd;

	name[0] = '\0';
	fd = listen_at(name, 1 + strlen(name + 1));
	name[0] = '@';
	cr_assert(setenv("NOTIFY_SOCKET", name, 1) == 0);
	notify_ready();
	expect_ready(fd);
	cr_assert(close(fd) == 0);
	free(name);
	place_remove(directory);
}

Test(notify, nobody_asked)
{
	cr_assert(unsetenv("NOTIFY_SOCKET") == 0);
	notify_ready();
	notify_reloading();
}

/* Also a reload that comes to nothing is over at the end. */
Test(notify, reload_begins_and_ends)
{
	static const char *const policies[] = {
		"connectors:\n  - {name: first, senders: a.example, require: tls}\n", "nonsense: 1\n"};
	char *directory = place_make(), *path = place_path(directory, "notify"),
	     *policy = place_path(directory, "forcedtls.yaml");
	struct diagnostics diagnostics = {0};
	struct reload_report report;
	struct reloads reloads;
	int fd = listen_at(path, strlen(path));

	reloads_init(&reloads, policy);
	place_write(policy, policies[0]);
	cr_assert(reload_policy(policy, &diagnostics));
	diagnostics_fini(&diagnostics);
	cr_assert(setenv("NOTIFY_SOCKET", path, 1) == 0);
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		uint64_t before = monotonic_usec();

		place_write(policy, policies[i]);
		reload_and_log(&reloads, &report);
		reload_report_fini(&report);
		expect_told_reloading(fd, before);
		expect_told_ready(fd);
		expect_nothing(fd);
	}
	snapshot_retire();
	reloads_fini(&reloads);
	cr_assert(close(fd) == 0);
	free(policy);
	free(path);
	place_remove(directory);
}
