/* SPDX-License-Identifier: MIT */
/* Lines to and from an SMTP server, over TLS or not. */
#include "doctor/smtp_client.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "util/memory.h"

/* A server may look up names before it greets. */
#define PATIENCE_SECONDS 10
#define REPLY_LINES_MAX 100

static bool smtp_client_fail(struct smtp_client *client, const char *why)
{
	(void)snprintf(client->reply, sizeof client->reply, "%s", why);
	return false;
}

bool smtp_client_connect(struct smtp_client *client, const char *host, const char *port)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
	struct addrinfo *found = NULL;

	*client = (struct smtp_client){.fd = -1};
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return smtp_client_fail(client, "no such address or port");
	client->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 ||
	    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
	    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
	    connect(client->fd, found->ai_addr, found->ai_addrlen) != 0) {
		(void)smtp_client_fail(client, strerror(errno));
		freeaddrinfo(found);
		return false;
	}
	freeaddrinfo(found);
	return true;
}

bool smtp_client_start_tls(struct smtp_client *client, SSL_CTX *context)
{
	client->length = 0;
	client->ssl = SSL_new(context);
	if (client->ssl != NULL && SSL_set_fd(client->ssl, client->fd) == 1 && SSL_connect(client->ssl) == 1)
		return true;
	return smtp_client_fail(client, "the TLS handshake failed");
}

static bool smtp_client_send_all(struct smtp_client *client, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = client->ssl != NULL ? SSL_write(client->ssl, bytes, (int)length)
						   : send(client->fd, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return smtp_client_fail(client, "the connection ended");
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* More of what the server says. */
static bool receive(struct smtp_client *client)
{
	size_t room = sizeof client->buffer - client->length;
	ssize_t got;

	if (room == 0)
		return smtp_client_fail(client, "a line that has no end");
	got = client->ssl != NULL ? SSL_read(client->ssl, client->buffer + client->length, (int)room)
				  : recv(client->fd, client->buffer + client->length, room, 0);
	if (got <= 0)
		return smtp_client_fail(client, "no answer came");
	client->length += (size_t)got;
	return true;
}

/* A line without its end goes to client->reply, cut where it is longer. */
static bool smtp_client_read_line(struct smtp_client *client)
{
	const char *end;
	size_t length;

	while ((end = memchr(client->buffer, '\n', client->length)) == NULL)
		if (!receive(client))
			return false;
	length = (size_t)(end - client->buffer);
	(void)snprintf(client->reply, sizeof client->reply, "%.*s",
		       (int)(length < sizeof client->reply ? length : sizeof client->reply - 1),
		       client->buffer);
	client->reply[strcspn(client->reply, "\r\n")] = '\0';
	client->length -= length + 1;
	memmove(client->buffer, end + 1, client->length);
	return true;
}

int smtp_client_say(struct smtp_client *client, const char *line)
{
	struct strbuf text = {0};
	bool said = true;

	if (line != NULL) {
		strbuf_printf(&text, "%s\r\n", line);
		said = smtp_client_send_all(client, text.text, text.length);
		strbuf_fini(&text);
	}
	client->starttls = false;
	for (int lines = 0; said && lines < REPLY_LINES_MAX && smtp_client_read_line(client); lines++) {
		if (strlen(client->reply) > 4 && strcasecmp(client->reply + 4, "STARTTLS") == 0)
			client->starttls = true;
		if (client->reply[0] >= '2' && client->reply[0] <= '5' &&
		    strspn(client->reply, "0123456789") == 3 && client->reply[3] != '-')
			return (int)strtol(client->reply, NULL, 10);
	}
	return -1;
}

void smtp_client_fini(struct smtp_client *client)
{
	SSL_free(client->ssl);
	if (client->fd >= 0)
		(void)close(client->fd);
	*client = (struct smtp_client){.fd = -1};
}
