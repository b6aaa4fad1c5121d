/* SPDX-License-Identifier: MIT */
/*
 * Which connectors apply to one sender, one recipient and one session: the
 * selectors, "except", and which connector stands in another's place. Knows
 * nothing of what connectors demand.
 */
#include "policy/match.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/displacement.h"
#include "policy/selector.h"
#include "util/memory.h"

/* An empty slot. */
#define NONE UINT32_MAX

/* What the index callbacks need. */
struct finder {
	struct candidates *candidates;
	const struct policy *policy;
	enum match_with with;
	bool from_header;
	enum selector_key asked; /* which index is being asked */
	uint32_t *slots; /* places of candidates, by a hash of the connector's number; NULL: they are few */
	size_t slot_count; /* a power of two, and twice the capacity */
};

/* The slot that has the connector, or the one that it belongs into. */
static uint32_t *find_slot(const struct finder *finder, const struct connector *connector)
{
	size_t mask = finder->slot_count - 1;
	size_t at = ((size_t)connector->number * 0x9e3779b1u) & mask;

	while (finder->slots[at] != NONE &&
	       finder->candidates->list[finder->slots[at]].connector != connector)
		at = (at + 1) & mask;
	return &finder->slots[at];
}

static struct candidate *find_listed(const struct finder *finder, const struct connector *connector)
{
	struct candidates *candidates = finder->candidates;

	if (finder->slots != NULL) {
		uint32_t place = *find_slot(finder, connector);

		return place != NONE ? &candidates->list[place] : NULL;
	}
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].connector == connector)
			return &candidates->list[i];
	return NULL;
}

static void grow(struct finder *finder)
{
	struct candidates *candidates = finder->candidates;

	assert(candidates->count <= candidates->capacity);
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
	finder->slot_count = 2 * candidates->capacity;
	finder->slots = xreallocarray(finder->slots, finder->slot_count, sizeof *finder->slots);
	memset(finder->slots, 0xff, finder->slot_count * sizeof *finder->slots);
	for (size_t i = 0; i < candidates->count; i++)
		*find_slot(finder, candidates->list[i].connector) = (uint32_t)i;
}

/* The candidate for a connector, new if need be; NULL when the connector does not count. */
static struct candidate *candidate_for(struct finder *finder, uint32_t number)
{
	struct candidates *candidates = finder->candidates;
	const struct connector *connector = finder->policy->connectors[number];
	struct candidate *listed = find_listed(finder, connector);

	candidates->work++;
	if (listed != NULL)
		return listed;
	if (!connector->has_require || (finder->from_header && !connector_counts_in_from(connector)) ||
	    (connector->mode == MODE_TEST && finder->with == MATCH_ENFORCING))
		return NULL;
	grow(finder);
	if (finder->slots != NULL)
		*find_slot(finder, connector) = (uint32_t)candidates->count;
	assert(candidates->list != NULL && candidates->count < candidates->capacity);
	candidates->list[candidates->count] = (struct candidate){.connector = connector};
	return &candidates->list[candidates->count++];
}

/* pattern_found: of several patterns of one connector the most specific counts. */
static void match_found_pattern(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct finder *finder = context;
	struct candidate *candidate = candidate_for(finder, owner);

	if (candidate != NULL && rank > candidate->fits[finder->asked].rank)
		candidate->fits[finder->asked] = (struct selector_fit){rank, ref};
}

/* Selected for all that is known. */
static void found_possible(struct finder *finder, const struct possible_match *possible)
{
	struct candidate *candidate = candidate_for(finder, possible->number);

	if (candidate == NULL)
		return;
	candidate->anybody = possible->anybody;
	candidate->fits[SELECTOR_SENDERS] = (struct selector_fit){possible->rank, possible->pattern};
}

/* selector_found: which entry counts is settled with the connector's own. */
static void match_found_session(void *context, uint32_t number)
{
	(void)candidate_for(context, number);
}

static bool exception_matches(const struct exception *exception, const struct policy *policy,
			      const struct facts *facts, const struct envelope *envelope)
{
	return (exception->senders == NULL ||
		pattern_index_holds(exception->senders, envelope->sender, policy->recipient_delimiter)) &&
	       (exception->recipients == NULL ||
		pattern_index_holds(exception->recipients, envelope->recipient,
				    policy->recipient_delimiter)) &&
	       (!exception->has_clients || cidr_set_find(&exception->clients, &facts->client) != NULL) &&
	       (!exception->authenticated || facts->authenticated);
}

/* Everything but displacement. */
static void match_settle(struct candidate *candidate, const struct policy *policy, struct client *client,
			 const struct envelope *envelope)
{
	const struct connector *connector = candidate->connector;
	const struct facts *facts = client->facts;
	enum selector_key end = connector->has_session_selector ? SELECTOR_COUNT : SELECTOR_SESSION;

	candidate->state = CANDIDATE_NOT_SELECTED;
	if (connector->has_session_selector)
		selectors_match_session(candidate, client);
	for (enum selector_key i = 0; i < end; i++)
		if (connector->has[i] && candidate->fits[i].rank == RANK_NONE)
			return;
	candidate->state = CANDIDATE_APPLIES;
	for (size_t i = 0; i < connector->exception_count; i++) {
		if (exception_matches(&connector->exceptions[i], policy, facts, envelope)) {
			candidate->state = CANDIDATE_EXCEPTED;
			candidate->exception = &connector->exceptions[i];
			return;
		}
	}
}

/* How many looks it takes to settle one, at most. */
static size_t match_work(const struct connector *connector)
{
	return connector->exception_count + connector->presenting_count + connector->has_session_selector;
}

void candidates_find(const struct policy *policy, const struct facts *facts, const struct envelope *envelope,
		     enum match_with with, struct candidates *candidates_r)
{
	struct finder finder = {.candidates = candidates_r,
				.policy = policy,
				.with = with,
				.from_header = envelope->from_header,
				.asked = SELECTOR_SENDERS};
	struct client client = {.facts = facts};

	assert(policy->is_finished);
	candidates_r->list = candidates_r->few;
	candidates_r->count = candidates_r->comparisons = candidates_r->work = 0;
	candidates_r->capacity = CANDIDATES_INLINE;
	if (envelope->possible == NULL)
		pattern_index_match(policy->senders, envelope->sender, policy->recipient_delimiter,
				    match_found_pattern, &finder);
	for (size_t i = 0; envelope->possible != NULL && i < envelope->possible->possible_count; i++)
		found_possible(&finder, &envelope->possible->possible[i]);
	finder.asked = SELECTOR_RECIPIENTS;
	pattern_index_match(policy->recipients, envelope->recipient, policy->recipient_delimiter,
			    match_found_pattern, &finder);
	for (enum selector_key i = SELECTOR_SESSION; i < SELECTOR_COUNT; i++)
		selectors[i].find(policy, &client, match_found_session, &finder);
	free(finder.slots);
	for (size_t i = 0; i < candidates_r->count; i++) {
		match_settle(&candidates_r->list[i], policy, &client, envelope);
		candidates_r->work += match_work(candidates_r->list[i].connector);
	}
	if (envelope->possible == NULL)
		candidates_displace(candidates_r);
}

static int match_compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->connector->number > y->connector->number) - (x->connector->number < y->connector->number);
}

void candidates_sort(struct candidates *candidates)
{
	qsort(candidates->list, candidates->count, sizeof *candidates->list, match_compare_candidates);
}

void candidates_fini(struct candidates *candidates)
{
	if (candidates->list != candidates->few)
		free(candidates->list);
	candidates->list = NULL;
	candidates->count = 0;
}
