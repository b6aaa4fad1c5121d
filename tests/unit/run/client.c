/* SPDX-License-Identifier: MIT */
/* A scripted client of a unix socket. Must not know what is spoken there. */
#include "unit/run/client.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* For a machine that is busy; nothing waits that long when all is well. */
#define PATIENCE_MS 30000

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	cr_assert(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	return address;
}

int client_listen_at(const char *path, int backlog)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	cr_assert(fd >= 0);
	cr_assert(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0, "%s", strerror(errno));
	cr_assert(listen(fd, backlog) == 0);
	return fd;
}

void client_connect_fd(int fd, const char *path)
{
	struct sockaddr_un address = address_of(path);

	cr_assert(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "%s", strerror(errno));
}

int client_connect(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert(fd >= 0);
	client_connect_fd(fd, path);
	return fd;
}

void client_send(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

		cr_assert(sent > 0, "%s", strerror(errno));
		bytes += sent;
		length -= (size_t)sent;
	}
}

void client_puts(int fd, const char *text)
{
	client_send(fd, text, strlen(text));
}

/* -1: the connection was reset. */
static ssize_t receive(int fd, char *buffer, size_t size)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	cr_assert(poll(&poll_fd, 1, PATIENCE_MS) == 1, "nothing came");
	return recv(fd, buffer, size, 0);
}

void client_expect(int fd, const char *text)
{
	size_t wanted = strlen(text), have = 0;
	char buffer[4096];

	while (have < wanted) {
		size_t most = wanted - have < sizeof buffer ? wanted - have : sizeof buffer;
		ssize_t length = receive(fd, buffer, most);

		cr_assert(length > 0, "the connection ended %zu bytes before \"%s\" was whole", wanted - have,
			  text);
		cr_assert(memcmp(buffer, text + have, (size_t)length) == 0, "got \"%.*s\" for \"%s\"",
			  (int)length, buffer, text + have);
		have += (size_t)length;
	}
}

void client_expect_end(int fd)
{
	char byte;
	ssize_t length = receive(fd, &byte, 1);

	cr_assert(length <= 0, "got '%c' instead of the end", byte);
}

bool client_ends_within(int fd, int milliseconds)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, milliseconds) == 1;
}

bool client_has_ended(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}
