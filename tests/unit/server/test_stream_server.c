/* SPDX-License-Identifier: MIT */
#include "server/stream_server.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/run/client.h"
#include "unit/run/place.h"
#include "unit/run/captured.h"

#define LINE_MAX_BYTES 100
#define BIG_ANSWER ((size_t)1000000)

static char *directory, *path;
static int listening;
static struct stream_server *server;
static atomic_int states, bigs;
static size_t bytes_max = (size_t)64 * 1024 * 1024;

/* context: the number that the first answer has, less one; NULL: 0. */
static void *open_state(void *context, int fd)
{
	unsigned *number = xcalloc(1, sizeof *number);
	struct stat st;

	cr_expect(fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode));
	atomic_fetch_add(&states, 1);
	*number = context != NULL ? *(const unsigned *)context : 0;
	return number;
}

static void close_state(void *state)
{
	atomic_fetch_sub(&states, 1);
	free(state);
}

/*
 * Requests are lines: "!" is malformed, "?" too, and that is answered; "big" has a big answer, "bye" is the last,
 * anything else comes back with its number.
 */
static enum stream_step serve_line(void *state, const char *bytes, size_t length, size_t *used_r,
				   struct strbuf *answer)
{
	const char *end = memchr(bytes, '\n', length);
	unsigned *number = state;

	if (bytes[0] == '!')
		return STREAM_MALFORMED;
	if (bytes[0] == '?') {
		strbuf_puts(answer, "what?\n");
		return STREAM_MALFORMED;
	}
	if (end == NULL)
		return STREAM_MORE;
	*used_r = (size_t)(end - bytes) + 1;
	if (*used_r == 4 && memcmp(bytes, "big", 3) == 0) {
		atomic_fetch_add(&bigs, 1);
		for (size_t i = 0; i < BIG_ANSWER; i++)
			strbuf_putc(answer, 'x');
		return STREAM_DONE;
	}
	strbuf_printf(answer, "%u:%.*s\n", ++*number, (int)(end - bytes), bytes);
	return *used_r == 4 && memcmp(bytes, "bye", 3) == 0 ? STREAM_LAST : STREAM_DONE;
}

static const struct stream_service lines = {
	.name = "lines",
	.request_max = LINE_MAX_BYTES,
	.open = open_state,
	.close = close_state,
	.serve = serve_line,
};

/* Each byte is a request; nothing is kept. */
static enum stream_step serve_byte(void *state, const char *bytes, size_t length, size_t *used_r,
				   struct strbuf *answer)
{
	(void)length;
	cr_assert_null(state);
	*used_r = 1;
	strbuf_printf(answer, "<%c>", bytes[0]);
	return STREAM_DONE;
}

static const struct stream_service bytes_service = {.name = "bytes", .request_max = 1, .serve = serve_byte};

static void set_up(void)
{
	directory = place_make();
	path = place_path(directory, "door.sock");
	listening = client_listen_at(path, 100);
}

static void tear_down(void)
{
	cr_expect(server == NULL || stream_server_stop(server));
	stream_server_free(&server);
	cr_expect_null(server);
	cr_expect(atomic_load(&states) == 0, "%d states are left", atomic_load(&states));
	cr_expect(close(listening) == 0);
	free(path);
	place_remove(directory);
}

TestSuite(stream_server, .init = set_up, .fini = tear_down, .timeout = 120);

static void serve_with(unsigned patience_ms, size_t connections)
{
	const struct stream_limits limits = {
		.patience_ms = patience_ms, .connections = connections, .bytes = bytes_max};

	server = stream_server_new("the doors", &limits);
	cr_assert_not_null(server);
	cr_assert(stream_server_listen(server, listening, &lines, NULL));
	cr_assert(stream_server_start(server));
}

static void serve(void)
{
	serve_with(60000, 1000);
}

static void ask(int fd, const char *request, const char *answer)
{
	client_puts(fd, request);
	client_expect(fd, answer);
}

Test(stream_server, answers_and_stays_open)
{
	int fd;

	serve();
	fd = client_connect(path);
	ask(fd, "a\n", "1:a\n");
	ask(fd, "b\n", "2:b\n");
	cr_expect(!client_has_ended(fd));
	cr_expect(close(fd) == 0);
}

Test(stream_server, connections_have_their_own_state)
{
	int one, two;

	serve();
	one = client_connect(path);
	two = client_connect(path);
	ask(one, "a\n", "1:a\n");
	ask(two, "b\n", "1:b\n");
	ask(one, "c\n", "2:c\n");
	cr_expect(close(one) == 0 && close(two) == 0);
}

