/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_TALLY_H
#define FORCEDTLS_REPORT_TALLY_H

#include <stddef.h>
#include <time.h>

/*
 * How often each of some texts was seen, and when. Texts are chosen by peers,
 * who have no end of them: what a tally may hold is bounded, and so is what
 * all of them together may (the budget, in bytes). What has no room is counted
 * among the others.
 */

/* Bytes of a text that are kept. */
#define TALLY_TEXT_MAX ((size_t)255)

struct tally_entry {
	char *text;
	unsigned long long count;
	time_t first; /* 0: no time is known */
	time_t last;
};

/* Zeroed memory is an empty one. */
struct tally {
	struct tally_entry *entries;
	size_t count;
	size_t capacity;
	unsigned long long others; /* how often something was seen that has no room */
};

/* Adds number sightings of text; at most max different texts are kept. */
void tally_add(struct tally *tally, const char *text, unsigned long long number, time_t when, size_t max,
	       size_t *budget);

/* Adds all that another one has. */
void tally_merge(struct tally *tally, const struct tally *other, size_t max, size_t *budget);

/* The most frequent first; texts that were seen equally often by themselves. */
void tally_sort(struct tally *tally);

void tally_fini(struct tally *tally);

#endif
