/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_MILTER_H
#define FORCEDTLS_MILTER_MILTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "server/service.h"

/*
 * The milter: libmilter's callbacks become facts, decisions become replies and
 * log lines. It reads the configuration from run/snapshot. To open it registers
 * the filter with libmilter, and opens its socket (milter/milter_socket.h).
 */
extern const struct service service_milter;

/* libmilter's loop, in a thread of its own: the main thread waits for signals. */
struct milter_server {
	pthread_t main, thread;
	atomic_bool ended;
	bool failed; /* the thread's, until it has ended */
};

/*
 * Serves until milter_stop. When libmilter ends by itself, the calling thread,
 * the main one, is sent SIGTERM. False: the reason is in the log.
 */
bool milter_start(struct milter_server *server);

/* Has libmilter's loop look at its socket again: another one has taken its place. */
void milter_look_again(struct milter_server *server);

/*
 * Lets no more callbacks in (run/gate.h), then has libmilter end, with the
 * signal that came; its own loop looks up every five seconds only, and so is
 * nudged. For each of the two it waits patience_ms at most. False: libmilter
 * or a callback runs on, and nothing that they use may be freed. Either way
 * libmilter's workers are still there, and wait for the process to end.
 */
bool milter_stop(struct milter_server *server, int signal, unsigned patience_ms);

#endif
