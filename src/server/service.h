/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_SERVICE_H
#define FORCEDTLS_SERVER_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "run/reload.h"
#include "server/listener.h"
#include "server/stream_server.h"

/* Which thread serves. */
enum service_thread {
	SERVICE_THREAD_MAIL, /* one for all questions about mail: whoever waits in it has all of them wait */
	SERVICE_THREAD_RELOAD, /* the one that reloads: what is asked there is served one after the other, and may take long */
	SERVICE_THREAD_ASIDE, /* one for what takes a while, and has nothing to do with mail */
	SERVICE_THREADS,
	SERVICE_THREAD_OWN = SERVICE_THREADS, /* libmilter's */
};

/*
 * What the daemon does at one of its sockets. A service is a folder of its own,
 * with service_KEY, and a row in DAEMON_SERVICES
 * (config/daemon_settings.h), whose key names the socket in "daemon:".
 */
struct service {
	enum service_thread thread;
	/* True: for root and the daemon's user, and the daemon starts without it where it cannot be opened. */
	bool for_administrators;
	/* The protocol; all of it is called in that thread. Empty for SERVICE_THREAD_OWN. */
	struct stream_service stream;
	/* Opens the socket as listener_open does. NULL: that one. */
	bool (*open)(const char *socket, const struct socket_access *access, struct listener *listener_r);
};

/* A service that the policy file names a socket for. */
struct open_service {
	const struct service *service;
	char *socket;
	struct listener listener; /* the main thread's, while the daemon runs */
	unsigned missed; /* looks in a row that did not find the socket; the main thread's */
	atomic_bool in_place; /* by the last look */
};

/* What a service may know of the daemon: the context of stream_service.open. The thread that reloads owns reloads. */
struct service_context {
	time_t started;
	struct reloads *reloads;
	const struct open_service *services;
	size_t service_count;
};

#endif