Test(stream_server, request_in_pieces)
{
	int slow, other;

	serve();
	slow = client_connect(path);
	other = client_connect(path);
	for (const char *piece = "slow"; *piece != '\0'; piece++) {
		client_send(slow, piece, 1);
		ask(other, "b\n", ""); /* the others do not wait for it */
		(void)client_has_ended(other);
	}
	client_expect(other, "1:b\n2:b\n3:b\n4:b\n");
	ask(slow, "\n", "1:slow\n");
	cr_expect(close(slow) == 0 && close(other) == 0);
}

/* Many more than one turn serves, in an order that is kept, with half a request at the end. */
Test(stream_server, pipelined_requests)
{
	struct strbuf requests = {0}, answers = {0};
	int fd;

	serve();
	for (unsigned i = 1; i <= 5000; i++) {
		strbuf_printf(&requests, "r%u\n", i);
		strbuf_printf(&answers, "%u:r%u\n", i, i);
	}
	strbuf_puts(&requests, "half");
	fd = client_connect(path);
	client_puts(fd, requests.text);
	client_expect(fd, answers.text);
	ask(fd, " a request\n", "5001:half a request\n");
	cr_expect(close(fd) == 0);
	strbuf_fini(&requests);
	strbuf_fini(&answers);
}

/* What was asked before the client shut down its side is answered. */
Test(stream_server, half_closed)
{
	int fd;

	serve();
	fd = client_connect(path);
	client_puts(fd, "a\nb\nc");
	cr_assert(shutdown(fd, SHUT_WR) == 0);
	client_expect(fd, "1:a\n2:b\n");
	client_expect_end(fd);
	cr_expect(close(fd) == 0);
}

Test(stream_server, malformed_ends_that_connection_alone)
{
	int bad, good;

	serve();
	good = client_connect(path);
	ask(good, "a\n", "1:a\n");
	bad = client_connect(path);
	client_puts(bad, "before\n!\nafter\n");
	client_expect(bad, "1:before\n");
	client_expect_end(bad);
	ask(good, "b\n", "2:b\n");
	cr_expect(close(bad) == 0 && close(good) == 0);
}

Test(stream_server, malformed_and_answered)
{
	struct service_count before = counters_service(lines.counted), after;
	int fd;

	serve();
	fd = client_connect(path);
	client_puts(fd, "?\nafter\n");
	client_expect(fd, "what?\n");
	client_expect_end(fd);
	after = counters_service(lines.counted);
	cr_expect_eq(after.malformed, before.malformed + 1);
	cr_expect_eq(after.requests, before.requests);
	cr_expect(close(fd) == 0);
}

/* What stands behind the last request is not served, and the answer is taken whole before the end. */
Test(stream_server, last_request)
{
	int leaving, staying;

	serve();
	staying = client_connect(path);
	ask(staying, "a\n", "1:a\n");
	leaving = client_connect(path);
	client_puts(leaving, "before\nbye\nafter\n");
	client_expect(leaving, "1:before\n2:bye\n");
	client_expect_end(leaving);
	ask(staying, "b\n", "2:b\n");
	cr_expect(close(leaving) == 0 && close(staying) == 0);
}

Test(stream_server, context_of_the_listener)
{
	static unsigned seven = 7;
	const struct stream_limits limits = {.patience_ms = 60000, .connections = 10, .bytes = bytes_max};
	char *other_path = place_path(directory, "other.sock");
	int other_listening = client_listen_at(other_path, 100), one, two;

	server = stream_server_new("the doors", &limits);
	cr_assert_not_null(server);
	cr_assert(stream_server_listen(server, listening, &lines, NULL));
	cr_assert(stream_server_listen(server, other_listening, &lines, &seven));
	cr_assert(stream_server_start(server));
	one = client_connect(path);
	two = client_connect(other_path);
	ask(one, "a\n", "1:a\n");
	ask(two, "a\n", "8:a\n");
	cr_expect(close(one) == 0 && close(two) == 0);
	cr_expect(stream_server_stop(server));
	cr_expect(close(other_listening) == 0);
	free(other_path);
}

Test(stream_server, request_of_the_greatest_length)
{
	char request[LINE_MAX_BYTES + 2];
	int fit, over;

	serve();
	memset(request, 'x', sizeof request);
	request[LINE_MAX_BYTES - 1] = '\n';
	fit = client_connect(path);
	client_send(fit, request, LINE_MAX_BYTES);
	client_expect(fit, "1:xxx");
	request[LINE_MAX_BYTES - 1] = 'x';
	over = client_connect(path);
	client_send(over, request, LINE_MAX_BYTES);
	client_expect_end(over);
	cr_expect(close(fit) == 0 && close(over) == 0);
}

