/* SPDX-License-Identifier: MIT */
/*
 * Load for a door: connections that are quiet, and connections that ask one
 * question after the other, in one thread, as Postfix asks a TLS policy server
 * or a policy service. Prints answers a second, how long they took, the
 * longest time without any, and how many were wrong or missing. Must not know
 * what answers there.
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
#include <unistd.h>

#include "util/memory.h"
#include "latency.h"
#include "tls_policy/netstring.h"

#define EVENTS 256
#define ANSWER_MAX 1000

struct load;

struct connection {
	int fd;
	double asked; /* when */
	struct strbuf input;
};

/* What is spoken at a door. */
struct protocol {
	void (*add_request)(struct load *load, struct strbuf *request);
	/* 1: a whole answer, and whether it is the wanted one; 0: not yet; -1: nonsense. */
	int (*parse)(const struct strbuf *input, bool *right_r);
};

struct load {
	const struct protocol *protocol;
	const char *path;
	unsigned idle, busy, wait_ms;
	double seconds;
	unsigned long domains; /* it asks about d0.example, d1.example, ... */
	unsigned long asked, answered, errors;
	struct latency latency;
	double last_answer, longest_silence;
};

static void add_tls_policy_request(struct load *load, struct strbuf *request)
{
	char key[64];

	(void)snprintf(key, sizeof key, "tls_policy d%lu.example", load->asked++ % load->domains);
	netstring_add(request, key, strlen(key));
}

static int parse_tls_policy(const struct strbuf *input, bool *right_r)
{
	const char *payload;
	size_t length, used;
	enum netstring_result result =
		netstring_parse(input->text, input->length, ANSWER_MAX, &payload, &length, &used);

	if (result == NETSTRING_MORE)
		return 0;
	if (result == NETSTRING_INVALID)
		return -1;
	*right_r = length >= 3 && memcmp(payload, "OK ", 3) == 0;
	return 1;
}

/* All that Postfix 3.7 sends for a client with TLS and without a certificate. */
static void add_policy_service_request(struct load *load, struct strbuf *request)
{
	unsigned long number = load->asked++;

	strbuf_printf(request,
		      "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
		      "client_address=192.0.2.25\nclient_name=mail.example.net\nclient_port=%lu\n"
		      "reverse_client_name=mail.example.net\nserver_address=192.0.2.1\nserver_port=25\n"
		      "helo_name=mail.example.net\nsender=user@d%lu.example\nrecipient=b@example.org\n"
		      "recipient_count=0\nqueue_id=\ninstance=1a2b.%lx.3c4d.0\nsize=1234\netrn_domain=\n"
		      "stress=\nsasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=\n"
		      "ccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\n"
		      "encryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\n"
		      "encryption_keysize=256\npolicy_context=\n\n",
		      1024 + number % 60000, number % load->domains, number);
}

static int parse_policy_service(const struct strbuf *input, bool *right_r)
{
	if (input->length < 2 || memcmp(input->text + input->length - 2, "\n\n", 2) != 0)
		return 0;
	*right_r = strcmp(input->text, "action=DUNNO\n\n") == 0;
	return 1;
}

static const struct protocol tls_policy = {add_tls_policy_request, parse_tls_policy};
static const struct protocol policy_service = {add_policy_service_request, parse_policy_service};

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
	struct strbuf request = {0};
	bool sent;

	load->protocol->add_request(load, &request);
	connection->asked = latency_now();
	sent = send(connection->fd, request.text, request.length, MSG_NOSIGNAL) == (ssize_t)request.length;
	strbuf_fini(&request);
	return sent;
}

static void note_answer(struct load *load, const struct connection *connection, bool right)
{
	double now = latency_now();

	if (!right)
		load->errors++;
	load->answered++;
	latency_add(&load->latency, now - connection->asked);
	if (load->last_answer > 0 && now - load->last_answer > load->longest_silence)
		load->longest_silence = now - load->last_answer;
	load->last_answer = now;
}

/* Reads what is there. 1: a whole answer; 0: not yet; -1: the other side is gone, or talks nonsense. */
static int take_answer(struct load *load, struct connection *connection)
{
	char chunk[4096];
	ssize_t received = recv(connection->fd, chunk, sizeof chunk, 0);
	bool right = false;
	int parsed;

	if (received <= 0)
		return -1;
	strbuf_add(&connection->input, chunk, (size_t)received);
	parsed = load->protocol->parse(&connection->input, &right);
	if (parsed <= 0)
		return parsed;
	note_answer(load, connection, right);
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
	double begin = latency_now();

	if (queue < 0)
		give_up("epoll_create1");
	for (unsigned i = 0; i < load->busy; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};

		if (epoll_ctl(queue, EPOLL_CTL_ADD, connections[i].fd, &event) < 0)
			give_up("epoll_ctl");
		if (!ask(load, &connections[i]))
			give_up("ask");
	}
	while (latency_now() - begin < load->seconds) {
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
	return latency_now() - begin;
}

