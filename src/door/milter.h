/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOOR_MILTER_H
#define FORCEDTLS_DOOR_MILTER_H

#include <stdbool.h>

/*
 * The milter door: libmilter's callbacks become facts, decisions become
 * replies and log lines. It reads the configuration from run/snapshot.
 */

/* Registers the filter, opens its socket ("unix:PATH", "inet:PORT@HOST"). False: the reason is in the log. */
bool milter_open(const char *socket);

/* Serves until SIGTERM, SIGINT or SIGHUP (libmilter takes up to 5 s). False when libmilter failed. */
bool milter_serve(void);

#endif
