/* SPDX-License-Identifier: MIT */
/*
 * Counts by day. Lines come day by day, but for several logs behind one another.
 */
#include "report/days.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

#define DAYS_MAX ((size_t)1100) /* three years */

/* Where the day is, or belongs. */
static size_t days_place(const struct days *days, date_t date)
{
	size_t low = 0, high = days->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (days->list[middle].date < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct day *days_find(struct days *days, date_t date)
{
	size_t place;

	if (days->last < days->count && days->list[days->last].date == date)
		return &days->list[days->last];
	place = days_place(days, date);
	if (place == days->count || days->list[place].date != date) {
		if (days->count >= DAYS_MAX)
			return NULL;
		days->list = vector_grow(days->list, days->count, &days->capacity, sizeof *days->list);
		memmove(days->list + place + 1, days->list + place,
			(days->count - place) * sizeof *days->list);
		days->list[place] = (struct day){.date = date};
		days->count++;
	}
	assert(place == 0 || days->list[place - 1].date < date);
	assert(place + 1 == days->count || days->list[place + 1].date > date);
	days->last = place;
	return &days->list[place];
}

void days_add(struct days *days, time_t when, enum day_count which)
{
	date_t date = when != 0 ? date_from_time(when) : 0;
	struct day *day = date != 0 ? days_find(days, date) : NULL;

	assert(which < DAY_COUNTS);
	if (day != NULL)
		day->counts[which]++;
}

void days_fini(struct days *days)
{
	free(days->list);
	*days = (struct days){0};
}
