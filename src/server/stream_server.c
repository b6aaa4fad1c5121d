/* SPDX-License-Identifier: MIT */
/*
 * The event loop of the doors that are not libmilter's: listening sockets, and
 * the thread that serves them. Knows no protocol. libevent's own locking is
 * not used: all events are the thread's, and a pipe tells it to stop.
 */
#include "server/stream_server.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "run/log.h"
#include "run/signals.h"
#include "server/stream_connection.h"

/* Connections that are accepted before those that are there have their turn. */
#define TURN_ACCEPTS 64
#define BYTES_DEFAULT ((size_t)64 * 1024 * 1024)

struct stream_listener {
	struct stream_listener *next;
	struct stream_server *server;
	const struct stream_service *service;
	void *context; /* for its open */
	int fd;
	struct event *acceptable;
	struct event *again; /* after a pause for lack of descriptors */
};

struct stream_server {
	const char *whose; /* for the log */
	struct stream_connections connections;
	size_t connections_max;
	struct stream_listener *listeners;
	int orders
		[2]; /* a pipe: a byte is the order to look at the listeners again, its end of file that to stop */
	struct event *ordered;
	struct event *watched; /* NULL: nothing is */
	void (*ready)(void *context);
	void *context; /* for ready */
	pthread_t thread;
	bool started;
	bool failed; /* the thread's, until it has been joined */
};

struct stream_limits stream_limits_default(void)
{
	struct stream_limits limits = {.patience_ms = 30000, .connections = 16384, .bytes = BYTES_DEFAULT};
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
		limits.connections = (size_t)(files.rlim_cur - files.rlim_cur / 4);
	return limits;
}

/* A listener that cannot accept is readable all the time: it is left alone for a moment. */
static void pause_listener(struct stream_listener *listener, int error)
{
	const struct timeval moment = {.tv_sec = 1};

	stream_connections_warn(&listener->server->connections, "cannot accept connections", strerror(error));
	if (event_del(listener->acceptable) < 0 || event_add(listener->again, &moment) < 0)
		log_line(LOG_SEVERITY_FATAL, "%s: libevent refuses its events", listener->service->name);
}

static void on_again(evutil_socket_t fd, short what, void *argument)
{
	struct stream_listener *listener = argument;

	(void)fd;
	(void)what;
	if (event_add(listener->acceptable, NULL) < 0)
		log_line(LOG_SEVERITY_FATAL, "%s: libevent refuses its events", listener->service->name);
}

/* Makes room for one connection more. False: there is nobody to send away. */
static bool stream_server_make_room(struct stream_server *server)
{
	if (!stream_connections_close_quietest(&server->connections))
		return false;
	stream_connections_warn(&server->connections,
				"too many connections: those that have been quiet longest are closed", NULL);
	return true;
}

