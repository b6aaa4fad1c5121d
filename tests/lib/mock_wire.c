/* SPDX-License-Identifier: MIT */
/*
 * Packets of the milter protocol, from the MTA's side: framing, buffering and
 * deadlines. Must not know what the packets mean; that is for mock_mta.c and mock_message.c.
 */
#include "mock_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* More than any answer of a filter: a macro list a stage, a reply of 32 lines. */
#define PACKET_MAX (1024 * 1024)

void wire_init(struct wire *wire, int timeout_ms)
{
	*wire = (struct wire){.fd = -1, .timeout_ms = timeout_ms};
}

void wire_fini(struct wire *wire)
{
	if (wire->fd >= 0)
		(void)close(wire->fd);
	strbuf_fini(&wire->out);
	free(wire->in);
	free(wire->error);
	*wire = (struct wire){.fd = -1};
}

bool wire_fail(struct wire *wire, const char *format, ...)
{
	va_list arguments;
	int length;

	if (wire->error != NULL)
		return false;
	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	wire->error = xmalloc((size_t)(length > 0 ? length : 0) + 1);
	va_start(arguments, format);
	(void)vsnprintf(wire->error, (size_t)(length > 0 ? length : 0) + 1, format, arguments);
	va_end(arguments);
	return false;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* True when the socket is ready before the deadline. */
static bool wait_for(struct wire *wire, short events, int64_t deadline)
{
	struct pollfd pollfd = {.fd = wire->fd, .events = events};

	for (;;) {
		int64_t left = deadline - now_ms();
		int ready = poll(&pollfd, 1, left > 0 ? (int)left : 0);

		if (ready > 0)
			return true;
		if (ready == 0)
			return wire_fail(wire, "no answer within %d ms", wire->timeout_ms);
		if (errno != EINTR)
			return wire_fail(wire, "poll: %s", strerror(errno));
	}
}

static bool dial_address(struct wire *wire, const struct sockaddr *address, socklen_t length)
{
	int error = 0;
	socklen_t size = sizeof error;

	wire->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire->fd < 0)
		return wire_fail(wire, "socket: %s", strerror(errno));
	if (connect(wire->fd, address, length) == 0)
		return true;
	if (errno != EINPROGRESS)
		return wire_fail(wire, "connect: %s", strerror(errno));
	if (!wait_for(wire, POLLOUT, now_ms() + wire->timeout_ms))
		return false;
	if (getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	return error == 0 || wire_fail(wire, "connect: %s", strerror(error));
}

static bool dial_unix(struct wire *wire, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);

	if (length >= sizeof address.sun_path)
		return wire_fail(wire, "socket path too long: %s", path);
	memcpy(address.sun_path, path, length + 1);
	return dial_address(wire, (const struct sockaddr *)&address, sizeof address);
}

static bool dial_inet(struct wire *wire, const char *port_at_host)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				       .ai_socktype = SOCK_STREAM};
	const char *at = strchr(port_at_host, '@');
	struct addrinfo *found;
	char *port;
	int result;
	bool done;

	if (at == NULL)
		return wire_fail(wire, "no host in %s", port_at_host);
	port = xstrndup(port_at_host, (size_t)(at - port_at_host));
	result = getaddrinfo(at + 1, port, &hints, &found);
	free(port);
	if (result != 0)
		return wire_fail(wire, "%s: %s", port_at_host, gai_strerror(result));
	done = dial_address(wire, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return done;
}

bool wire_dial(struct wire *wire, const char *socket)
{
	const char *rest = strchr(socket, ':');
	size_t kind;

	if (rest == NULL)
		return wire_fail(wire, "not a milter socket: %s", socket);
	kind = (size_t)(rest - socket);
	rest++;
	if ((kind == 4 && strncmp(socket, "unix", kind) == 0) ||
	    (kind == 5 && strncmp(socket, "local", kind) == 0))
		return dial_unix(wire, rest);
	if ((kind == 4 && strncmp(socket, "inet", kind) == 0) ||
	    (kind == 5 && strncmp(socket, "inet6", kind) == 0))
		return dial_inet(wire, rest);
	return wire_fail(wire, "not a milter socket: %s", socket);
}

