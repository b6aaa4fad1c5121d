/* SPDX-License-Identifier: MIT */
/*
 * Which connectors apply to one sender, one recipient and one session: the
 * selectors, "except", and which connector stands in another's place. Knows
 * nothing of what connectors demand.
 */
#include "core/match.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* What the index callbacks need. */
struct finder {
	struct candidates *candidates;
	const struct policy *policy;
	enum match_with with;
	bool recipients; /* which index is being asked */
};

static void grow(struct candidates *candidates)
{
	if (candidates->count < candidates->capacity)
		return;
	candidates->capacity *= 2;
	if (candidates->list == candidates->few) {
		candidates->list = xcalloc(candidates->capacity, sizeof *candidates->list);
		memcpy(candidates->list, candidates->few, sizeof candidates->few);
	} else {
		candidates->list =
			xreallocarray(candidates->list, candidates->capacity, sizeof *candidates->list);
	}
}

/* The place of the connector in the list, which is in the order of the file, or where it belongs. */
static size_t find_place(const struct candidates *candidates, uint32_t number)
{
	size_t from = 0, to = candidates->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (candidates->list[middle].connector->number < number)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The candidate for a connector, new if need be; NULL when the connector does not count. */
static struct candidate *candidate_for(struct finder *finder, uint32_t number)
{
	struct candidates *candidates = finder->candidates;
	const struct connector *connector = finder->policy->connectors[number];
	size_t at = find_place(candidates, number);

	if (at < candidates->count && candidates->list[at].connector == connector)
		return &candidates->list[at];
	if (!connector->has_require || (connector->mode == MODE_TEST && finder->with == MATCH_ENFORCING))
		return NULL;
	grow(candidates);
	memmove(&candidates->list[at + 1], &candidates->list[at],
		(candidates->count - at) * sizeof *candidates->list);
	candidates->count++;
	candidates->list[at] = (struct candidate){.connector = connector};
	return &candidates->list[at];
}

/* pattern_found: of several patterns of one connector the most specific counts. */
static void found_pattern(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct finder *finder = context;
	struct candidate *candidate = candidate_for(finder, owner);

	if (candidate == NULL)
		return;
	if (!finder->recipients && rank > candidate->sender_rank) {
		candidate->sender_rank = rank;
		candidate->sender_pattern = ref;
	}
	if (finder->recipients && rank > candidate->recipient_rank) {
		candidate->recipient_rank = rank;
		candidate->recipient_pattern = ref;
	}
}

/* pattern_found: that it was called at all is the answer. */
static void found_any(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	bool *found = context;

	(void)owner;
	(void)rank;
	(void)ref;
	*found = true;
}

static bool holds(const struct pattern_index *patterns, const struct policy *policy,
		  const struct address *address)
{
	bool found = false;

	pattern_index_match(patterns, address, policy->recipient_delimiter, found_any, &found);
	return found;
}

static bool exception_matches(const struct exception *exception, const struct policy *policy,
			      const struct facts *facts, const struct address *sender,
			      const struct address *recipient)
{
	return (exception->senders == NULL || holds(exception->senders, policy, sender)) &&
	       (exception->recipients == NULL || holds(exception->recipients, policy, recipient)) &&
	       (!exception->has_clients || cidr_set_find(&exception->clients, &facts->client) != NULL) &&
	       (!exception->authenticated || facts->authenticated);
}

/* Everything but displacement. */
static void settle(struct candidate *candidate, const struct policy *policy, const struct facts *facts,
		   const struct address *sender, const struct address *recipient)
{
	const struct connector *connector = candidate->connector;

	candidate->fate = FATE_NOT_SELECTED;
	if (connector->has_clients)
		candidate->network = cidr_set_find(&connector->clients, &facts->client);
	if ((connector->has_senders && candidate->sender_rank == RANK_NONE) ||
	    (connector->has_recipients && candidate->recipient_rank == RANK_NONE) ||
	    (connector->has_clients && candidate->network == NULL))
		return;
	candidate->fate = FATE_APPLIES;
	for (size_t i = 0; i < connector->exception_count; i++) {
		if (exception_matches(&connector->exceptions[i], policy, facts, sender, recipient)) {
			candidate->fate = FATE_EXCEPTED;
			candidate->exception = &connector->exceptions[i];
			return;
		}
	}
}

/* The specificity of each selector, 0 for none. */
#define SELECTOR_COUNT 3

struct specificity {
	uint32_t ranks[SELECTOR_COUNT];
};

/* A "*" beside another selector is as if it were not there; of nothing but "*" the first stays. */
static struct specificity specificity_of(const struct candidate *candidate)
{
	struct specificity s = {
		{candidate->sender_rank, candidate->recipient_rank,
		 candidate->network != NULL ? candidate->network->prefix + RANK_ANYONE + 1 : 0}};
	size_t present = 0;

	for (size_t i = 0; i < SELECTOR_COUNT; i++)
		present += s.ranks[i] != RANK_NONE;
	for (size_t i = SELECTOR_COUNT; i-- > 0 && present > 1;)
		if (s.ranks[i] == RANK_ANYONE) {
			s.ranks[i] = RANK_NONE;
			present--;
		}
	return s;
}

enum comparison {
	COMPARISON_NEITHER,
	COMPARISON_EQUAL,
	COMPARISON_REFINES,
};

/*
 * Whether a is a true refinement of b: at least as specific in each selector
 * that b has, and more specific in one, or with one selector more. A "*" that
 * b lacks is no selector more: it matches nothing less.
 */
static enum comparison compare(const struct specificity *a, const struct specificity *b)
{
	bool more = false, equal = true;

	for (size_t i = 0; i < SELECTOR_COUNT; i++) {
		if (a->ranks[i] < b->ranks[i])
			return COMPARISON_NEITHER;
		if (a->ranks[i] > b->ranks[i]) {
			equal = false;
			more = more || a->ranks[i] != RANK_ANYONE;
		}
	}
	if (equal)
		return COMPARISON_EQUAL;
	return more ? COMPARISON_REFINES : COMPARISON_NEITHER;
}

static bool displaces(const struct candidate *a, const struct candidate *b)
{
	struct specificity of_a = specificity_of(a), of_b = specificity_of(b);

	switch (compare(&of_a, &of_b)) {
	case COMPARISON_REFINES:
		return true;
	case COMPARISON_EQUAL: /* what is tried out stands in for what it is to replace */
		return a->connector->mode == MODE_TEST && b->connector->mode == MODE_ENFORCE;
	case COMPARISON_NEITHER:
		break;
	}
	return false;
}

static void displace(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *b = &candidates->list[i];

		for (size_t k = 0; k < candidates->count && b->fate == FATE_APPLIES; k++) {
			const struct candidate *a = &candidates->list[k];

			/* A displaced one still displaces: what displaced it would do so too. */
			if (a != b && (a->fate == FATE_APPLIES || a->fate == FATE_DISPLACED) &&
			    displaces(a, b)) {
				b->fate = FATE_DISPLACED;
				b->displaced_by = a->connector;
			}
		}
	}
}

void candidates_find(const struct policy *policy, const struct facts *facts, const struct address *sender,
		     const struct address *recipient, enum match_with with, struct candidates *candidates_r)
{
	struct finder finder = {.candidates = candidates_r, .policy = policy, .with = with};

	candidates_r->list = candidates_r->few;
	candidates_r->count = 0;
	candidates_r->capacity = CANDIDATES_INLINE;
	pattern_index_match(policy->senders, sender, policy->recipient_delimiter, found_pattern, &finder);
	finder.recipients = true;
	pattern_index_match(policy->recipients, recipient, policy->recipient_delimiter, found_pattern,
			    &finder);
	for (size_t i = 0; i < policy->unindexed_count; i++)
		(void)candidate_for(&finder, policy->unindexed[i]->number);
	for (size_t i = 0; i < candidates_r->count; i++)
		settle(&candidates_r->list[i], policy, facts, sender, recipient);
	displace(candidates_r);
}

void candidates_fini(struct candidates *candidates)
{
	if (candidates->list != candidates->few)
		free(candidates->list);
	candidates->list = NULL;
	candidates->count = 0;
}
