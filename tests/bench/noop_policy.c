/* SPDX-License-Identifier: MIT */
/*
 * The policy server that the policy service is measured against: it looks for
 * the end of a request and lets the recipient pass, in one thread, on
 * connections that stay open. Reads no attribute.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENTS 64
#define REQUEST_MAX 16384
#define ANSWER "action=DUNNO\n\n"

struct connection {
	int fd;
	size_t length;
	char request[REQUEST_MAX];
};

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	(void)umask(0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(fd, SOMAXCONN) < 0)
		return -1;
	return fd;
}

static void await(int queue, int fd, struct connection *connection)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

	if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) < 0)
		abort();
}

static void take_connection(int queue, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct connection *connection = fd >= 0 ? calloc(1, sizeof *connection) : NULL;

	if (connection == NULL)
		return;
	connection->fd = fd;
	await(queue, fd, connection);
}

/* Postfix asks once and waits: a request is whole when it ends so. */
static void serve(struct connection *connection)
{
	ssize_t received = recv(connection->fd, connection->request + connection->length,
				REQUEST_MAX - connection->length, 0);

	if (received > 0)
		connection->length += (size_t)received;
	if (received > 0 &&
	    (connection->length < 2 || memcmp(connection->request + connection->length - 2, "\n\n", 2) != 0))
		return;
	connection->length = 0;
	if (received <= 0 || send(connection->fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL) < 0) {
		(void)close(connection->fd);
		free(connection);
	}
}

int main(int argc, char **argv)
{
	int listener = argc == 2 ? listen_at(argv[1]) : -1, queue = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[EVENTS];

	if (listener < 0 || queue < 0) {
		(void)fprintf(stderr, "usage: noop_policy PATH\n");
		return 64;
	}
	await(queue, listener, NULL);
	for (;;) {
		int count = epoll_wait(queue, events, EVENTS, -1);

		for (int i = 0; i < count; i++)
			if (events[i].data.ptr == NULL)
				take_connection(queue, listener);
			else
				serve(events[i].data.ptr);
	}
}
