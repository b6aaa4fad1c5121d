/* SPDX-License-Identifier: MIT */
/*
 * One connection of a stream server: reads, lets the service look at what
 * came, writes. Always does one of three things: waits for a request, waits
 * for its next turn, or waits for the client to take an answer. Knows nothing
 * of what is spoken, and nothing of listening.
 */
#include "server/stream_connection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/clock.h"
#include "run/log.h"

/* Requests of one connection before the others have their turn. */
#define TURN_REQUESTS 16
/* An answer that waits to be taken may be one request longer than this. */
#define ANSWER_ENOUGH ((size_t)64 * 1024)
#define READ_FIRST ((size_t)1024)
#define WARN_EVERY_S 60

struct stream_connection {
	struct stream_connections *all;
	struct stream_connection *previous, *next;
	struct stream_connection *previous_holder, *next_holder; /* with held */
	const struct stream_service *service;
	void *state;
	int fd;
	struct event *readable, *writable;
	struct event *
		timer; /* of the request that is not whole, of the answer that is not taken, or of the next turn */
	char *input; /* NULL while there is none, so that a quiet client costs little */
	size_t input_length, input_capacity;
	struct strbuf answer;
	size_t answer_sent;
	size_t held; /* bytes of both, as they were counted last */
	bool next_turn; /* the timer is for that */
	bool ending; /* nothing more is served: only the answer is still to be taken */
};

static void leave(struct stream_connection *connection)
{
	struct stream_connections *all = connection->all;

	assert(all->count > 0 && all->quietest != NULL && all->latest != NULL);
	*(connection->previous != NULL ? &connection->previous->next : &all->quietest) = connection->next;
	*(connection->next != NULL ? &connection->next->previous : &all->latest) = connection->previous;
	all->count--;
}

static void stream_connection_join(struct stream_connection *connection)
{
	struct stream_connections *all = connection->all;

	connection->previous = all->latest;
	connection->next = NULL;
	*(all->latest != NULL ? &all->latest->next : &all->quietest) = connection;
	all->latest = connection;
	all->count++;
}

static void leave_holders(struct stream_connection *connection)
{
	struct stream_connections *all = connection->all;

	*(connection->previous_holder != NULL ? &connection->previous_holder->next_holder
					      : &all->oldest_holder) = connection->next_holder;
	*(connection->next_holder != NULL ? &connection->next_holder->previous_holder : &all->latest_holder) =
		connection->previous_holder;
}

static void join_holders(struct stream_connection *connection)
{
	struct stream_connections *all = connection->all;

	connection->previous_holder = all->latest_holder;
	connection->next_holder = NULL;
	*(all->latest_holder != NULL ? &all->latest_holder->next_holder : &all->oldest_holder) = connection;
	all->latest_holder = connection;
}

static void count_held(struct stream_connection *connection, size_t held)
{
	if (connection->held == 0 && held > 0)
		join_holders(connection);
	else if (connection->held > 0 && held == 0)
		leave_holders(connection);
	assert(connection->all->held >= connection->held);
	connection->all->held = connection->all->held - connection->held + held;
	connection->held = held;
}

/* Something came of it: it is not quiet. */
static void touch(struct stream_connection *connection)
{
	leave(connection);
	stream_connection_join(connection);
	if (connection->held > 0) {
		leave_holders(connection);
		join_holders(connection);
	}
}

static void free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

static void stream_connection_end(struct stream_connection *connection)
{
	count_held(connection, 0);
	leave(connection);
	free_event(connection->readable);
	free_event(connection->writable);
	free_event(connection->timer);
	counters_session_ended(connection->service->counted);
	if (connection->service->close != NULL && connection->state != NULL)
		connection->service->close(connection->state);
	(void)close(connection->fd);
	strbuf_fini(&connection->answer);
	free(connection->input);
	free(connection);
}

static void end_because(struct stream_connection *connection, enum stream_closing why)
{
	stream_closings_add(&connection->all->closings, connection->service, why, NULL);
	stream_connection_end(connection);
}

