/* SPDX-License-Identifier: MIT */
/* Numbers that only grow, and when the policy was loaded. Knows nothing of who reads them. */
#include "run/counters.h"

#include <assert.h>
#include <stdatomic.h>

#include "config/clock.h"

/* On cache lines of its own: each service has threads of its own. */
struct service_counters {
	_Alignas(64) atomic_ullong sessions;
	atomic_ullong ended, requests, malformed;
};

static struct service_counters service_counters[COUNTED_SERVICES];
static atomic_ullong lines_lost;
static atomic_ullong smtp_sessions[COUNTED_SERVICES][COUNTERS_VERSIONS][COUNTERS_CERTIFICATES];
static atomic_ullong mta_sessions[COUNTERS_MTAS];
static atomic_uint mta_handed[COUNTERS_MTAS];
static atomic_ullong decisions[COUNTERS_BUCKETS];
static atomic_ullong decisions_ns;
static atomic_ullong reloads[2];
static atomic_bool reload_failed; /* the last one */
static atomic_llong policy_loaded;

static void counters_add(atomic_ullong *counter)
{
	(void)atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static uint64_t read_counter(atomic_ullong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void counters_session_began(enum counted_service service)
{
	counters_add(&service_counters[service].sessions);
}

void counters_session_ended(enum counted_service service)
{
	/* Who sees it sees the beginning too. */
	(void)atomic_fetch_add_explicit(&service_counters[service].ended, 1, memory_order_release);
}

void counters_request(enum counted_service service, bool malformed)
{
	counters_add(malformed ? &service_counters[service].malformed : &service_counters[service].requests);
}

struct service_count counters_service(enum counted_service service)
{
	struct service_counters *counters = &service_counters[service];
	/* In this order none ends that has not begun. */
	uint64_t ended = atomic_load_explicit(&counters->ended, memory_order_acquire);
	uint64_t sessions = read_counter(&counters->sessions);

	return (struct service_count){
		.sessions = sessions,
		.open = sessions > ended ? sessions - ended : 0,
		.requests = read_counter(&counters->requests),
		.malformed = read_counter(&counters->malformed),
	};
}

void counters_smtp_session(enum counted_service service, const struct facts *facts)
{
	int version = facts->tls.present ? (int)facts->tls.version : COUNTERS_PLAINTEXT;

	assert(service < COUNTED_SERVICES && version >= 0 && version < COUNTERS_VERSIONS);
	counters_add(&smtp_sessions[service][version][facts->certificate.state]);
}

const char *counters_handed_name(size_t bit)
{
	static const char *const names[COUNTERS_HANDED] = {
		"{tls_version}", "{cipher}",      "{cipher_bits}", "{verify}",
		"{cert_issuer}", "{client_name}", "{auth_authen}", "{daemon_addr}",
	};

	assert(bit < COUNTERS_HANDED);
	return names[bit];
}

void counters_mta_session(enum mta mta, unsigned handed)
{
	assert(mta < COUNTERS_MTAS);
	counters_add(&mta_sessions[mta]);
	/* Mostly they are known, and nothing is written. */
	if ((handed & ~atomic_load_explicit(&mta_handed[mta], memory_order_relaxed)) != 0)
		(void)atomic_fetch_or_explicit(&mta_handed[mta], handed, memory_order_relaxed);
}

struct mta_count counters_mta(enum mta mta)
{
	return (struct mta_count){
		.sessions = read_counter(&mta_sessions[mta]),
		.handed = atomic_load_explicit(&mta_handed[mta], memory_order_relaxed),
	};
}

uint64_t counters_smtp_sessions(enum counted_service service, int version, enum certificate_state certificate)
{
	return read_counter(&smtp_sessions[service][version][certificate]);
}

void counters_decision(int64_t began)
{
	uint64_t took = (uint64_t)(clock_monotonic() - began);
	uint64_t bound = COUNTERS_FIRST_BOUND_NS;
	size_t bucket = 0;

	for (; bucket < COUNTERS_BUCKETS - 1 && took > bound; bucket++)
		bound *= 8;
	counters_add(&decisions[bucket]);
	(void)atomic_fetch_add_explicit(&decisions_ns, took, memory_order_relaxed);
}

struct decision_times counters_decisions(void)
{
	struct decision_times times = {.sum_ns = read_counter(&decisions_ns)};
	uint64_t sum = 0;

	for (size_t i = 0; i < COUNTERS_BUCKETS; i++) {
		sum += read_counter(&decisions[i]);
		times.buckets[i] = sum;
	}
	return times;
}

void counters_reload(bool reloaded)
{
	counters_add(&reloads[reloaded]);
	atomic_store_explicit(&reload_failed, !reloaded, memory_order_relaxed);
}

bool counters_reload_failed(void)
{
	return atomic_load_explicit(&reload_failed, memory_order_relaxed);
}

uint64_t counters_reloads(bool reloaded)
{
	return read_counter(&reloads[reloaded]);
}

void counters_policy_loaded(time_t when)
{
	atomic_store_explicit(&policy_loaded, when, memory_order_relaxed);
}

time_t counters_policy_time(void)
{
	return (time_t)atomic_load_explicit(&policy_loaded, memory_order_relaxed);
}

void counters_log_lines_lost(size_t lines)
{
	(void)atomic_fetch_add_explicit(&lines_lost, lines, memory_order_relaxed);
}

uint64_t counters_lines_lost(void)
{
	return read_counter(&lines_lost);
}

#define COUNTERS_NAME(kind, key, type, effect, ...) #key,

const char *counters_service_name(enum counted_service service)
{
	static const char *const names[] = {DAEMON_SERVICES(COUNTERS_NAME)};

	assert(service < COUNTED_SERVICES);
	return names[service];
}
