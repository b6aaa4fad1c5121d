/* SPDX-License-Identifier: MIT */
/*
 * What one door notes for another, for the thread sanitizer and for plain runs:
 * one thread notes, as the doors have it, and many find, as libmilter's workers
 * do. Nobody finds what was shown in another session, or half of it, and what
 * was noted once serves one of those who look for it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/clock.h"
#include "run/fingerprint_cache.h"

#define FINDERS 6
#define SESSIONS 500
/* Before the noting ends each finder has to have found so many. */
#define FOUND_MIN 2000

static atomic_bool ending;
/* Which note of a session's certificate was found last, and by whom. */
static atomic_ullong taken[SESSIONS];

struct finder {
	pthread_t thread;
	unsigned number;
	atomic_size_t found;
	size_t wrong;
};

static const struct ip_endpoint server = {{.family = 4, .bytes = {198, 51, 100, 1}}, 25};

/* A certificate that only this session can have shown, and has at its end which note of it this is. */
static void make_fingerprint(unsigned session, unsigned note, struct fingerprint *fingerprint_r)
{
	memset(fingerprint_r->bytes, (int)(session % 251), sizeof fingerprint_r->bytes);
	memcpy(fingerprint_r->bytes, &note, sizeof note);
}

/* A session by its port. */
static void make_facts(unsigned session, unsigned note, const struct readings *sender,
		       const struct readings *recipient, struct facts *facts_r)
{
	struct fingerprints *shown = &facts_r->certificate.fingerprints;

	*facts_r = (struct facts){.client = {.family = 4, .bytes = {192, 0, 2, 1}},
				  .client_port = (int)session + 1,
				  .sender = sender,
				  .recipient = recipient};
	*shown = (struct fingerprints){.seen = FINGERPRINTS_SHOWN, .count = 1};
	make_fingerprint(session, note, &shown->list[0]);
}

static bool is_right(const struct fingerprints *found, unsigned session, const struct finder *finder)
{
	unsigned long long it, before;
	struct fingerprint wanted;
	unsigned note;

	memcpy(&note, found->list[0].bytes, sizeof note);
	make_fingerprint(session, note, &wanted);
	it = (unsigned long long)note * FINDERS;
	before = atomic_exchange(&taken[session], it + finder->number);
	return found->seen == FINGERPRINTS_SHOWN && found->count == 1 &&
	       fingerprint_equal(&found->list[0], &wanted) &&
	       (before / FINDERS != note || before == it + finder->number);
}

static void read_addresses(struct readings *sender, struct readings *recipient)
{
	readings_of_sender(sender, &(struct written_address){.argument = "<a@a.example>"}, NULL, NULL);
	readings_of_recipient(recipient, &(struct written_address){.argument = "<b@b.example>"});
}

static void *find_on(void *argument)
{
	struct finder *finder = argument;
	struct fingerprint_session asking;
	struct readings sender, recipient;

	fingerprint_cache_begin(&asking, 0);
	read_addresses(&sender, &recipient);
	for (unsigned session = finder->number; !atomic_load(&ending); session = (session + 7) % SESSIONS) {
		struct fingerprints found;
		struct facts facts;

		make_facts(session, 0, &sender, &recipient, &facts);
		if (!fingerprint_cache_find(&facts, &server, &asking, clock_monotonic(), &found))
			continue;
		finder->wrong += is_right(&found, session, finder) ? 0u : 1u;
		atomic_fetch_add(&finder->found, 1);
	}
	readings_fini(&sender);
	readings_fini(&recipient);
	return NULL;
}

static bool all_have_found(struct finder finders[FINDERS])
{
	for (size_t i = 0; i < FINDERS; i++)
		if (atomic_load(&finders[i].found) < FOUND_MIN)
			return false;
	return true;
}

/* Now and then all is forgotten, as at the end of the daemon. */
static void note(struct finder finders[FINDERS])
{
	struct readings sender, recipient;

	read_addresses(&sender, &recipient);
	for (unsigned round = 1; !all_have_found(finders); round++) {
		struct facts facts;

		make_facts(round % SESSIONS, round, &sender, &recipient, &facts);
		fingerprint_cache_note(&facts, &server, clock_monotonic());
		if (round % (20 * SESSIONS) == 0)
			fingerprint_cache_clear();
	}
	readings_fini(&sender);
	readings_fini(&recipient);
}

int main(void)
{
	struct finder finders[FINDERS];
	size_t wrong = 0;

	for (unsigned i = 0; i < FINDERS; i++) {
		finders[i] = (struct finder){.number = i};
		errno = pthread_create(&finders[i].thread, NULL, find_on, &finders[i]);
		if (errno != 0) {
			(void)printf("Bail out! pthread_create: %s\n", strerror(errno));
			return EXIT_FAILURE;
		}
	}
	note(finders);
	atomic_store(&ending, true);
	for (size_t i = 0; i < FINDERS; i++) {
		(void)pthread_join(finders[i].thread, NULL);
		wrong += finders[i].wrong;
	}
	fingerprint_cache_clear();
	(void)printf("%zu fingerprints of another session, or of two\n", wrong);
	return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
