/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_COUNTERS_H
#define FORCEDTLS_RUN_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "config/daemon_settings.h"
#include "policy/facts.h"

/*
 * What the daemon counts, from its start on. To count is one addition that
 * nobody waits for, and numbers that are read together need not be of one
 * moment. Threads: safe, all of it.
 */

/* For DAEMON_SERVICES: COUNTED_milter and so on. */
#define COUNTERS_ENUMERATE(kind, key, type, effect, ...) COUNTED_##key,

enum counted_service { DAEMON_SERVICES(COUNTERS_ENUMERATE) COUNTED_SERVICES };

/* A connection to a service, and its end. */
void counters_session_began(enum counted_service service);
void counters_session_ended(enum counted_service service);

/* A request of a connection; malformed: it was none, or not whole in time. */
void counters_request(enum counted_service service, bool malformed);

struct service_count {
	uint64_t sessions; /* that began */
	uint64_t open; /* of these, now */
	uint64_t requests; /* that were answered */
	uint64_t malformed;
};
struct service_count counters_service(enum counted_service service);

/*
 * An SMTP session with TLS, or without, as the first verdict in it had it.
 * service: milter or policy_service.
 */
void counters_smtp_session(enum counted_service service, const struct facts *facts);

/* What a milter's MTA hands over, in the order of the bits of counters_mta_session. Static strings. */
#define COUNTERS_HANDED 8
const char *counters_handed_name(size_t bit);

/* A session of that MTA at the milter, which has handed over those. */
void counters_mta_session(enum mta mta, unsigned handed);
struct mta_count {
	uint64_t sessions;
	unsigned handed; /* in some session */
};
struct mta_count counters_mta(enum mta mta);
#define COUNTERS_MTAS (MTA_SENDMAIL + 1)

/* 0: TLS_VERSION_UNKNOWN; without TLS it is COUNTERS_PLAINTEXT. */
#define COUNTERS_PLAINTEXT (TLS_VERSION_1_3 + 1)
#define COUNTERS_VERSIONS (COUNTERS_PLAINTEXT + 1)
#define COUNTERS_CERTIFICATES (CERTIFICATE_VERIFIED + 1)
uint64_t counters_smtp_sessions(enum counted_service service, int version,
				enum certificate_state certificate);

/* Decisions by how long they took: the upper bounds in nanoseconds, each eight times the one before; the last has none. */
#define COUNTERS_BUCKETS 8
#define COUNTERS_FIRST_BOUND_NS 1000
/* began: clock_monotonic() before (config/clock.h). */
void counters_decision(int64_t began);
struct decision_times {
	uint64_t buckets[COUNTERS_BUCKETS]; /* each with those before it */
	uint64_t sum_ns;
};
struct decision_times counters_decisions(void);

/* Reloads, by whether the policy came into force, and when the one in force did. */
void counters_reload(bool reloaded);
uint64_t counters_reloads(bool reloaded);
/* The last one did; false before the first. */
bool counters_reload_failed(void);
void counters_policy_loaded(time_t when);
time_t counters_policy_time(void);

/* Lines of the log that nobody took. */
void counters_log_lines_lost(size_t lines);
uint64_t counters_lines_lost(void);

/* Its key in "daemon:". A static string. */
const char *counters_service_name(enum counted_service service);

#endif