Test(stream_server, half_a_request_has_its_time)
{
	int half, idle, dripping;
	uint64_t malformed = counters_service(lines.counted).malformed;
	unsigned dripped = 0;

	serve_with(100, 1000);
	idle = client_connect(path);
	half = client_connect(path);
	dripping = client_connect(path);
	ask(idle, "a\n", "1:a\n");
	client_puts(half, "hal");
	client_expect_end(half);
	/* Each byte is new, but the request is not: it never lives as long as it takes to make it too long. */
	while (!client_ends_within(dripping, 50)) {
		client_puts(dripping, "x");
		cr_assert(++dripped < LINE_MAX_BYTES - 1, "each byte gave it more time");
	}
	ask(idle, "b\n", "2:b\n");
	cr_expect_eq(counters_service(lines.counted).malformed, malformed + 2);
	cr_expect(close(idle) == 0 && close(half) == 0 && close(dripping) == 0);
}

/* Sends until the other side does not read any more; returns how much it took. */
static size_t send_until_full(int fd)
{
	size_t total = 0;

	for (;;) {
		ssize_t sent = send(fd, "big\n", 4, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0) {
			cr_assert(errno == EAGAIN, "%s", strerror(errno));
			return total;
		}
		total += (size_t)sent;
	}
}

Test(stream_server, client_that_never_reads)
{
	int deaf, good;

	serve();
	deaf = client_connect(path);
	good = client_connect(path);
	/* If it were read from on and on, this would never end. */
	cr_expect(send_until_full(deaf) > 0);
	ask(good, "a\n", "1:a\n");
	cr_expect(atomic_load(&bigs) == 1, "%d answers are kept for it", atomic_load(&bigs));
	/* Once it reads, it is served on. */
	for (size_t i = 0; i < 3 * BIG_ANSWER / 1000; i++) {
		char thousand[1001];

		memset(thousand, 'x', sizeof thousand - 1);
		thousand[1000] = '\0';
		client_expect(deaf, thousand);
	}
	ask(good, "b\n", "2:b\n");
	cr_expect(close(deaf) == 0 && close(good) == 0);
}

Test(stream_server, client_that_never_reads_has_its_time)
{
	int deaf;
	size_t total = 0;
	char buffer[65536];

	serve_with(200, 1000);
	deaf = client_connect(path);
	ask(deaf, "a\n", "1:a\n");
	client_puts(deaf, "big\n");
	/* The state goes with the connection. */
	while (atomic_load(&states) > 0)
		(void)usleep(1000);
	for (ssize_t length = 1; length > 0; total += (size_t)(length > 0 ? length : 0))
		length = recv(deaf, buffer, sizeof buffer, 0);
	cr_expect(total > 0 && total < BIG_ANSWER, "%zu", total);
	cr_expect(close(deaf) == 0);
}

Test(stream_server, two_listeners)
{
	char *other_path = place_path(directory, "other.sock");
	int other_listening = client_listen_at(other_path, 100), one, two;
	const struct stream_limits limits = {.patience_ms = 60000, .connections = 10, .bytes = bytes_max};

	server = stream_server_new("the doors", &limits);
	cr_assert_not_null(server);
	cr_assert(stream_server_listen(server, listening, &lines, NULL));
	cr_assert(stream_server_listen(server, other_listening, &bytes_service, NULL));
	cr_assert(stream_server_start(server));
	one = client_connect(path);
	two = client_connect(other_path);
	ask(two, "ab", "<a><b>");
	ask(one, "ab\n", "1:ab\n");
	cr_expect(close(one) == 0 && close(two) == 0);
	cr_expect(stream_server_stop(server));
	cr_expect(close(other_listening) == 0);
	free(other_path);
}

/* A new socket at the number of the old one; who has connected before stays connected. */
Test(stream_server, another_socket_takes_its_place)
{
	int before, after;

	serve_with(30000, 100);
	before = client_connect(path);
	client_puts(before, "a\n");
	client_expect(before, "1:a\n");
	for (int i = 0; i < 3; i++) {
		int anew;

		cr_assert(unlink(path) == 0);
		anew = client_listen_at(path, 100);
		cr_assert(dup2(anew, listening) == listening && close(anew) == 0);
		stream_server_look_again(server);
		after = client_connect(path);
		client_puts(after, "b\n");
		client_expect(after, "1:b\n");
		cr_expect(close(after) == 0);
	}
	client_puts(before, "c\n");
	client_expect(before, "2:c\n");
	cr_expect(close(before) == 0);
}