/* One question after the other on one connection, with a wait between them: nobody but us keeps anybody waiting. */
static double ask_now_and_then(struct load *load, struct connection *connection)
{
	double begin = latency_now();

	while (latency_now() - begin < load->seconds) {
		ask_and_wait(load, connection);
		(void)usleep(load->wait_ms * 1000);
	}
	return latency_now() - begin;
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

static void print(const struct load *load, unsigned long answers, double seconds)
{
	(void)printf("%.0f answers a second, %u busy connections, half of them within %.1f ms, 99 %% within "
		     "%.1f ms, 99.9 %% within %.1f ms, the longest %.1f ms, the longest silence %.1f ms",
		     (double)answers / seconds, load->busy, latency_ms(&load->latency, 0.5),
		     latency_ms(&load->latency, 0.99), latency_ms(&load->latency, 0.999),
		     load->latency.longest * 1000, load->longest_silence * 1000);
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
	load->latency = (struct latency){0};
	load->last_answer = load->longest_silence = 0;
	seconds = load->wait_ms > 0 ? ask_now_and_then(load, busy) : keep_busy(load, busy);
	print(load, load->answered - before, seconds);
	/* Those that were quiet all the time are still served. */
	for (unsigned i = 0; i < load->idle; i++)
		ask_and_wait(load, &idle[i]);
	(void)printf(", %u idle ones, %lu errors\n", load->idle, load->errors);
	free(idle);
	free(busy);
	return load->errors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Sends requests without an end on that many connections, as much as is taken of each, and waits to be ended. */
static int send_halves(struct load *load, unsigned count)
{
	static char bytes[60000];
	bool is_policy_service = load->protocol == &policy_service;
	struct connection *connections;

	memset(bytes, 'x', sizeof bytes);
	(void)snprintf(bytes, sizeof bytes, "%s",
		       is_policy_service ? "request=smtpd_access_policy\na=" : "9999:tls_policy ");
	bytes[strlen(bytes)] = 'x';
	raise_limit();
	connections = connect_many(load, count);
	for (unsigned i = 0; i < count; i++)
		(void)send(connections[i].fd, bytes, is_policy_service ? sizeof bytes : 9000, MSG_NOSIGNAL);
	(void)printf("%u\n", count);
	(void)fflush(stdout);
	return pause();
}

static int usage(void)
{
	(void)fprintf(
		stderr,
		"usage: door_load [-p] [-i IDLE-CONNECTIONS] [-b BUSY-CONNECTIONS] [-s SECONDS]\n"
		"                 [-d DOMAINS] [-w MS] PATH\n"
		"       door_load [-p] -H CONNECTIONS PATH\n"
		"-p: it is a policy service, and no TLS policy server\n"
		"-w: ask on one connection alone, and wait so long between an answer and the next question\n"
		"-H: send half a request on each, print how many, and wait to be ended\n");
	return 64;
}

int main(int argc, char **argv)
{
	static struct load load = {.protocol = &tls_policy, .busy = 500, .seconds = 5, .domains = 10};
	unsigned halves = 0;
	int option;

	while ((option = getopt(argc, argv, "pi:b:s:d:w:H:")) != -1) {
		unsigned long number = optarg != NULL ? strtoul(optarg, NULL, 10) : 0;

		if (option == 'p')
			load.protocol = &policy_service;
		else if (option == 'i')
			load.idle = (unsigned)number;
		else if (option == 'H' && number > 0)
			halves = (unsigned)number;
		else if (option == 'b' && number > 0)
			load.busy = (unsigned)number;
		else if (option == 's' && strtod(optarg, NULL) > 0)
			load.seconds = strtod(optarg, NULL);
		else if (option == 'w' && number > 0)
			load.wait_ms = (unsigned)number, load.busy = 1;
		else if (option == 'd' && number > 0)
			load.domains = number;
		else
			return usage();
	}
	if (optind != argc - 1)
		return usage();
	load.path = argv[optind];
	return halves > 0 ? send_halves(&load, halves) : run(&load);
}
