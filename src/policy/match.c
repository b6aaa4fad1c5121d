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

/* What the index callbacks need. */
struct finder {
	struct candidates *candidates;
	const struct policy *policy;
	enum match_with with;
	bool from_header;
	enum selector_key asked; /* which index is being asked */
	uint32_t *
		order; /* the candidates by number of their connectors: these are moved, and not the candidates */
	uint32_t few[CANDIDATES_INLINE];
};

/* As many places in order as in the list. */
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
		finder->order = xcalloc(candidates->capacity, sizeof *finder->order);
		memcpy(finder->order, finder->few, sizeof finder->few);
	} else {
		candidates->list =
			xreallocarray(candidates->list, candidates->capacity, sizeof *candidates->list);
		finder->order = xreallocarray(finder->order, candidates->capacity, sizeof *finder->order);
	}
}

static const struct connector *connector_at(const struct finder *finder, size_t place)
{
	return finder->candidates->list[finder->order[place]].connector;
}

/* The place of the connector in the order of the file, or where it belongs. */
static size_t match_find_place(const struct finder *finder, uint32_t number)
{
	size_t from = 0, to = finder->candidates->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (connector_at(finder, middle)->number < number)
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
	size_t at = match_find_place(finder, number);

	if (at < candidates->count && connector_at(finder, at) == connector)
		return &candidates->list[finder->order[at]];
	if (!connector->has_require || (finder->from_header && !connector_counts_in_from(connector)) ||
	    (connector->mode == MODE_TEST && finder->with == MATCH_ENFORCING))
		return NULL;
	grow(finder);
	memmove(&finder->order[at + 1], &finder->order[at], (candidates->count - at) * sizeof *finder->order);
	finder->order[at] = (uint32_t)candidates->count;
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

/* network_found: which network counts is settled with the connector's own. */
static void found_network(void *context, uint32_t owner)
{
	(void)candidate_for(context, owner);
}

/* Those that can only be tried, one by one. */
static void find_unindexed(struct finder *finder, enum selector_key key, const struct facts *facts)
{
	const struct connector_list *list = &finder->policy->unindexed[key];

	if (list->count > 0 && (selectors[key].may_match == NULL || selectors[key].may_match(facts)))
		for (size_t i = 0; i < list->count; i++)
			(void)candidate_for(finder, list->list[i]->number);
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

/* Puts the candidates themselves into that order, and ends it. */
static void end_order(struct finder *finder)
{
	struct candidates *candidates = finder->candidates;
	struct candidate few[CANDIDATES_INLINE], *sorted = few;
	bool in_order = true;

	for (size_t i = 0; i < candidates->count; i++)
		in_order = in_order && finder->order[i] == i;
	if (!in_order && candidates->list != candidates->few)
		sorted = xcalloc(candidates->capacity, sizeof *sorted);
	for (size_t i = 0; i < candidates->count && !in_order; i++)
		sorted[i] = candidates->list[finder->order[i]];
	if (!in_order && sorted == few) {
		memcpy(candidates->few, few, candidates->count * sizeof *few);
	} else if (!in_order) {
		free(candidates->list);
		candidates->list = sorted;
	}
	if (finder->order != finder->few)
		free(finder->order);
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
	finder.order = finder.few;
	candidates_r->list = candidates_r->few;
	candidates_r->count = candidates_r->comparisons = 0;
	candidates_r->capacity = CANDIDATES_INLINE;
	if (envelope->possible == NULL)
		pattern_index_match(policy->senders, envelope->sender, policy->recipient_delimiter,
				    match_found_pattern, &finder);
	for (size_t i = 0; envelope->possible != NULL && i < envelope->possible->possible_count; i++)
		found_possible(&finder, &envelope->possible->possible[i]);
	finder.asked = SELECTOR_RECIPIENTS;
	pattern_index_match(policy->recipients, envelope->recipient, policy->recipient_delimiter,
			    match_found_pattern, &finder);
	network_index_match(&policy->networks, &facts->client, found_network, &finder);
	for (enum selector_key i = SELECTOR_SESSION; i < SELECTOR_COUNT; i++)
		find_unindexed(&finder, i, facts);
	end_order(&finder);
	for (size_t i = 0; i < candidates_r->count; i++)
		match_settle(&candidates_r->list[i], policy, &client, envelope);
	if (envelope->possible == NULL)
		candidates_displace(candidates_r);
}

void candidates_fini(struct candidates *candidates)
{
	if (candidates->list != candidates->few)
		free(candidates->list);
	candidates->list = NULL;
	candidates->count = 0;
}
