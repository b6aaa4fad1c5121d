/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_STREAM_CONNECTION_H
#define FORCEDTLS_SERVER_STREAM_CONNECTION_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include "server/stream_closings.h"
#include "server/stream_server.h"

/* The connections of a server, for run/stream_server alone. Threads: the server's. */
struct stream_connection;

/* All of them. */
struct stream_connections {
	struct event_base *base;
	struct timeval patience;
	struct stream_connection *quietest, *latest; /* the one that has been quiet longest comes first */
	size_t count;
	struct stream_connection *oldest_holder,
		*latest_holder; /* in the same order, those that hold bytes */
	size_t held, held_max; /* bytes */
	int64_t warned; /* clock_monotonic(); 0: never */
	struct stream_closings closings;
};

/* Says what is wrong, and why (NULL: that says it); seldom, for it may last, and each attempt would say it again. */
void stream_connections_warn(struct stream_connections *all, const char *what, const char *why);

/* Serves fd from now on, and closes it in the end, at once where it cannot. context: for the service's open. */
void stream_connection_open(struct stream_connections *all, const struct stream_service *service,
			    void *context, int fd);

/* Closes the connection that has been quiet longest. False: there is none. */
bool stream_connections_close_quietest(struct stream_connections *all);

#endif
