/* SPDX-License-Identifier: MIT */
/*
 * Counts of texts. Few are different in most places, and the same one comes
 * again and again: a list, with what was seen last in front, needs less than
 * a table does.
 */
#include "report/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

/* What malloc(3) needs beside the bytes themselves. */
#define ALLOCATION_COST ((size_t)16)

static struct tally_entry *tally_find(struct tally *tally, const char *text, size_t length)
{
	for (size_t i = 0; i < tally->count; i++) {
		struct tally_entry entry = tally->entries[i];

		if (strncmp(entry.text, text, length) != 0 || entry.text[length] != '\0')
			continue;
		/* One place nearer to the front, so that the frequent ones get there. */
		if (i > 0) {
			tally->entries[i] = tally->entries[i - 1];
			tally->entries[--i] = entry;
		}
		return &tally->entries[i];
	}
	return NULL;
}

/* NULL where there is no room. */
static struct tally_entry *tally_add_entry(struct tally *tally, const char *text, size_t length, size_t max,
					   size_t *budget)
{
	size_t cost = length + 1 + ALLOCATION_COST + 2 * sizeof *tally->entries;

	assert(length <= TALLY_TEXT_MAX && tally->count <= tally->capacity);
	if (tally->count >= max || *budget < cost)
		return NULL;
	*budget -= cost;
	tally->entries = vector_grow(tally->entries, tally->count, &tally->capacity, sizeof *tally->entries);
	tally->entries[tally->count] = (struct tally_entry){.text = xstrndup(text, length)};
	return &tally->entries[tally->count++];
}

static void widen(struct tally_entry *entry, time_t first, time_t last)
{
	if (first != 0 && (entry->first == 0 || first < entry->first))
		entry->first = first;
	if (last != 0 && last > entry->last)
		entry->last = last;
}

static void add_range(struct tally *tally, const char *text, unsigned long long number, time_t first,
		      time_t last, size_t max, size_t *budget)
{
	size_t length = strnlen(text, TALLY_TEXT_MAX);
	struct tally_entry *entry = tally_find(tally, text, length);

	if (entry == NULL)
		entry = tally_add_entry(tally, text, length, max, budget);
	if (entry == NULL) {
		tally->others += number;
		return;
	}
	entry->count += number;
	widen(entry, first, last);
}

void tally_add(struct tally *tally, const char *text, unsigned long long number, time_t when, size_t max,
	       size_t *budget)
{
	add_range(tally, text, number, when, when, max, budget);
}

void tally_merge(struct tally *tally, const struct tally *other, size_t max, size_t *budget)
{
	for (size_t i = 0; i < other->count; i++)
		add_range(tally, other->entries[i].text, other->entries[i].count, other->entries[i].first,
			  other->entries[i].last, max, budget);
	tally->others += other->others;
}

static int tally_compare(const void *a, const void *b)
{
	const struct tally_entry *one = a, *two = b;

	if (one->count != two->count)
		return one->count > two->count ? -1 : 1;
	return strcmp(one->text, two->text);
}

void tally_sort(struct tally *tally)
{
	if (tally->count > 1)
		qsort(tally->entries, tally->count, sizeof *tally->entries, tally_compare);
}

void tally_fini(struct tally *tally)
{
	for (size_t i = 0; i < tally->count; i++)
		free(tally->entries[i].text);
	free(tally->entries);
	*tally = (struct tally){0};
}
