/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_STREAM_CONNECTION_H
#define FORCEDTLS_RUN_STREAM_CONNECTION_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include "run/stream_server.h"

/* The connections of a server, for run/stream_server alone. Threads: the server's. */
struct stream_connection;

/* All of them; the one that has been quiet longest comes first. */
struct stream_connections {
	struct event_base *base;
	struct timeval patience;
	struct stream_connection *quietest, *latest;
	size_t count;
};

/* Serves fd from now on, and closes it in the end, at once where it cannot. */
void stream_connection_open(struct stream_connections *all, const struct stream_service *service, int fd);

/* Closes the connection that has been quiet longest. False: there is none. */
bool stream_connections_close_quietest(struct stream_connections *all);

#endif