Test(stream_server, quietest_is_closed_for_a_new_one)
{
	int quiet, half, busy, fresh;

	serve_with(60000, 3);
	busy = client_connect(path);
	ask(busy, "b\n", "1:b\n");
	quiet = client_connect(path);
	ask(quiet, "a\n", "1:a\n");
	half = client_connect(path);
	ask(half, "c\n", "1:c\n");
	ask(busy, "d\n", "2:d\n");
	fresh = client_connect(path);
	ask(fresh, "e\n", "1:e\n");
	client_expect_end(quiet);
	cr_expect(!client_has_ended(half) && !client_has_ended(busy));
	cr_expect(close(quiet) == 0 && close(half) == 0 && close(busy) == 0 && close(fresh) == 0);
}

static rlim_t limit_descriptors(rlim_t limit)
{
	struct rlimit files;
	rlim_t before;

	cr_assert(getrlimit(RLIMIT_NOFILE, &files) == 0);
	before = files.rlim_cur;
	files.rlim_cur = limit;
	cr_assert(setrlimit(RLIMIT_NOFILE, &files) == 0);
	return before;
}

/* The server is in our process: what it accepts comes out of our descriptors. */
/* Half a line takes a buffer for the longest. */
Test(stream_server, halves_of_requests_are_bounded_over_all)
{
	int fds[6];

	bytes_max = 3 * LINE_MAX_BYTES;
	serve_with(60000, 100);
	for (size_t i = 0; i < 6; i++) {
		fds[i] = client_connect(path);
		client_puts(fds[i], "a\nhalf");
		client_expect(fds[i], "1:a\n");
	}
	for (size_t i = 0; i < 3; i++)
		client_expect_end(fds[i]);
	client_puts(fds[3], "\n");
	client_expect(fds[3], "2:half\n");
	cr_expect(close(fds[0]) == 0);
	fds[0] = client_connect(path);
	client_puts(fds[0], "another half");
	for (size_t i = 4; i < 6; i++) {
		client_puts(fds[i], "\n");
		client_expect(fds[i], "2:half\n");
	}
	client_puts(fds[0], "\n");
	client_expect(fds[0], "1:another half\n");
	for (size_t i = 0; i < 6; i++)
		cr_expect(close(fds[i]) == 0);
}

Test(stream_server, no_room_at_all)
{
	int fd, other;

	bytes_max = LINE_MAX_BYTES - 1;
	serve_with(60000, 100);
	fd = client_connect(path);
	other = client_connect(path);
	client_puts(fd, "a");
	client_expect_end(fd);
	cr_expect(!client_has_ended(other), "it holds nothing");
	cr_expect(close(fd) == 0 && close(other) == 0);
}

/* Bytes until the other side closes. */
static size_t read_to_the_end(int fd)
{
	static char chunk[65536];
	size_t all = 0;
	ssize_t length;

	while ((length = recv(fd, chunk, sizeof chunk, 0)) > 0)
		all += (size_t)length;
	return all;
}

Test(stream_server, answers_that_are_not_taken_are_bounded_over_all)
{
	int fds[5];

	bytes_max = 4 * BIG_ANSWER;
	serve_with(60000, 100);
	for (int i = 0; i < 5; i++) {
		fds[i] = client_connect(path);
		client_puts(fds[i], "big\n");
		while (atomic_load(&bigs) <= i)
			;
	}
	cr_expect(read_to_the_end(fds[0]) < BIG_ANSWER, "five of these buffers do not fit");
	for (int i = 0; i < 5; i++)
		cr_expect(close(fds[i]) == 0);
}

Test(stream_server, descriptors_run_out)
{
	int quiet, clients[4], lowest_free;
	rlim_t before;

	serve();
	quiet = client_connect(path);
	ask(quiet, "a\n", "1:a\n");
	for (size_t i = 0; i < 4; i++)
		clients[i] = socket(AF_UNIX, SOCK_STREAM, 0);
	ask(quiet, "b\n", "2:b\n");
	lowest_free = dup(quiet);
	cr_assert(lowest_free >= 0 && close(lowest_free) == 0);
	before = limit_descriptors((rlim_t)lowest_free);
	client_connect_fd(clients[0], path);
	ask(clients[0], "c\n", "1:c\n");
	client_expect_end(quiet);
	/* One descriptor for all of them: each takes the place of the one before. */
	for (size_t i = 1; i < 4; i++) {
		client_connect_fd(clients[i], path);
		ask(clients[i], "d\n", "1:d\n");
		client_expect_end(clients[i - 1]);
	}
	(void)limit_descriptors(before);
	for (size_t i = 0; i < 4; i++)
		cr_expect(close(clients[i]) == 0);
	cr_expect(close(quiet) == 0);
}

