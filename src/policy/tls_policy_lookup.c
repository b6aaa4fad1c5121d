/* SPDX-License-Identifier: MIT */
/*
 * Which connector speaks for a next hop. Knows nothing of protocols: whoever
 * asks is told the text that policy/tls_policy.c made.
 */
#include "policy/tls_policy_lookup.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const map_names[] = {
	[TLS_POLICY_MAP_ALL] = "tls_policy",
	[TLS_POLICY_MAP_PARTNERS] = "partners",
	[TLS_POLICY_MAP_REST] = "rest",
};

static const struct tls_policy_answer not_found = {TLS_POLICY_NOT_FOUND, NULL, PATTERN_REF_NONE};
static const struct tls_policy_answer temp = {TLS_POLICY_TEMP, NULL, PATTERN_REF_NONE};

const char *tls_policy_result_name(enum tls_policy_result result)
{
	static const char *const names[] = {
		[TLS_POLICY_NOT_FOUND] = "notfound",
		[TLS_POLICY_FOUND] = "answer",
		[TLS_POLICY_TEMP] = "temp",
	};

	return names[result];
}

bool tls_policy_map_find(const char *name, size_t length, enum tls_policy_map *map_r)
{
	for (size_t i = 0; i < sizeof map_names / sizeof *map_names; i++) {
		if (strlen(map_names[i]) != length || memcmp(map_names[i], name, length) != 0)
			continue;
		*map_r = (enum tls_policy_map)i;
		return true;
	}
	return false;
}

/* The most specific connector so far; RANK_NONE: none yet. */
struct best {
	pattern_rank rank;
	struct tls_policy_answer answer;
};

struct finder {
	const struct policy *policy;
	struct best enforcing;
	struct best all;
};

/* Two of the same mode never claim the same pattern; where the modes differ, test stands in for enforce. */
static bool is_better(const struct best *best, const struct connector *connector, pattern_rank rank)
{
	if (rank != best->rank)
		return rank > best->rank;
	return connector->mode == MODE_TEST;
}

static void lookup_take(struct best *best, const struct connector *connector, pattern_rank rank,
			pattern_ref ref)
{
	if (!is_better(best, connector, rank))
		return;
	assert(connector->tls_policy.nothing || connector->tls_policy.answer != NULL);
	best->rank = rank;
	best->answer.connector = connector;
	best->answer.pattern = ref;
	best->answer.result = connector->tls_policy.nothing ? TLS_POLICY_NOT_FOUND : TLS_POLICY_FOUND;
}

bool tls_policy_is_enforced(const struct policy *policy, const struct connector *connector)
{
	return connector->has_tls_policy && connector->mode == MODE_ENFORCE && policy->mode == MODE_ENFORCE;
}

/* pattern_found */
static void lookup_found_pattern(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct finder *finder = context;
	const struct connector *connector = finder->policy->connectors[owner];

	if (!connector->has_tls_policy)
		return;
	lookup_take(&finder->all, connector, rank, ref);
	if (tls_policy_is_enforced(finder->policy, connector))
		lookup_take(&finder->enforcing, connector, rank, ref);
}

static bool differ(const struct tls_policy_answer *a, const struct tls_policy_answer *b)
{
	if (a->result != b->result)
		return true;
	return a->result == TLS_POLICY_FOUND &&
	       strcmp(a->connector->tls_policy.answer, b->connector->tls_policy.answer) != 0;
}

void tls_policy_look_up_domain(const struct policy *policy, const char *domain,
			       struct tls_policy_lookup *lookup_r)
{
	struct finder finder = {.policy = policy, .enforcing.answer = not_found, .all.answer = not_found};
	const struct address address = {.domain = domain};

	pattern_index_match(policy->recipients, &address, NULL, lookup_found_pattern, &finder);
	*lookup_r = (struct tls_policy_lookup){
		.read = NEXT_HOP_DOMAIN, .enforced = finder.enforcing.answer, .tested = finder.all.answer};
	(void)snprintf(lookup_r->next_hop.domain, sizeof lookup_r->next_hop.domain, "%s", domain);
	lookup_r->tested_differs = differ(&lookup_r->enforced, &lookup_r->tested);
}

/* Whose the answer is to give, where one table comes before the other. */
static bool belongs_to(const struct policy *policy, const struct tls_policy_answer *answer,
		       enum tls_policy_map map)
{
	bool is_rest = answer->connector != NULL &&
		       pattern_index_kind(policy->recipients, answer->pattern) == PATTERN_ANYONE;

	return map == TLS_POLICY_MAP_ALL || is_rest == (map == TLS_POLICY_MAP_REST);
}

/* Leaves the answers of the other table out. */
static void narrow(const struct policy *policy, enum tls_policy_map map, struct tls_policy_lookup *lookup)
{
	bool enforced = belongs_to(policy, &lookup->enforced, map);
	bool tested = belongs_to(policy, &lookup->tested, map);

	/* Where the partners' table would answer, the rest's would not be asked. */
	bool unasked = map == TLS_POLICY_MAP_REST && !tested && lookup->tested.result == TLS_POLICY_FOUND;

	if (!enforced)
		lookup->enforced = not_found;
	if (!tested)
		lookup->tested = not_found;
	lookup->tested_differs = !unasked && differ(&lookup->enforced, &lookup->tested);
}

void tls_policy_look_up(const struct policy *policy, enum tls_policy_map map, const char *next_hop,
			struct tls_policy_lookup *lookup_r)
{
	struct next_hop read;
	enum next_hop_result result = next_hop_parse(next_hop, &read);

	switch (result) {
	case NEXT_HOP_DOMAIN:
		tls_policy_look_up_domain(policy, read.domain, lookup_r);
		narrow(policy, map, lookup_r);
		return;
	case NEXT_HOP_PARENT:
		*lookup_r = (struct tls_policy_lookup){
			.read = result, .enforced = not_found, .tested = not_found};
		return;
	case NEXT_HOP_INVALID:
	case NEXT_HOP_UNCONVERTIBLE:
		break;
	}
	*lookup_r = (struct tls_policy_lookup){.read = result,
					       .enforced = policy->mode == MODE_ENFORCE ? temp : not_found,
					       .tested = temp,
					       .tested_differs = policy->mode == MODE_TEST};
}

const char *tls_policy_answer_text(const struct tls_policy_answer *answer)
{
	return answer->result == TLS_POLICY_FOUND ? answer->connector->tls_policy.answer : NULL;
}
