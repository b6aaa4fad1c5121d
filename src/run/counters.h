/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_COUNTERS_H
#define FORCEDTLS_RUN_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/daemon_settings.h"

/*
 * What the daemon counts, from its start on. To count is one addition that
 * nobody waits for, and numbers that are read together need not be of one
 * moment. Threads: safe, all of it.
 */

/* For DAEMON_SETTINGS: COUNTED_milter and so on, one for each service. */
#define COUNTED_SERVICE(key) COUNTED_##key,
#define COUNTED_NAME(key)
#define COUNTED_SOCKET_MODE(key)
#define COUNTED_WORD(key)
#define COUNTED_BOOLEAN(key)
#define COUNTERS_ENUMERATE(kind, key, type, effect, ...) COUNTED_##kind(key)

enum counted_service { DAEMON_SETTINGS(COUNTERS_ENUMERATE) COUNTED_SERVICES };

/* A connection to a service, and its end. */
void counters_session_began(enum counted_service service);
void counters_session_ended(enum counted_service service);

/* A request of a connection; malformed: it was none. */
void counters_request(enum counted_service service, bool malformed);

struct service_count {
	uint64_t sessions; /* that began */
	uint64_t open; /* of these, now */
	uint64_t requests; /* that were answered */
	uint64_t malformed;
};
struct service_count counters_service(enum counted_service service);

/* Lines of the log that nobody took. */
void counters_log_lines_lost(size_t lines);
uint64_t counters_lines_lost(void);

/* Its key in "daemon:". A static string. */
const char *counters_service_name(enum counted_service service);

#endif
