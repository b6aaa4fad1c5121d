/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_STREAM_CLOSINGS_H
#define FORCEDTLS_SERVER_STREAM_CLOSINGS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/stream_server.h"

/*
 * What the log says of connections that a server closes before their clients
 * do. Whoever reaches the socket can have as many of them as he likes, and
 * must not fill the log. Threads: the server's.
 */

enum stream_closing {
	STREAM_CLOSING_MALFORMED,
	STREAM_CLOSING_UNFINISHED, /* the request was not whole in time */
	STREAM_CLOSING_UNTAKEN, /* the answer was not taken in time */
	STREAM_CLOSING_LIBEVENT, /* no fault of the client's */
	STREAM_CLOSINGS
};

struct stream_closings {
	struct event *minute; /* pending while one of those below has been said; NULL: there is none */
	struct {
		const char *name; /* of the service */
		bool said;
		size_t more; /* since then */
	} of[COUNTED_SERVICES][STREAM_CLOSINGS];
};

/* False: libevent refuses its timer. Ended with stream_closings_fini in any case. */
bool stream_closings_init(struct stream_closings *closings, struct event_base *base);

/*
 * A connection of service is closed. The first of its kind is logged, and how
 * many more there are once a minute as long as there are some. A service that
 * is unlogged has none but STREAM_CLOSING_LIBEVENT. detail: what more there
 * is to say of it; NULL: nothing.
 */
void stream_closings_add(struct stream_closings *closings, const struct stream_service *service,
			 enum stream_closing why, const char *detail);

/* Logs how many more there were. Before the event_base is freed. Fine with zeroed memory. */
void stream_closings_fini(struct stream_closings *closings);

#endif
