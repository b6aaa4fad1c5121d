/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DAEMON_RELOADER_H
#define FORCEDTLS_DAEMON_RELOADER_H

#include <stdbool.h>

#include "run/reload.h"
#include "server/stream_server.h"

/*
 * The thread that reloads, so that no mail waits for it: on SIGUSR1, and for
 * the services that are SERVICE_THREAD_RELOAD, one after the other. libmilter
 * takes SIGHUP as a stop, so that one is not ours.
 */
struct reloader {
	struct reloads reloads;
	int signals; /* signals_open_reload; -1: none */
	bool reaping; /* the thread that frees old policies is there (run/snapshot.h) */
	struct stream_server *server; /* for services; NULL: none */
};

/*
 * path: of the policy file, absolute; borrowed. Makes what the thread needs, and starts the one that frees old policies;
 * SIGUSR1 has to be blocked everywhere (run/signals.h). Warns when the file
 * cannot be read as who we are now. Ended with reloader_stop in any case.
 * False: the reason is in the log.
 */
bool reloader_init(struct reloader *reloader, const char *path);

/* Starts the thread. False: the reason is in the log. */
bool reloader_start(struct reloader *reloader);

/*
 * Ends both threads, after what is under way, for which it waits patience_ms
 * at most. False: one of them runs on, and the reason is in the log.
 */
bool reloader_stop(struct reloader *reloader, unsigned patience_ms);

#endif