void wire_begin(struct wire *wire, char command)
{
	wire->packet = wire->out.length;
	strbuf_add(&wire->out, "\0\0\0\0", 4);
	strbuf_putc(&wire->out, command);
}

void wire_add(struct wire *wire, const void *bytes, size_t length)
{
	strbuf_add(&wire->out, bytes, length);
}

void wire_add_u32(struct wire *wire, uint32_t value)
{
	uint32_t network = htonl(value);

	strbuf_add(&wire->out, (const char *)&network, sizeof network);
}

void wire_add_string(struct wire *wire, const char *text)
{
	strbuf_add(&wire->out, text, strlen(text) + 1);
}

void wire_end(struct wire *wire)
{
	uint32_t length = htonl((uint32_t)(wire->out.length - wire->packet - 4));

	memcpy(wire->out.text + wire->packet, &length, sizeof length);
}

bool wire_flush(struct wire *wire)
{
	int64_t deadline = now_ms() + wire->timeout_ms;
	size_t sent = 0;

	if (wire->error != NULL || wire->fd < 0)
		return wire_fail(wire, "not connected");
	while (sent < wire->out.length) {
		ssize_t n = send(wire->fd, wire->out.text + sent, wire->out.length - sent, MSG_NOSIGNAL);

		if (n >= 0)
			sent += (size_t)n;
		else if (errno == EAGAIN) {
			if (!wait_for(wire, POLLOUT, deadline))
				return false;
		} else if (errno != EINTR)
			return wire_fail(wire, "send: %s", strerror(errno));
	}
	wire->out.length = 0;
	return true;
}

/* Until at least wanted bytes are there. */
static bool fill(struct wire *wire, size_t wanted, int64_t deadline)
{
	if (wire->in_start > 0) {
		memmove(wire->in, wire->in + wire->in_start, wire->in_end - wire->in_start);
		wire->in_end -= wire->in_start;
		wire->in_start = 0;
	}
	if (wire->in_capacity < wanted) {
		wire->in_capacity = wanted > 4096 ? wanted : 4096;
		wire->in = xreallocarray(wire->in, wire->in_capacity, 1);
	}
	while (wire->in_end < wanted) {
		ssize_t n;

		if (!wait_for(wire, POLLIN, deadline))
			return false;
		n = recv(wire->fd, wire->in + wire->in_end, wire->in_capacity - wire->in_end, 0);
		if (n == 0)
			return wire_fail(wire, "the filter closed the connection");
		if (n > 0)
			wire->in_end += (size_t)n;
		else if (errno != EINTR && errno != EAGAIN)
			return wire_fail(wire, "recv: %s", strerror(errno));
	}
	return true;
}

uint32_t wire_u32(const char *bytes)
{
	uint32_t network;

	memcpy(&network, bytes, sizeof network);
	return ntohl(network);
}

bool wire_read(struct wire *wire, char *command_r, const char **data_r, size_t *length_r)
{
	int64_t deadline = now_ms() + wire->timeout_ms;
	size_t length;

	if (wire->error != NULL || wire->fd < 0)
		return wire_fail(wire, "not connected");
	if (wire->in_end - wire->in_start < 4 && !fill(wire, 4, deadline))
		return false;
	length = wire_u32(wire->in + wire->in_start);
	if (length < 1 || length > PACKET_MAX)
		return wire_fail(wire, "a packet of %zu bytes", length);
	if (wire->in_end - wire->in_start < 4 + length && !fill(wire, 4 + length, deadline))
		return false;
	*command_r = wire->in[wire->in_start + 4];
	*data_r = wire->in + wire->in_start + 5;
	*length_r = length - 1;
	wire->in_start += 4 + length;
	return true;
}
