/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_MILTER_SOCKET_H
#define FORCEDTLS_MILTER_MILTER_SOCKET_H

#include <stdbool.h>

#include "server/listener.h"

/*
 * Opens the socket of a filter that is registered with libmilter ("unix:PATH",
 * "inet:PORT@HOST"). One with a path is *listener_r's, and libmilter has
 * nothing but a descriptor of it; an inet socket is libmilter's alone, and
 * *listener_r is LISTENER_NONE then. False: the reason is in the log. Before
 * threads start.
 */
bool milter_socket_open(const char *spec, const struct socket_access *access, struct listener *listener_r);

#endif