static bool is_lack(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static int accept_now(const struct stream_listener *listener)
{
	return accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/*
 * Accepts one. False: no more in this turn. awaited: somebody is waiting for
 * sure. Without that, a lack of descriptors means nothing: Linux looks for one
 * before it looks whether anybody is there, and nobody must be sent away for nobody.
 */
static bool accept_one(struct stream_listener *listener, bool awaited)
{
	struct stream_server *server = listener->server;
	int fd = accept_now(listener);

	if (fd < 0 && awaited && is_lack(errno) && stream_server_make_room(server))
		fd = accept_now(listener);
	if (fd >= 0) {
		if (server->connections.count >= server->connections_max)
			(void)stream_server_make_room(server);
		stream_connection_open(&server->connections, listener->service, listener->context, fd);
		return true;
	}
	if (errno == EAGAIN || (is_lack(errno) && !awaited))
		return false;
	if (!is_lack(errno) && errno != EBADF && errno != EINVAL && errno != ENOTSOCK)
		return true; /* EINTR, ECONNABORTED, and what accept(2) says of connections that failed in the queue */
	pause_listener(listener, errno);
	return false;
}

static void on_acceptable(evutil_socket_t fd, short what, void *argument)
{
	unsigned accepts = 0;

	(void)fd;
	(void)what;
	while (accepts < TURN_ACCEPTS && accept_one(argument, accepts == 0))
		accepts++;
}

/* What is open at a listener's number is not what libevent knows: its own note of that went with the other one. */
static void look_again(struct stream_server *server)
{
	for (struct stream_listener *listener = server->listeners; listener != NULL;
	     listener = listener->next) {
		if (event_pending(listener->again, EV_TIMEOUT, NULL) != 0)
			continue;
		if (event_del(listener->acceptable) < 0 || event_add(listener->acceptable, NULL) < 0)
			log_line(LOG_SEVERITY_FATAL, "%s: libevent refuses its events",
				 listener->service->name);
	}
}

static void on_order(evutil_socket_t fd, short what, void *argument)
{
	struct stream_server *server = argument;
	char byte;
	ssize_t length = read((int)fd, &byte, 1);

	(void)what;
	if (length > 0)
		look_again(server);
	else if (length == 0 && event_base_loopbreak(server->connections.base) < 0)
		log_line(LOG_SEVERITY_FATAL, "libevent does not stop");
}

/* What libevent has to say goes the way of all else: it would write to standard error, and wait. */
static void log_libevent(int severity, const char *message)
{
	if (severity >= EVENT_LOG_WARN)
		log_line(LOG_SEVERITY_WARNING, "libevent: %s", message);
}

/* Its environment variables are not ours to obey, and one thread needs no locks. */
static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	event_set_log_callback(log_libevent);
	if (config == NULL)
		return NULL;
	if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

struct stream_server *stream_server_new(const char *whose, const struct stream_limits *limits)
{
	struct stream_server *server = xcalloc(1, sizeof *server);
	struct stream_limits chosen = limits != NULL ? *limits : stream_limits_default();
	struct event_base *base;

	server->whose = whose;
	server->orders[0] = server->orders[1] = -1;
	server->connections_max = chosen.connections > 0 ? chosen.connections : 1;
	server->connections.held_max = chosen.bytes;
	server->connections.patience.tv_sec = (time_t)(chosen.patience_ms / 1000);
	server->connections.patience.tv_usec = (suseconds_t)(chosen.patience_ms % 1000 * 1000);
	base = server->connections.base = new_base();
	if (base != NULL && stream_closings_init(&server->connections.closings, base) &&
	    pipe2(server->orders, O_CLOEXEC | O_NONBLOCK) == 0) {
		server->ordered = event_new(base, server->orders[0], EV_READ | EV_PERSIST, on_order, server);
		if (server->ordered != NULL && event_add(server->ordered, NULL) == 0)
			return server;
	}
	log_line(LOG_SEVERITY_FATAL, "cannot make an event loop: %s", strerror(errno));
	stream_server_free(&server);
	return NULL;
}

bool stream_server_listen(struct stream_server *server, int fd, const struct stream_service *service,
			  void *context)
{
	struct stream_listener *listener = xcalloc(1, sizeof *listener);

	assert(fd >= 0 && !server->started && service->request_max > 0 && service->serve != NULL);
	listener->server = server;
	listener->service = service;
	listener->context = context;
	listener->fd = fd;
	listener->next = server->listeners;
	server->listeners = listener;
	listener->acceptable =
		event_new(server->connections.base, fd, EV_READ | EV_PERSIST, on_acceptable, listener);
	listener->again = event_new(server->connections.base, -1, 0, on_again, listener);
	if (listener->acceptable != NULL && listener->again != NULL &&
	    event_add(listener->acceptable, NULL) == 0)
		return true;
	log_line(LOG_SEVERITY_FATAL, "%s: libevent refuses its events", service->name);
	return false;
}

static void on_watched(evutil_socket_t fd, short what, void *argument)
{
	const struct stream_server *server = argument;

	(void)fd;
	(void)what;
	server->ready(server->context);
}

bool stream_server_watch(struct stream_server *server, int fd, void (*ready)(void *context), void *context)
{
	assert(server->watched == NULL && !server->started);
	server->ready = ready;
	server->context = context;
	server->watched = event_new(server->connections.base, fd, EV_READ | EV_PERSIST, on_watched, server);
	if (server->watched != NULL && event_add(server->watched, NULL) == 0)
		return true;
	log_line(LOG_SEVERITY_FATAL, "libevent refuses an event of %s", server->whose);
	return false;
}

static void *stream_server_run(void *argument)
{
	struct stream_server *server = argument;

	server->failed = event_base_dispatch(server->connections.base) < 0;
	if (server->failed) {
		log_line(LOG_SEVERITY_FATAL, "the event loop of %s failed: %s", server->whose,
			 strerror(errno));
		signals_stop_process();
	}
	return NULL;
}

bool stream_server_start(struct stream_server *server)
{
	int error;

	assert(!server->started);
	error = signals_create_thread(&server->thread, stream_server_run, server);
	server->started = error == 0;
	if (error != 0)
		log_line(LOG_SEVERITY_FATAL, "cannot start the thread of %s: %s", server->whose,
			 strerror(error));
	return server->started;
}

void stream_server_look_again(struct stream_server *server)
{
	assert(server->started);
	if (write(server->orders[1], "", 1) < 0) /* full: that many orders are not yet followed */
		log_line(LOG_SEVERITY_WARNING, "the thread of %s is slow to look at its sockets",
			 server->whose);
}

static void order_stop(struct stream_server *server)
{
	if (server->orders[1] >= 0)
		(void)close(server->orders[1]); /* its end of file is the order */
	server->orders[1] = -1;
}

static void warn_of_thread(const struct stream_server *server, int error)
{
	log_line(LOG_SEVERITY_WARNING, "cannot end the thread of %s: %s", server->whose, strerror(error));
}

/* What the thread came to, once it has been joined. */
static enum stream_stop stopped(struct stream_server *server)
{
	server->started = false;
	return server->failed ? STREAM_FAILED : STREAM_STOPPED;
}

bool stream_server_stop(struct stream_server *server)
{
	int error;

	if (!server->started)
		return true;
	order_stop(server);
	error = pthread_join(server->thread, NULL);
	if (error != 0)
		warn_of_thread(server, error);
	return stopped(server) == STREAM_STOPPED && error == 0;
}

enum stream_stop stream_server_stop_within(struct stream_server *server, unsigned patience_ms)
{
	struct timespec until;
	int error;

	if (!server->started)
		return STREAM_STOPPED;
	order_stop(server);
	error = clock_gettime(CLOCK_REALTIME, &until) < 0 ? errno : 0;
	until.tv_nsec += (long)(patience_ms % 1000) * 1000000;
	until.tv_sec += (time_t)(patience_ms / 1000) + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (error == 0)
		error = pthread_timedjoin_np(server->thread, NULL, &until);
	if (error == 0)
		return stopped(server);
	if (error != ETIMEDOUT)
		warn_of_thread(server, error);
	return STREAM_BUSY;
}

static void free_listeners(struct stream_server *server)
{
	while (server->listeners != NULL) {
		struct stream_listener *listener = server->listeners;

		server->listeners = listener->next;
		if (listener->acceptable != NULL)
			event_free(listener->acceptable);
		if (listener->again != NULL)
			event_free(listener->again);
		free(listener);
	}
}

void stream_server_free(struct stream_server **server)
{
	struct stream_server *held = *server;

	*server = NULL;
	if (held == NULL)
		return;
	while (stream_connections_close_quietest(&held->connections))
		;
	stream_closings_fini(&held->connections.closings);
	free_listeners(held);
	assert(!held->started);
	if (held->ordered != NULL)
		event_free(held->ordered);
	if (held->watched != NULL)
		event_free(held->watched);
	for (size_t i = 0; i < 2; i++)
		if (held->orders[i] >= 0)
			(void)close(held->orders[i]);
	if (held->connections.base != NULL)
		event_base_free(held->connections.base);
	free(held);
}
