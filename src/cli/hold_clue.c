/* SPDX-License-Identifier: MIT */
/* Finds the verdict that belongs to a message: a sorted table of what verdicts can be found by. */
#include "cli/hold_clue.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/memory.h"

static int hold_clue_compare(const struct hold_clue *a, const struct hold_clue *b)
{
	int order;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == HOLD_CLUE_QUEUE_ID)
		return strcmp(a->first, b->first);
	order = strcasecmp(a->first, b->first);
	return order != 0 ? order : strcasecmp(a->second, b->second);
}

static int compare_clues(const void *a, const void *b)
{
	const struct hold_clue *one = a, *other = b;
	int order = hold_clue_compare(one, other);

	if (order != 0)
		return order;
	return one->time != other->time ? (one->time < other->time ? -1 : 1) : 0;
}

static void add_clue(struct hold_clues *clues, enum hold_clue_kind kind, const char *first,
		     const char *second, const struct held_verdict *verdict)
{
	if (first != NULL && second != NULL)
		clues->list[clues->count++] = (struct hold_clue){kind, first, second, verdict->time, verdict};
}

struct hold_clues hold_clues_make(const struct held_verdict *verdicts, size_t count)
{
	struct hold_clues clues = {.list = xcalloc(2 * count, sizeof *clues.list)};

	for (size_t i = 0; i < count; i++) {
		const struct held_verdict *verdict = &verdicts[i];

		if (verdict->queue_id != NULL) {
			add_clue(&clues, HOLD_CLUE_QUEUE_ID, verdict->queue_id, "", verdict);
		} else {
			add_clue(&clues, HOLD_CLUE_RECIPIENT, verdict->from, verdict->to, verdict);
			add_clue(&clues, HOLD_CLUE_CLIENT, verdict->from, verdict->client, verdict);
		}
	}
	if (clues.count > 0)
		qsort(clues.list, clues.count, sizeof *clues.list, compare_clues);
	return clues;
}

/* The first that is not before wanted, or the end. */
static size_t hold_clue_lower_bound(const struct hold_clues *clues, const struct hold_clue *wanted)
{
	size_t low = 0, high = clues->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_clues(&clues->list[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_clue(const struct hold_clues *clues, size_t at, const struct hold_clue *wanted)
{
	return at < clues->count && hold_clue_compare(&clues->list[at], wanted) == 0 &&
	       (wanted->kind == HOLD_CLUE_QUEUE_ID || hold_is_together(clues->list[at].time, wanted->time));
}

static time_t distance(time_t a, time_t b)
{
	return a < b ? b - a : a - b;
}

const struct held_verdict *hold_clues_find(const struct hold_clues *clues, enum hold_clue_kind kind,
					   const char *first, const char *second, time_t when)
{
	const struct hold_clue wanted = {.kind = kind, .first = first, .second = second, .time = when};
	size_t at = hold_clue_lower_bound(clues, &wanted);
	bool after = is_clue(clues, at, &wanted), before = at > 0 && is_clue(clues, at - 1, &wanted);

	if (before &&
	    (!after || distance(clues->list[at - 1].time, when) < distance(clues->list[at].time, when)))
		return clues->list[at - 1].verdict;
	return after ? clues->list[at].verdict : NULL;
}

bool hold_is_together(time_t a, time_t b)
{
	return distance(a, b) <= HOLD_TOGETHER_SECONDS;
}

void hold_clues_fini(struct hold_clues *clues)
{
	free(clues->list);
	*clues = (struct hold_clues){0};
}
