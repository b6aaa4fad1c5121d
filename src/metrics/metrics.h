/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_METRICS_METRICS_H
#define FORCEDTLS_METRICS_METRICS_H

#include "server/service.h"

/*
 * What a Prometheus server reads: GET /metrics over HTTP/1 (RFC 9112), one
 * request a connection, in a thread that serves nothing else. Connections, what
 * they hold and how long they may take are bounded as for every stream
 * (server/stream_server.h). That is why it is not evhttp of libevent 2.1: that
 * bounds headers, bodies and time, but has nothing that bounds the number of
 * its connections (event2/http.h), and whoever reaches the port could take all
 * the descriptors that mail needs.
 */
extern const struct service service_metrics;

/* Bytes of a request: its line and its fields. */
#define METRICS_REQUEST_MAX ((size_t)8192)

#endif
