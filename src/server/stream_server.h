/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_STREAM_SERVER_H
#define FORCEDTLS_SERVER_STREAM_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "run/counters.h"
#include "util/memory.h"

/* What a look at the bytes that a client sent comes to. */
enum stream_step {
	STREAM_MORE, /* no whole request yet */
	STREAM_DONE, /* one was served */
	STREAM_LAST, /* one was served, and was the last: the connection ends once its answer is taken */
	STREAM_MALFORMED, /* end the connection, once what was answered, now as well, is taken */
};

/*
 * A protocol of requests and answers on a kept connection. All of it is called
 * in the server's one thread, and must not block.
 */
struct stream_service {
	const char *name; /* for the log: "tls_policy" */
	enum counted_service counted; /* as which its connections and requests are counted */
	/* True: strangers come here by chance. The log says nothing of connections that are closed; the counters do. */
	bool unlogged;
	/* Bytes of one request with its framing; that many without an end are malformed. At least 1. */
	size_t request_max;
	/*
	 * The state of a new connection, and its end. context is that of
	 * stream_server_listen; fd, to look at who connected, stays the
	 * server's. NULL, or a result of NULL: none is needed.
	 */
	void *(*open)(void *context, int fd);
	void (*close)(void *state);
	/*
	 * Looks for one whole request at the front of bytes (at least one, not
	 * NUL-terminated). STREAM_DONE, STREAM_LAST: *used_r of them are taken,
	 * and the answer is appended. Called again with more after STREAM_MORE.
	 */
	enum stream_step (*serve)(void *state, const char *bytes, size_t length, size_t *used_r,
				  struct strbuf *answer);
	/* After STREAM_MALFORMED: for the log, why; static, NULL: nothing more is to be said. NULL: never. */
	const char *(*why_malformed)(const void *state);
};

struct stream_limits {
	/* A request has to be whole this long after its first byte, and a client has to take some of an answer. */
	unsigned patience_ms;
	size_t connections; /* of all listeners together */
	size_t bytes; /* of requests that are not whole and answers that are not taken, of all connections together */
};

/* 30 seconds; three quarters of the descriptors that the process may have, for libmilter needs some too; 64 MiB. */
struct stream_limits stream_limits_default(void);

/*
 * Serves any number of listening sockets in one thread. Connections stay open
 * as long as the client likes; when there are too many, or descriptors run
 * out, the one that has been quiet longest is closed for a new one. A client
 * whose answers are not taken is not read from: it costs one bounded buffer.
 * When all of these buffers are too large together, those are closed that have
 * waited longest for the rest of a request, or for an answer to be taken.
 */
struct stream_server;

/*
 * whose: "the doors", for the log; static. limits NULL: the default. After the
 * process has forked for the last time. NULL: the reason is in the log.
 */
struct stream_server *stream_server_new(const char *whose, const struct stream_limits *limits);

/*
 * Serves what connects to fd, a listening socket that does not block; fd stays
 * the caller's, who closes it after stream_server_free. service and context,
 * which goes to its open, are borrowed.
 * Before the start. False: the reason is in the log.
 */
bool stream_server_listen(struct stream_server *server, int fd, const struct stream_service *service,
			  void *context);

/*
 * Calls ready in the server's thread whenever fd, which stays the caller's, is
 * readable. Once for a server, before the start. False: the reason is in the log.
 */
bool stream_server_watch(struct stream_server *server, int fd, void (*ready)(void *context), void *context);

/* Starts the thread. False: the reason is in the log. */
bool stream_server_start(struct stream_server *server);

/* For when another listening socket was put at the number of one that is served: it is served from now on. */
void stream_server_look_again(struct stream_server *server);

/*
 * Ends the thread, between two requests. A server that never started is fine.
 * False: it had failed before, and the reason is in the log.
 */
bool stream_server_stop(struct stream_server *server);

enum stream_stop {
	STREAM_STOPPED,
	STREAM_FAILED, /* before, and the reason is in the log */
	STREAM_BUSY, /* the thread is still there: neither it nor what it uses may be freed */
};

/* The same, for at most patience_ms. */
enum stream_stop stream_server_stop_within(struct stream_server *server, unsigned patience_ms);

/* Closes all connections and sets *server to NULL; after the stop. A NULL in *server is fine. */
void stream_server_free(struct stream_server **server);

#endif