/* It is not served on. */
static void note_malformed(const struct stream_connection *connection)
{
	const struct stream_service *service = connection->service;

	counters_request(service->counted, true);
	stream_closings_add(&connection->all->closings, service, STREAM_CLOSING_MALFORMED,
			    service->why_malformed != NULL ? service->why_malformed(connection->state)
							   : NULL);
}

/*
 * Counts what the connection holds. Where that is too much with what all others
 * hold, the one goes that has waited longest, and this one last. False: it went.
 */
static bool stream_connection_settle(struct stream_connection *connection)
{
	struct stream_connections *all = connection->all;

	count_held(connection, connection->input_capacity + connection->answer.capacity);
	while (all->held > all->held_max && all->oldest_holder != NULL) {
		struct stream_connection *victim = all->oldest_holder;

		if (victim == connection && victim->next_holder != NULL)
			victim = victim->next_holder;
		stream_connections_warn(
			all,
			"requests that are not whole, and answers that are not taken, take too "
			"much memory: connections that have waited longest are closed",
			NULL);
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it takes itself out of the list */
		stream_connection_end(victim);
		if (victim == connection)
			return false;
	}
	return true;
}

/* Sends what can be sent now. False: the connection is broken. */
static bool send_answer(struct stream_connection *connection)
{
	struct strbuf *answer = &connection->answer;

	while (connection->answer_sent < answer->length) {
		ssize_t sent = send(connection->fd, answer->text + connection->answer_sent,
				    answer->length - connection->answer_sent, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN;
		connection->answer_sent += (size_t)sent;
	}
	strbuf_fini(answer);
	connection->answer_sent = 0;
	return true;
}

/* Drops the first bytes of the input, and its buffer with the last of them. */
static void consume(struct stream_connection *connection, size_t used)
{
	assert(used <= connection->input_length);
	connection->input_length -= used;
	if (connection->input_length > 0) {
		memmove(connection->input, connection->input + used, connection->input_length);
		return;
	}
	free(connection->input);
	connection->input = NULL;
	connection->input_capacity = 0;
}

/* Lets the service look once. */
static enum stream_step serve_one(struct stream_connection *connection, size_t *offset)
{
	const struct stream_service *service = connection->service;
	size_t length = connection->input_length - *offset, used = 0;
	enum stream_step step;

	if (length == 0)
		return STREAM_MORE;
	step = service->serve(connection->state, connection->input + *offset, length, &used,
			      &connection->answer);
	if (step == STREAM_DONE || step == STREAM_LAST) {
		assert(used > 0 && used <= length);
		*offset += used;
		counters_request(service->counted, false);
	}
	return step == STREAM_MORE && length >= service->request_max ? STREAM_MALFORMED : step;
}

/* One turn. *served_r: how many requests; the last step that was taken is returned. */
static enum stream_step serve_turn(struct stream_connection *connection, size_t *served_r)
{
	enum stream_step step = STREAM_DONE;
	size_t offset = 0;

	*served_r = 0;
	while (step == STREAM_DONE && *served_r < TURN_REQUESTS &&
	       connection->answer.length < ANSWER_ENOUGH) {
		step = serve_one(connection, &offset);
		if (step == STREAM_DONE || step == STREAM_LAST)
			++*served_r;
	}
	if (offset > 0)
		consume(connection, offset);
	return step;
}

/* Arms and disarms the events. All of them are there: what libevent refuses here is its own failure. */
static void await(struct stream_connection *connection, bool readable, bool writable,
		  const struct timeval *timeout)
{
	int failed = 0;

	failed |= readable ? event_add(connection->readable, NULL) : event_del(connection->readable);
	failed |= writable ? event_add(connection->writable, NULL) : event_del(connection->writable);
	failed |= timeout != NULL ? event_add(connection->timer, timeout) : event_del(connection->timer);
	if (failed != 0)
		end_because(connection, STREAM_CLOSING_LIBEVENT);
}

/* What is waited for after a turn in which something came of it, or nothing. */
static void await_next(struct stream_connection *connection, enum stream_step step, bool moved)
{
	const struct timeval *patience = &connection->all->patience, at_once = {0};
	bool armed = event_pending(connection->timer, EV_TIMEOUT, NULL) != 0 && !connection->next_turn;

	connection->next_turn = false;
	if (connection->answer.length > 0) {
		if (moved || !armed)
			await(connection, false, true, patience);
	} else if (connection->ending) {
		stream_connection_end(connection);
	} else if (step == STREAM_DONE && connection->input_length > 0) {
		connection->next_turn = true;
		await(connection, false, false, &at_once);
	} else if (connection->input_length == 0) {
		await(connection, true, false, NULL);
	} else if (moved || !armed) {
		await(connection, true, false, patience);
	}
}

/* Serves what is there, and sends. moved: something came of it already. */
static void take_turn(struct stream_connection *connection, bool moved)
{
	enum stream_step step = STREAM_DONE; /* where it is not asked now, it may have more to serve later */
	size_t served = 0, sent;

	if (connection->answer.length == 0 && !connection->ending) {
		step = serve_turn(connection, &served);
		if (step == STREAM_MALFORMED)
			note_malformed(connection);
		connection->ending = step == STREAM_MALFORMED || step == STREAM_LAST;
	}
	sent = connection->answer_sent;
	if (!send_answer(connection)) {
		stream_connection_end(connection);
		return;
	}
	moved |= served > 0 || connection->answer_sent > sent;
	if (moved)
		touch(connection);
	if (stream_connection_settle(connection))
		await_next(connection, step, moved);
}

static void reserve_input(struct stream_connection *connection)
{
	size_t most = connection->service->request_max, wanted = connection->input_capacity * 2;

	if (connection->input_length < connection->input_capacity)
		return;
	if (wanted < READ_FIRST)
		wanted = READ_FIRST;
	if (wanted > most)
		wanted = most;
	/* What fills request_max without an end was malformed. */
	assert(wanted > connection->input_length);
	connection->input = xreallocarray(connection->input, wanted, 1);
	connection->input_capacity = wanted;
}

static void on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct stream_connection *connection = argument;
	bool first = connection->input_length == 0;
	ssize_t length;

	(void)what;
	reserve_input(connection);
	if (!stream_connection_settle(connection))
		return;
	length = recv((int)fd, connection->input + connection->input_length,
		      connection->input_capacity - connection->input_length, 0);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		stream_connection_end(connection);
		return;
	}
	connection->input_length += (size_t)length;
	take_turn(connection, first);
}

