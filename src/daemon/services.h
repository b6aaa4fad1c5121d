/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DAEMON_SERVICES_H
#define FORCEDTLS_DAEMON_SERVICES_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "milter/milter.h"
#include "run/counters.h"
#include "server/service.h"

/* Those that have a socket, in the order of DAEMON_SETTINGS: the milter comes first, and is always there. */
struct services {
	struct open_service list[COUNTED_SERVICES];
	size_t count;
	/* Who serves them, by thread. NULL: nobody does. The one that reloads is not ours. */
	struct stream_server *servers[SERVICE_THREADS];
	struct service_context context; /* for them */
};

/*
 * Opens libmilter's socket and those that settings name besides, while we may.
 * milter: used in place of settings->milter; NULL: as that has it. False: the
 * reason is in the log. Ended with services_close in any case. Before threads
 * start.
 */
bool services_open(const struct daemon_settings *settings, const char *milter,
		   const struct socket_access *access, struct services *services_r);

/*
 * Has reload, which was not started yet and owns reloads, serve those for
 * SERVICE_THREAD_RELOAD, and serves those for SERVICE_THREAD_MAIL and
 * SERVICE_THREAD_ASIDE in a thread each, which is not made where there are
 * none; once the process has forked for the last time. libmilter's is milter_start's.
 * Ended with services_stop in any case. False: the reason is in the log.
 */
bool services_start(struct services *services, struct stream_server *reload, struct reloads *reloads);

/* How often services_look_after is to be called. */
#define SERVICES_LOOK_MS 1000

/*
 * Looks whether each socket is still in its place in the file system. One that
 * is not is made anew, where the user whom we serve as may do so; a warning
 * says what became of it. milter: libmilter, which is told.
 */
void services_look_after(struct services *services, const struct socket_access *access,
			 struct milter_server *milter);

/* Fine with services that were never started. False: they had failed, and the reason is in the log. */
bool services_stop(struct services *services);

/*
 * Removes the sockets where we may, and does nothing else: for the end of the
 * process, while a thread may still serve them, or look at what is there.
 */
void services_remove(struct services *services);

/* Closes the sockets, and removes them where we may. Nobody serves them any more. */
void services_close(struct services *services);

#endif
