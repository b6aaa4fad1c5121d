/* SPDX-License-Identifier: MIT */
/*
 * The thread of the doors against reloads, for the thread sanitizer and for
 * plain runs: clients ask the TLS policy door while one policy after the other
 * comes into force. No answer is of a policy that is freed, none is older than
 * the one before it, and the server stops with all of them connected.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/config.h"
#include "util/memory.h"
#include "tls_policy/tls_policy.h"
#include "tls_policy/netstring.h"
#include "run/snapshot.h"
#include "server/stream_server.h"

#define CLIENTS 6
#define PUBLISHED 1000
/* Before the publisher ends each client has to have had this many answers. */
#define ANSWERS_MIN 1000
/* Requests that are sent before the first answer is read. */
#define PIPELINED 20

static atomic_size_t frees;

struct client {
	pthread_t thread;
	int fd;
	atomic_size_t answers;
	size_t wrong;
	size_t backwards;
	unsigned long last;
};

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __real_config_free(struct config **config);
void __wrap_config_free(struct config **config);

void __wrap_config_free(struct config **config)
{
	atomic_fetch_add(&frees, 1);
	__real_config_free(config);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void bail_out(const char *what)
{
	(void)printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EX_OSERR);
}

/* A policy that answers with its number. */
static void publish(unsigned number)
{
	struct diagnostics diagnostics = {0};
	struct strbuf text = {0};
	struct config *config;

	strbuf_printf(&text,
		      "connectors: [{name: a, recipients: a.example, deliver: {level: secure, "
		      "match: n%u.example}}]\n",
		      number);
	config = config_load_bytes("p", (const unsigned char *)text.text, text.length, &diagnostics);
	if (config == NULL) {
		(void)diagnostics_print(&diagnostics, stdout);
		bail_out("config_load_bytes");
	}
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	snapshot_publish(config);
}

static bool send_requests(const struct client *client)
{
	struct strbuf requests = {0};
	bool sent;

	for (unsigned i = 0; i < PIPELINED; i++)
		strbuf_puts(&requests, "20:tls_policy a.example,");
	sent = send(client->fd, requests.text, requests.length, MSG_NOSIGNAL) == (ssize_t)requests.length;
	strbuf_fini(&requests);
	return sent;
}

static void take_answer(struct client *client, const char *payload, size_t length)
{
	static const char begin[] = "OK secure match=n";
	char *text = xstrndup(payload, length);
	unsigned long number;

	if (strncmp(text, begin, sizeof begin - 1) != 0)
		client->wrong++;
	number = strtoul(length > sizeof begin ? text + sizeof begin - 1 : "0", NULL, 10);
	if (number < client->last)
		client->backwards++;
	client->last = number;
	free(text);
	atomic_fetch_add(&client->answers, 1);
}

/* False: the connection has ended. */
static bool read_answers(struct client *client)
{
	struct strbuf input = {0};
	size_t length, used, offset = 0;
	const char *payload;
	ssize_t received = 1;
	char chunk[4096];

	for (unsigned i = 0; i < PIPELINED && received > 0;) {
		if (input.length > offset && netstring_parse(input.text + offset, input.length - offset, 1000,
							     &payload, &length, &used) == NETSTRING_DONE) {
			take_answer(client, payload, length);
			offset += used;
			i++;
			continue;
		}
		received = recv(client->fd, chunk, sizeof chunk, 0);
		if (received > 0)
			strbuf_add(&input, chunk, (size_t)received);
	}
	strbuf_fini(&input);
	return received > 0;
}

static void *ask_on(void *argument)
{
	struct client *client = argument;

	while (send_requests(client) && read_answers(client))
		;
	return NULL;
}

static void connect_client(struct client *client, const struct sockaddr_un *address)
{
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || connect(client->fd, (const struct sockaddr *)address, sizeof *address) < 0)
		bail_out("connect");
	errno = pthread_create(&client->thread, NULL, ask_on, client);
	if (errno != 0)
		bail_out("pthread_create");
}

static bool all_have_asked(struct client clients[CLIENTS])
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (atomic_load(&clients[i].answers) < ANSWERS_MIN)
			return false;
	return true;
}

static int open_socket(const char *directory, struct sockaddr_un *address_r)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(address_r->sun_path, sizeof address_r->sun_path, "%s/s", directory);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address_r, sizeof *address_r) < 0 ||
	    listen(fd, 10) < 0)
		bail_out("listen");
	return fd;
}

/* Returns how many policies there were. */
static unsigned run(struct client clients[CLIENTS], const char *directory)
{
	struct stream_server *server = stream_server_new("the doors", NULL);
	struct sockaddr_un address;
	int fd = open_socket(directory, &address);
	unsigned published = 0;

	publish(++published);
	if (server == NULL || !stream_server_listen(server, fd, &service_tls_policy.stream, NULL) ||
	    !stream_server_start(server))
		bail_out("stream_server");
	for (size_t i = 0; i < CLIENTS; i++)
		connect_client(&clients[i], &address);
	while (published < PUBLISHED || !all_have_asked(clients))
		publish(++published);
	if (!stream_server_stop(server))
		bail_out("stream_server_stop");
	stream_server_free(&server);
	for (size_t i = 0; i < CLIENTS; i++) {
		errno = pthread_join(clients[i].thread, NULL);
		if (errno != 0 || close(clients[i].fd) < 0)
			bail_out("pthread_join");
	}
	(void)close(fd);
	(void)unlink(address.sun_path);
	return published;
}

static bool check(unsigned number, bool good, const char *what)
{
	(void)printf("%sok %u - %s\n", good ? "" : "not ", number, what);
	return good;
}

int main(void)
{
	static struct client clients[CLIENTS];
	char directory[] = "/tmp/forcedtls-stress-XXXXXX";
	size_t wrong = 0, backwards = 0;
	unsigned published;
	bool good = true;

	if (mkdtemp(directory) == NULL)
		bail_out("mkdtemp");
	published = run(clients, directory);
	(void)rmdir(directory);
	for (size_t i = 0; i < CLIENTS; i++) {
		wrong += clients[i].wrong;
		backwards += clients[i].backwards;
	}
	snapshot_retire();
	(void)printf("1..3\n");
	good &= check(1, wrong == 0, "every answer is one of a policy");
	good &= check(2, backwards == 0, "no answer is of an older policy than the one before it");
	good &= check(3, atomic_load(&frees) == published, "each policy was freed once");
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
