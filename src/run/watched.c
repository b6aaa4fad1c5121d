/* SPDX-License-Identifier: MIT */
/* A handful of sessions that somebody watches, and what was told of them. Judges nothing. */
#include "run/watched.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct watch {
	struct ip_endpoint client;
	time_t began; /* 0: free */
	struct watched_facts facts[WATCHED_SERVICES];
};

static pthread_mutex_t watched_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct watch watches[WATCHED_MAX];
static atomic_size_t watch_count;
static struct doctored last_doctored;

static bool is_client(const struct watch *watch, const struct ip_address *address, int port)
{
	return watch->began != 0 && watch->client.port == port &&
	       watch->client.address.family == address->family &&
	       memcmp(watch->client.address.bytes, address->bytes, sizeof address->bytes) == 0;
}

/* NULL: it is not watched. With the mutex. */
static struct watch *find_watch(const struct ip_address *address, int port)
{
	for (size_t i = 0; i < WATCHED_MAX; i++)
		if (is_client(&watches[i], address, port))
			return &watches[i];
	return NULL;
}

static void watched_forget(struct watch *watch)
{
	*watch = (struct watch){0};
	(void)atomic_fetch_sub_explicit(&watch_count, 1, memory_order_relaxed);
}

/* With the mutex. */
static void forget_old(time_t now)
{
	for (size_t i = 0; i < WATCHED_MAX; i++)
		if (watches[i].began != 0 &&
		    (now < watches[i].began || now - watches[i].began > WATCHED_SECONDS))
			watched_forget(&watches[i]);
}

/* A free one, or the oldest. With the mutex. */
static struct watch *new_watch(void)
{
	struct watch *oldest = &watches[0];

	for (size_t i = 1; i < WATCHED_MAX; i++)
		if (watches[i].began < oldest->began)
			oldest = &watches[i];
	if (oldest->began != 0)
		watched_forget(oldest);
	return oldest;
}

void watched_begin(const struct ip_endpoint *client, time_t now)
{
	struct watch *watch;

	(void)pthread_mutex_lock(&watched_mutex);
	forget_old(now);
	watch = find_watch(&client->address, client->port);
	if (watch == NULL) {
		watch = new_watch();
		(void)atomic_fetch_add_explicit(&watch_count, 1, memory_order_relaxed);
	}
	*watch = (struct watch){.client = *client, .began = now};
	(void)pthread_mutex_unlock(&watched_mutex);
}

static void watched_keep(struct watched_facts *kept, const struct event *event)
{
	const struct facts *facts = event->facts;
	const struct tls_facts *tls = &facts->tls;
	const struct fingerprints *fingerprints = &facts->certificate.fingerprints;

	*kept = (struct watched_facts){.told = true,
				       .exempt = event->decision.exemption != EXEMPT_NOT,
				       .bits = tls->present ? tls->bits : -1,
				       .fingerprint = fingerprints->seen == FINGERPRINTS_SHOWN,
				       .foreign_digest = fingerprints->seen == FINGERPRINTS_FOREIGN};
	if (tls->present)
		(void)snprintf(kept->tls_version, sizeof kept->tls_version, "%s",
			       tls->version_text != NULL ? tls->version_text : "unknown");
	if (tls->present && tls->cipher != NULL)
		(void)snprintf(kept->cipher, sizeof kept->cipher, "%s", tls->cipher);
	(void)snprintf(kept->certificate, sizeof kept->certificate, "%s",
		       certificate_state_name(facts->certificate.state));
}

void watched_note(const struct event *event)
{
	struct watch *watch;

	if (atomic_load_explicit(&watch_count, memory_order_relaxed) == 0 ||
	    event->stage != EVENT_STAGE_RECIPIENT)
		return;
	(void)pthread_mutex_lock(&watched_mutex);
	watch = find_watch(&event->facts->client, event->facts->client_port);
	if (watch != NULL)
		watched_keep(&watch->facts[event->service], event);
	(void)pthread_mutex_unlock(&watched_mutex);
}

void watched_end(const struct ip_endpoint *client, time_t now, struct watched_facts facts_r[WATCHED_SERVICES])
{
	struct watch *watch;

	memset(facts_r, 0, WATCHED_SERVICES * sizeof *facts_r);
	(void)pthread_mutex_lock(&watched_mutex);
	forget_old(now);
	watch = find_watch(&client->address, client->port);
	if (watch != NULL) {
		memcpy(facts_r, watch->facts, sizeof watch->facts);
		watched_forget(watch);
	}
	(void)pthread_mutex_unlock(&watched_mutex);
}

void watched_set_doctored(const struct doctored *doctored)
{
	(void)pthread_mutex_lock(&watched_mutex);
	last_doctored = *doctored;
	(void)pthread_mutex_unlock(&watched_mutex);
}

struct doctored watched_doctored(void)
{
	struct doctored doctored;

	(void)pthread_mutex_lock(&watched_mutex);
	doctored = last_doctored;
	(void)pthread_mutex_unlock(&watched_mutex);
	return doctored;
}
