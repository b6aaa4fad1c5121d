/* SPDX-License-Identifier: MIT */
#include "server/socket.h"

#include <criterion/criterion.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit/run/place.h"

static char *directory, *path;

static void set_up(void)
{
	directory = place_make();
	path = place_path(directory, "milter.sock");
}

static void tear_down(void)
{
	free(path);
	place_remove(directory);
}

TestSuite(socket, .init = set_up, .fini = tear_down);

/* A socket at path; closed, it is what a daemon leaves that was killed. */
static int serve_at(const char *at, int type, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type, 0);

	cr_assert(fd >= 0 && strlen(at) < sizeof address.sun_path);
	memcpy(address.sun_path, at, strlen(at) + 1);
	cr_assert(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
	if (type == SOCK_STREAM)
		cr_assert(listen(fd, backlog) == 0);
	return fd;
}

static bool exists(const char *at)
{
	struct stat st;

	return lstat(at, &st) == 0;
}

static ino_t inode_of(const char *at)
{
	struct stat st;

	cr_assert(lstat(at, &st) == 0);
	return st.st_ino;
}

Test(socket, path_of_spec)
{
	static const struct {
		const char *spec, *want;
	} cases[] = {
		{"unix:/run/x.sock", "/run/x.sock"},
		{"local:/run/x.sock", "/run/x.sock"},
		{"UNIX:/run/x.sock", "/run/x.sock"},
		{"/run/x.sock", "/run/x.sock"},
		{":/run/x.sock", "/run/x.sock"},
		{"unix:/run/a:b", "/run/a:b"},
		{"inet:9912@127.0.0.1", NULL},
		{"inet6:9912@[::1]", NULL},
		{"fd:3", NULL},
		{"unixes:/run/x.sock", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = socket_path(cases[i].spec);

		cr_expect(got == NULL || cases[i].want == NULL ? got == cases[i].want
							       : strcmp(got, cases[i].want) == 0,
			  "%s: got %s", cases[i].spec, got != NULL ? got : "NULL");
	}
}

Test(socket, absolute)
{
	char *same = socket_absolute("unix:/run/x.sock"), *inet = socket_absolute("inet:9912@127.0.0.1");
	char *moved, *real;

	cr_expect_str_eq(same, "unix:/run/x.sock");
	cr_expect_str_eq(inet, "inet:9912@127.0.0.1");
	cr_assert(chdir(directory) == 0);
	moved = socket_absolute("unix:milter.sock");
	real = realpath(directory, NULL);
	cr_assert_not_null(real);
	cr_expect(strncmp(moved, "unix:", 5) == 0 && strncmp(moved + 5, real, strlen(real)) == 0, "%s",
		  moved);
	cr_expect_str_eq(moved + 5 + strlen(real), "/milter.sock");
	free(real);
	free(moved);
	free(inet);
	free(same);
}

Test(socket, port)
{
	cr_expect(socket_prepare("inet:1@127.0.0.1"));
	cr_expect(socket_prepare("inet:65535@127.0.0.1"));
	cr_expect(socket_prepare("inet6:9912@[::1]"));
	cr_expect(socket_prepare("inet:9912"));
	cr_expect(socket_prepare("inet:smtp@127.0.0.1"), "a name of services(5)");
	cr_expect(!socket_prepare("inet:127.0.0.1:9912"), "as Postfix writes it");
	cr_expect(!socket_prepare("inet:0@127.0.0.1"));
	cr_expect(!socket_prepare("inet:65536@127.0.0.1"));
	cr_expect(!socket_prepare("inet:99999999999999999999@127.0.0.1"));
	cr_expect(!socket_prepare("inet6:65536"));
}

Test(socket, free_path)
{
	cr_expect(socket_probe(path) == SOCKET_FREE);
	cr_expect(socket_prepare(path));
	cr_expect(!exists(path));
}

Test(socket, stale_one_is_removed)
{
	cr_assert(close(serve_at(path, SOCK_STREAM, 5)) == 0);
	cr_expect(socket_probe(path) == SOCKET_STALE);
	cr_expect(socket_prepare(path));
	cr_expect(!exists(path));
}

Test(socket, live_one_is_not_stolen)
{
	int fd = serve_at(path, SOCK_STREAM, 5);
	ino_t before = inode_of(path);

	cr_expect(socket_probe(path) == SOCKET_LIVE);
	cr_expect(!socket_prepare(path));
	cr_expect(inode_of(path) == before);
	cr_expect(socket_probe(path) == SOCKET_LIVE);
	cr_assert(close(fd) == 0);
}

Test(socket, live_one_with_a_full_queue_is_not_stolen)
{
	int fd = serve_at(path, SOCK_STREAM, 0);

	/* Nobody accepts: the first attempts fill the queue, the last ones find it full. */
	for (int i = 0; i < 4; i++)
		cr_expect(socket_probe(path) == SOCKET_LIVE, "attempt %d", i);
	cr_expect(!socket_prepare(path));
	cr_expect(exists(path));
	cr_assert(close(fd) == 0);
}

Test(socket, datagram_socket_is_not_stolen)
{
	int fd = serve_at(path, SOCK_DGRAM, 0);

	cr_expect(socket_probe(path) == SOCKET_LIVE);
	cr_expect(!socket_prepare(path));
	cr_expect(exists(path));
	cr_assert(close(fd) == 0);
}

Test(socket, file_is_refused)
{
	char *content;

	place_write(path, "precious");
	cr_expect(socket_probe(path) == SOCKET_OTHER);
	cr_expect(!socket_prepare(path));
	content = place_read(path);
	cr_expect_str_eq(content, "precious");
	free(content);
}

Test(socket, link_is_refused)
{
	char *target = place_path(directory, "target.sock");

	cr_assert(close(serve_at(target, SOCK_STREAM, 5)) == 0);
	cr_assert(symlink(target, path) == 0);
	cr_expect(socket_probe(path) == SOCKET_OTHER);
	cr_expect(!socket_prepare(path));
	cr_expect(exists(path) && exists(target));
	free(target);
}

Test(socket, path_that_is_too_long)
{
	char name[200];
	char *deep;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	deep = place_path(directory, name);
	cr_expect(socket_prepare(deep), "nothing is there");
	place_write(deep, "");
	cr_expect(!socket_prepare(deep));
	free(deep);
}

Test(socket, mode_and_group)
{
	int fd = serve_at(path, SOCK_STREAM, 5);
	struct stat st;

	cr_expect(socket_hand_over(path, (uid_t)-1, getegid(), 0620));
	cr_assert(lstat(path, &st) == 0);
	cr_expect((st.st_mode & 07777) == 0620, "%o", (unsigned)st.st_mode);
	cr_expect(st.st_gid == getegid() && st.st_uid == geteuid());
	cr_assert(close(fd) == 0);
}

Test(socket, hand_over_follows_no_link)
{
	char *target = place_path(directory, "target");
	struct stat st;

	place_write(target, "");
	cr_assert(chmod(target, 0600) == 0);
	cr_assert(symlink(target, path) == 0);
	cr_expect(!socket_hand_over(path, (uid_t)-1, (gid_t)-1, 0666));
	cr_assert(stat(target, &st) == 0);
	cr_expect((st.st_mode & 07777) == 0600, "%o", (unsigned)st.st_mode);
	free(target);
}

Test(socket, hand_over_of_nothing)
{
	cr_expect(!socket_hand_over(path, (uid_t)-1, (gid_t)-1, 0660));
}
