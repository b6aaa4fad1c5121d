/* SPDX-License-Identifier: MIT */
/* Numbers that only grow, and how many sessions there are. Knows nothing of who reads them. */
#include "run/counters.h"

#include <assert.h>
#include <stdatomic.h>

/* On cache lines of its own: each service has threads of its own. */
struct service_counters {
	_Alignas(64) atomic_ullong sessions;
	atomic_ullong ended, requests, malformed;
};

static struct service_counters service_counters[COUNTED_SERVICES];
static atomic_ullong lines_lost;

static void count(atomic_ullong *counter)
{
	(void)atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static uint64_t read_counter(atomic_ullong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void counters_session_began(enum counted_service service)
{
	count(&service_counters[service].sessions);
}

void counters_session_ended(enum counted_service service)
{
	count(&service_counters[service].ended);
}

void counters_request(enum counted_service service, bool malformed)
{
	count(malformed ? &service_counters[service].malformed : &service_counters[service].requests);
}

struct service_count counters_service(enum counted_service service)
{
	struct service_counters *counters = &service_counters[service];
	uint64_t ended = read_counter(&counters->ended), sessions = read_counter(&counters->sessions);

	return (struct service_count){
		.sessions = sessions,
		.open = sessions - ended, /* in this order none ends that has not begun */
		.requests = read_counter(&counters->requests),
		.malformed = read_counter(&counters->malformed),
	};
}

void counters_log_lines_lost(size_t lines)
{
	(void)atomic_fetch_add_explicit(&lines_lost, lines, memory_order_relaxed);
}

uint64_t counters_lines_lost(void)
{
	return read_counter(&lines_lost);
}

/* For DAEMON_SETTINGS: the keys of the services. */
#define KEY_SERVICE(key) #key,
#define KEY_NAME(key)
#define KEY_SOCKET_MODE(key)
#define KEY_WORD(key)
#define KEY_BOOLEAN(key)
#define COUNTERS_NAME(kind, key, type, effect, ...) KEY_##kind(key)

const char *counters_service_name(enum counted_service service)
{
	static const char *const names[] = {DAEMON_SETTINGS(COUNTERS_NAME)};

	assert(service < COUNTED_SERVICES);
	return names[service];
}
