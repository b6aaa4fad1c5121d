/* SPDX-License-Identifier: MIT */
/*
 * What one door notes for another, for the thread sanitizer and for plain runs:
 * one thread notes, as the doors have it, and many find, as libmilter's workers
 * do. Nobody finds what was shown in another session, or half of it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/presented.h"

#define FINDERS 6
#define SESSIONS 500
/* Before the noting ends each finder has to have found so many. */
#define FOUND_MIN 2000

static atomic_bool ending;

struct finder {
	pthread_t thread;
	unsigned number;
	atomic_size_t found;
	size_t wrong;
};

/* A session by its port, and a certificate that only it can have shown. */
static void make_facts(unsigned session, const struct readings *sender, const struct readings *recipient,
		       struct facts *facts_r)
{
	struct fingerprints *shown = &facts_r->certificate.fingerprints;

	*facts_r = (struct facts){.client = {.family = 4, .bytes = {192, 0, 2, 1}},
				  .client_port = (int)session + 1,
				  .sender = sender,
				  .recipient = recipient};
	*shown = (struct fingerprints){.seen = FINGERPRINTS_SHOWN, .count = 1};
	memset(shown->list[0].bytes, (int)(session % 251), sizeof shown->list[0].bytes);
}

static bool is_right(const struct fingerprints *found, unsigned session)
{
	struct fingerprint wanted;

	memset(wanted.bytes, (int)(session % 251), sizeof wanted.bytes);
	return found->seen == FINGERPRINTS_SHOWN && found->count == 1 &&
	       fingerprint_equal(&found->list[0], &wanted);
}

static void read_addresses(struct readings *sender, struct readings *recipient)
{
	readings_of_sender(sender, &(struct written_address){.argument = "<a@a.example>"}, NULL, NULL);
	readings_of_recipient(recipient, &(struct written_address){.argument = "<b@b.example>"});
}

static void *find_on(void *argument)
{
	struct finder *finder = argument;
	struct readings sender, recipient;

	read_addresses(&sender, &recipient);
	for (unsigned session = finder->number; !atomic_load(&ending); session = (session + 7) % SESSIONS) {
		struct fingerprints found;
		struct facts facts;

		make_facts(session, &sender, &recipient, &facts);
		if (!presented_find(&facts, 0, presented_now(), &found))
			continue;
		finder->wrong += is_right(&found, session) ? 0u : 1u;
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
	for (unsigned round = 0; !all_have_found(finders); round++) {
		struct facts facts;

		make_facts(round % SESSIONS, &sender, &recipient, &facts);
		presented_note(&facts, presented_now());
		if (round % (20 * SESSIONS) == 0)
			presented_clear();
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
	presented_clear();
	(void)printf("%zu fingerprints of another session\n", wrong);
	return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
