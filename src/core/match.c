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
	bool from_header;
	bool recipients; /* which index is being asked */
};

/* The client, as selectors see it. */
struct client {
	const struct facts *facts;
	bool host_read; /* only where some connector asks */
	struct certificate_host host;
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

/* From: is for connectors that ask for it, and for exceptions from them: what frees at RCPT frees there as well. */
static bool hears_header(const struct connector *connector)
{
	return connector->header_from || connector->require.nothing;
}

/* The candidate for a connector, new if need be; NULL when the connector does not count. */
static struct candidate *candidate_for(struct finder *finder, uint32_t number)
{
	struct candidates *candidates = finder->candidates;
	const struct connector *connector = finder->policy->connectors[number];
	size_t at = find_place(candidates, number);

	if (at < candidates->count && candidates->list[at].connector == connector)
		return &candidates->list[at];
	if (!connector->has_require || (finder->from_header && !hears_header(connector)) ||
	    (connector->mode == MODE_TEST && finder->with == MATCH_ENFORCING))
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

/* Selected for all that is known. */
static void found_suspect(struct finder *finder, const struct suspect *suspect)
{
	struct candidate *candidate = candidate_for(finder, suspect->number);

	if (candidate == NULL)
		return;
	candidate->anybody = suspect->anybody;
	candidate->sender_rank = suspect->rank;
	candidate->sender_pattern = suspect->pattern;
}

/* network_found: which network counts is settled with the connector's own. */
static void found_network(void *context, uint32_t owner)
{
	(void)candidate_for(context, owner);
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

/* Its name is proven to be the client's, or nobody can tell. */
static bool may_be_the_clients(const struct certificate_facts *certificate)
{
	return certificate->state == CERTIFICATE_VERIFIED || certificate->state == CERTIFICATE_UNTOLD;
}

/* The most specific name of "presenting" that such a certificate meets. */
static const struct certificate_name *find_presented(const struct connector *connector, struct client *client)
{
	const struct certificate_facts *shown = &client->facts->certificate;
	const struct certificate_name *best = NULL;

	if (!client->host_read)
		certificate_host_read(shown->subject_cn, &client->host);
	client->host_read = true;
	for (size_t i = 0; may_be_the_clients(shown) && i < connector->presenting_count; i++) {
		const struct certificate_name *name = &connector->presenting[i];

		if (certificate_subject_matches(name, &client->host, shown->subject_dn) &&
		    (best == NULL || certificate_name_rank(name) > certificate_name_rank(best)))
			best = name;
	}
	return best;
}

const struct certificate_name *match_presented(const struct connector *connector, const struct facts *facts)
{
	struct client client = {.facts = facts};

	return find_presented(connector, &client);
}

/* Everything but displacement. */
static void settle(struct candidate *candidate, const struct policy *policy, struct client *client,
		   const struct envelope *envelope)
{
	const struct connector *connector = candidate->connector;
	const struct facts *facts = client->facts;

	candidate->fate = FATE_NOT_SELECTED;
	if (connector->has_clients)
		candidate->network = cidr_set_find(&connector->clients, &facts->client);
	if (connector->has_presenting)
		candidate->presented = find_presented(connector, client);
	candidate->uncertain =
		candidate->presented != NULL && facts->certificate.state != CERTIFICATE_VERIFIED;
	if ((connector->has_senders && candidate->sender_rank == RANK_NONE) ||
	    (connector->has_recipients && candidate->recipient_rank == RANK_NONE) ||
	    (connector->has_clients && candidate->network == NULL) ||
	    (connector->has_presenting && candidate->presented == NULL))
		return;
	candidate->fate = FATE_APPLIES;
	for (size_t i = 0; i < connector->exception_count; i++) {
		if (exception_matches(&connector->exceptions[i], policy, facts, envelope)) {
			candidate->fate = FATE_EXCEPTED;
			candidate->exception = &connector->exceptions[i];
			return;
		}
	}
}

/* The specificity of each selector, 0 for none. */
#define SELECTOR_COUNT 4

struct specificity {
	uint32_t ranks[SELECTOR_COUNT];
};

/* A "*" beside another selector is as if it were not there; of nothing but "*" the first stays. */
static struct specificity specificity_of(const struct candidate *candidate)
{
	struct specificity s = {
		{candidate->sender_rank, candidate->recipient_rank,
		 candidate->network != NULL ? candidate->network->prefix + RANK_ANYONE + 1 : RANK_NONE,
		 candidate->presented != NULL ? certificate_name_rank(candidate->presented) : RANK_NONE}};
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

	if (a->uncertain)
		return false;
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

void candidates_find(const struct policy *policy, const struct facts *facts, const struct envelope *envelope,
		     enum match_with with, struct candidates *candidates_r)
{
	struct finder finder = {.candidates = candidates_r,
				.policy = policy,
				.with = with,
				.from_header = envelope->from_header};
	struct client client = {.facts = facts};

	candidates_r->list = candidates_r->few;
	candidates_r->count = 0;
	candidates_r->capacity = CANDIDATES_INLINE;
	if (envelope->suspects == NULL)
		pattern_index_match(policy->senders, envelope->sender, policy->recipient_delimiter,
				    found_pattern, &finder);
	for (size_t i = 0; envelope->suspects != NULL && i < envelope->suspects->suspect_count; i++)
		found_suspect(&finder, &envelope->suspects->suspects[i]);
	finder.recipients = true;
	pattern_index_match(policy->recipients, envelope->recipient, policy->recipient_delimiter,
			    found_pattern, &finder);
	network_index_match(&policy->networks, &facts->client, found_network, &finder);
	for (size_t i = 0; may_be_the_clients(&facts->certificate) && i < policy->unindexed_count; i++)
		(void)candidate_for(&finder, policy->unindexed[i]->number);
	for (size_t i = 0; i < candidates_r->count; i++)
		settle(&candidates_r->list[i], policy, &client, envelope);
	if (envelope->suspects == NULL)
		displace(candidates_r);
}

void candidates_fini(struct candidates *candidates)
{
	if (candidates->list != candidates->few)
		free(candidates->list);
	candidates->list = NULL;
	candidates->count = 0;
}
