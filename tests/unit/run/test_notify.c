/* SPDX-License-Identifier: MIT */
#include "run/notify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

static void expect_ready(int fd)
{
	char message[64] = "";
	ssize_t length = recv(fd, message, sizeof message - 1, 0);

	cr_expect(length == 7, "%zd", length);
	cr_expect_str_eq(message, "READY=1");
	cr_expect(recv(fd, message, sizeof message, 0) < 0 && errno == EAGAIN, "once");
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
}