static void on_writable(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	take_turn(argument, false);
}

static void on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct stream_connection *connection = argument;

	(void)fd;
	(void)what;
	if (connection->next_turn)
		take_turn(connection, false);
	else if (connection->answer.length > 0)
		end_because(connection, STREAM_CLOSING_UNTAKEN);
	else {
		counters_request(connection->service->counted, true);
		end_because(connection, STREAM_CLOSING_UNFINISHED);
	}
}

void stream_connection_open(struct stream_connections *all, const struct stream_service *service,
			    void *context, int fd)
{
	struct stream_connection *connection = xcalloc(1, sizeof *connection);

	connection->all = all;
	connection->service = service;
	connection->fd = fd;
	counters_session_began(service->counted);
	connection->state = service->open != NULL ? service->open(context, fd) : NULL;
	stream_connection_join(connection);
	connection->readable = event_new(all->base, fd, EV_READ | EV_PERSIST, on_readable, connection);
	connection->writable = event_new(all->base, fd, EV_WRITE | EV_PERSIST, on_writable, connection);
	connection->timer = event_new(all->base, -1, 0, on_timer, connection);
	if (connection->readable == NULL || connection->writable == NULL || connection->timer == NULL ||
	    event_add(connection->readable, NULL) < 0)
		end_because(connection, STREAM_CLOSING_LIBEVENT);
}

void stream_connections_warn(struct stream_connections *all, const char *what, const char *why)
{
	const int64_t now = clock_monotonic();

	if (all->warned != 0 && now - all->warned < WARN_EVERY_S * CLOCK_SECOND)
		return;
	all->warned = now;
	log_line(LOG_SEVERITY_WARNING, "%s%s%s", what, why != NULL ? ": " : "", why != NULL ? why : "");
}

bool stream_connections_close_quietest(struct stream_connections *all)
{
	if (all->quietest == NULL)
		return false;
	stream_connection_end(all->quietest);
	return true;
}
