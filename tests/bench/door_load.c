/* SPDX-License-Identifier: MIT */
/*
 * Load for the TLS policy door: connections that are quiet, and connections
 * that ask one question after the other, in one thread. Prints lookups a
 * second and how many answers were wrong or missing. Must not know what
 * answers there.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "proto/netstring.h"

#define EVENTS 256
#define ANSWER_MAX 1000

struct connection {
	int fd;
	struct strbuf input;
};

struct load {
	const char *path;
	unsigned idle, busy, seconds;
	unsigned long domains; /* it asks for d0.example, d1.example, ... */
	unsigned long asked, answered, errors;
};

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
	(void)fprintf(stderr, "door_load: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void connect_to(struct connection *connection, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
	    connect(connection->fd, (const struct sockaddr *)&address, sizeof address) < 0)
		give_up("connect");
}

/* False: the other side is gone. */
static bool ask(struct load *load, struct connection *connection)
{
	char key[64];
	struct strbuf request = {0};
	bool sent;

	(void)snprintf(key, sizeof key, "tls_policy d%lu.example", load->asked++ % load->domains);
	netstring_add(&request, key, strlen(key));
	sent = send(connection->fd, request.text, request.length, MSG_NOSIGNAL) == (ssize_t)request.length;
	strbuf_fini(&request);
	return sent;
}

/* Reads what is there. 1: a whole answer; 0: not yet; -1: the other side is gone, or talks nonsense. */
static int take_answer(struct load *load, struct connection *connection)
{
	char chunk[4096];
	const char *payload;
	size_t length, used;
	ssize_t received = recv(connection->fd, chunk, sizeof chunk, 0);
	enum netstring_result result;

	if (received <= 0)
		return -1;
	strbuf_add(&connection->input, chunk, (size_t)received);
	result = netstring_parse(connection->input.text, connection->input.length, ANSWER_MAX, &payload,
				 &length, &used);
	if (result == NETSTRING_MORE)
		return 0;
	if (result == NETSTRING_INVALID)
		return -1;
	if (length < 3 || memcmp(payload, "OK ", 3) != 0)
		load->errors++;
	load->answered++;
	strbuf_fini(&connection->input);
	return 1;
}

/* Asks on a connection that is used for nothing else, and waits for the answer. */
static void ask_and_wait(struct load *load, struct connection *connection)
{
	int taken = 0;

	if (!ask(load, connection))
		taken = -1;
	while (taken == 0)
		taken = take_answer(load, connection);
	if (taken < 0)
		load->errors++;
}

/* One question outstanding on each connection, until the time is over; returns the seconds that it took. */
static double keep_busy(struct load *load, struct connection *connections)
{
	int queue = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[EVENTS];
	double begin = now();

	if (queue < 0)
		give_up("epoll_create1");
	for (unsigned i = 0; i < load->busy; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};

		if (epoll_ctl(queue, EPOLL_CTL_ADD, connections[i].fd, &event) < 0)
			give_up("epoll_ctl");
		if (!ask(load, &connections[i]))
			give_up("ask");
	}
	while (now() - begin < load->seconds) {
		int count = epoll_wait(queue, events, EVENTS, 1000);

		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;
			int taken = take_answer(load, connection);

			if (taken > 0 && !ask(load, connection))
				taken = -1;
			if (taken < 0) {
				load->errors++;
				(void)epoll_ctl(queue, EPOLL_CTL_DEL, connection->fd, NULL);
			}
		}
	}
	(void)close(queue);
	return now() - begin;
}

static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		give_up("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		give_up("setrlimit");
}

static struct connection *connect_many(struct load *load, unsigned count)
{
	struct connection *connections = xcalloc(count > 0 ? count : 1, sizeof *connections);

	for (unsigned i = 0; i < count; i++)
		connect_to(&connections[i], load->path);
	return connections;
}

static int run(struct load *load)
{
	struct connection *idle, *busy;
	double seconds;
	unsigned long before;

	raise_limit();
	idle = connect_many(load, load->idle);
	for (unsigned i = 0; i < load->idle; i++)
		ask_and_wait(load, &idle[i]);
	busy = connect_many(load, load->busy);
	before = load->answered;
	seconds = keep_busy(load, busy);
	(void)printf("%.0f lookups a second, %u busy connections",
		     (double)(load->answered - before) / seconds, load->busy);
	/* Those that were quiet all the time are still served. */
	for (unsigned i = 0; i < load->idle; i++)
		ask_and_wait(load, &idle[i]);
	(void)printf(", %u idle ones, %lu errors\n", load->idle, load->errors);
	free(idle);
	free(busy);
	return load->errors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: door_load [-i IDLE-CONNECTIONS] [-b BUSY-CONNECTIONS] [-s SECONDS]\n"
			      "                 [-d DOMAINS] PATH\n");
	return 64;
}

int main(int argc, char **argv)
{
	struct load load = {.idle = 0, .busy = 500, .seconds = 5, .domains = 10};
	int option;

	while ((option = getopt(argc, argv, "i:b:s:d:")) != -1) {
		unsigned long number = option != '?' ? strtoul(optarg, NULL, 10) : 0;

		if (option == 'i')
			load.idle = (unsigned)number;
		else if (option == 'b' && number > 0)
			load.busy = (unsigned)number;
		else if (option == 's' && number > 0)
			load.seconds = (unsigned)number;
		else if (option == 'd' && number > 0)
			load.domains = number;
		else
			return usage();
	}
	if (optind != argc - 1)
		return usage();
	load.path = argv[optind];
	return run(&load);
}
