/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DAEMON_DOORS_H
#define FORCEDTLS_DAEMON_DOORS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "milter/milter.h"
#include "server/listener.h"
#include "server/stream_server.h"

/* The doors beside libmilter's, which the policy file opens one by one. */
#define DOORS_MAX 2

struct door {
	const struct stream_service *service; /* NULL: libmilter's */
	char *socket;
	struct listener listener;
	unsigned missed; /* looks in a row that did not find the socket */
};

struct doors {
	struct door milter;
	struct door list[DOORS_MAX];
	size_t count; /* 0: none is wanted, and no thread runs */
	struct stream_server *server;
};

/*
 * Opens libmilter's socket and those that settings name besides, while we may.
 * milter: used in place of settings->milter; NULL: as that has it. False: the
 * reason is in the log. Ended with doors_close in any case. Before threads
 * start.
 */
bool doors_open(const struct daemon_settings *settings, const char *milter,
		const struct socket_access *access, struct doors *doors_r);

/*
 * Serves all but libmilter's, in a thread of its own, once the process has
 * forked for the last time. Ended with doors_stop in any case. False: the
 * reason is in the log.
 */
bool doors_start(struct doors *doors);

/* How often doors_look_after is to be called. */
#define DOORS_LOOK_MS 1000

/*
 * Looks whether each socket is still in its place in the file system. One that
 * is not is made anew, where the user whom we serve as may do so; a warning
 * says what became of it. milter: libmilter, which is told.
 */
void doors_look_after(struct doors *doors, const struct socket_access *access, struct milter_server *milter);

/* Fine with doors that were never started. False: they had failed, and the reason is in the log. */
bool doors_stop(struct doors *doors);

/* Closes the sockets, and removes them where we may. */
void doors_close(struct doors *doors);

#endif