/* With nobody to send away the listener rests, and serves when there are descriptors again. */
Test(stream_server, descriptors_run_out_with_no_connection)
{
	int client = socket(AF_UNIX, SOCK_STREAM, 0), lowest_free;
	rlim_t before;

	serve();
	lowest_free = dup(client);
	cr_assert(lowest_free >= 0 && close(lowest_free) == 0);
	before = limit_descriptors((rlim_t)lowest_free);
	client_connect_fd(client, path);
	client_puts(client, "a\n");
	(void)limit_descriptors(before);
	client_expect(client, "1:a\n");
	cr_expect(close(client) == 0);
}

Test(stream_server, stops_with_connections_open)
{
	int idle, half, deaf;

	serve();
	idle = client_connect(path);
	ask(idle, "a\n", "1:a\n");
	half = client_connect(path);
	client_puts(half, "hal");
	deaf = client_connect(path);
	client_puts(deaf, "big\nbig\n");
	cr_expect(stream_server_stop(server));
	stream_server_free(&server);
	client_expect_end(idle);
	cr_expect(close(idle) == 0 && close(half) == 0 && close(deaf) == 0);
}

static atomic_bool inside, may_leave;

static void stay_inside(void *context)
{
	char byte;

	cr_expect(read(*(const int *)context, &byte, 1) == 1);
	atomic_store(&inside, true);
	while (!atomic_load(&may_leave))
		(void)usleep(1000);
}

/* Who runs the loop may be busy for long: the end waits no longer than it is to. */
Test(stream_server, watches_and_is_left_alone_while_busy)
{
	const struct stream_limits limits = {.patience_ms = 60000, .connections = 10, .bytes = bytes_max};
	int ends[2];

	cr_assert(pipe(ends) == 0);
	server = stream_server_new("the doors", &limits);
	cr_assert_not_null(server);
	cr_assert(stream_server_watch(server, ends[0], stay_inside, &ends[0]));
	cr_assert(stream_server_start(server));
	cr_assert(write(ends[1], "x", 1) == 1);
	while (!atomic_load(&inside))
		(void)usleep(1000);
	cr_expect_eq(stream_server_stop_within(server, 20), STREAM_BUSY);
	atomic_store(&may_leave, true);
	/* In nanoseconds, 32 bit have another sign. */
	cr_expect_eq(stream_server_stop_within(server, 11500), STREAM_STOPPED);
	cr_expect(close(ends[0]) == 0 && close(ends[1]) == 0);
}

Test(stream_server, ends_without_a_start)
{
	server = stream_server_new("the doors", NULL);
	cr_assert_not_null(server);
	cr_assert(stream_server_listen(server, listening, &lines, NULL));
	cr_expect(stream_server_stop(server));
}

Test(stream_server, default_limits_leave_descriptors_to_others)
{
	rlim_t before = limit_descriptors(1000);
	struct stream_limits limits = stream_limits_default();

	(void)limit_descriptors(before);
	cr_expect(limits.connections == 750, "%zu", limits.connections);
	cr_expect(limits.patience_ms == 30000);
}

/* And what the server says at its end. */
static void send_malformed(void *context)
{
	const unsigned *times = context;

	for (unsigned i = 0; i < *times; i++) {
		int fd = client_connect(path);

		client_puts(fd, "!\n");
		client_expect_end(fd);
		cr_expect(close(fd) == 0);
	}
	cr_expect(stream_server_stop(server));
	stream_server_free(&server);
}

Test(stream_server, says_why)
{
	unsigned once = 1;
	char *text;

	serve();
	text = captured(send_malformed, &once);
	cr_expect_not_null(strstr(text, "warning: lines: connection closed: malformed request\n"), "%s",
			   text);
	free(text);
}

static size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* Whoever reaches the socket can do it as often as he likes: that does not fill the log. */
Test(stream_server, malformed_without_end_is_few_lines)
{
	uint64_t before = counters_service(lines.counted).malformed;
	unsigned times = 500;
	char *text;

	serve();
	text = captured(send_malformed, &times);
	cr_expect_eq(lines_of(text), 2, "%s", text);
	cr_expect_not_null(strstr(text, "warning: lines: connection closed: malformed request\n"), "%s",
			   text);
	cr_expect_not_null(strstr(text, "warning: lines: connection closed: malformed request (499 more)\n"),
			   "%s", text);
	cr_expect_eq(counters_service(lines.counted).malformed, before + times);
	free(text);
}
