/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_SERVICE_H
#define FORCEDTLS_SERVER_SERVICE_H

#include <stdbool.h>

#include "server/listener.h"
#include "server/stream_server.h"

/* Which thread serves. */
enum service_thread {
	SERVICE_THREAD_MAIL, /* one for all questions about mail: whoever waits in it has all of them wait */
	SERVICE_THREAD_RELOAD, /* the one that reloads: what is asked there is served one after the other, and may take long */
	SERVICE_THREADS,
	SERVICE_THREAD_OWN = SERVICE_THREADS, /* libmilter's */
};

/*
 * What the daemon does at one of its sockets. A service is a folder of its own,
 * with service_KEY, and a row SERVICE in DAEMON_SETTINGS
 * (config/daemon_settings.h), whose key names the socket in "daemon:".
 */
struct service {
	enum service_thread thread;
	/* The protocol; all of it is called in that thread. Empty for SERVICE_THREAD_OWN. */
	struct stream_service stream;
	/* Opens the socket as listener_open does. NULL: that one. */
	bool (*open)(const char *socket, const struct socket_access *access, struct listener *listener_r);
};

#endif
