/* SPDX-License-Identifier: MIT */
/*
 * Which connector speaks for a next hop. Knows nothing of protocols: whoever
 * asks is told the text that policy/deliver.c made.
 */
#include "policy/delivery.h"

#include <stdio.h>
#include <string.h>

static const char *const map_names[] = {
	[DELIVERY_MAP_TLS_POLICY] = "tls_policy",
	[DELIVERY_MAP_PARTNERS] = "partners",
	[DELIVERY_MAP_REST] = "rest",
};

static const struct delivery_answer not_found = {DELIVERY_NOT_FOUND, NULL, PATTERN_REF_NONE};
static const struct delivery_answer temp = {DELIVERY_TEMP, NULL, PATTERN_REF_NONE};

const char *delivery_result_name(enum delivery_result result)
{
	switch (result) {
	case DELIVERY_NOT_FOUND:
		return "notfound";
	case DELIVERY_FOUND:
		return "answer";
	case DELIVERY_TEMP:
		return "temp";
	}
	return "temp";
}

bool delivery_map_find(const char *name, size_t length, enum delivery_map *map_r)
{
	for (size_t i = 0; i < sizeof map_names / sizeof *map_names; i++) {
		if (strlen(map_names[i]) != length || memcmp(map_names[i], name, length) != 0)
			continue;
		*map_r = (enum delivery_map)i;
		return true;
	}
	return false;
}

/* The most specific connector so far. */
struct best {
	pattern_rank rank;
	struct delivery_answer answer;
};

struct finder {
	const struct policy *policy;
	struct best enforcing;
	struct best all;
};

/* Two of the same mode never claim the same pattern; where the modes differ, test stands in for enforce. */
static bool is_better(const struct best *best, const struct connector *connector, pattern_rank rank)
{
	if (best->answer.connector == NULL || rank != best->rank)
		return rank > best->rank;
	return connector->mode == MODE_TEST && best->answer.connector->mode == MODE_ENFORCE;
}

static void take(struct best *best, const struct connector *connector, pattern_rank rank, pattern_ref ref)
{
	if (!is_better(best, connector, rank))
		return;
	best->rank = rank;
	best->answer.connector = connector;
	best->answer.pattern = ref;
	best->answer.result = connector->deliver.nothing ? DELIVERY_NOT_FOUND : DELIVERY_FOUND;
}

/* pattern_found */
static void found_pattern(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct finder *finder = context;
	const struct connector *connector = finder->policy->connectors[owner];

	if (!connector->has_deliver)
		return;
	take(&finder->all, connector, rank, ref);
	if (connector->mode == MODE_ENFORCE && finder->policy->mode == MODE_ENFORCE)
		take(&finder->enforcing, connector, rank, ref);
}

static bool differ(const struct delivery_answer *a, const struct delivery_answer *b)
{
	if (a->result != b->result)
		return true;
	return a->result == DELIVERY_FOUND &&
	       strcmp(a->connector->deliver.answer, b->connector->deliver.answer) != 0;
}

void delivery_find_domain(const struct policy *policy, const char *domain, struct delivery *delivery_r)
{
	struct finder finder = {.policy = policy, .enforcing.answer = not_found, .all.answer = not_found};
	const struct address address = {.domain = domain};

	pattern_index_match(policy->recipients, &address, NULL, found_pattern, &finder);
	*delivery_r = (struct delivery){
		.read = NEXT_HOP_DOMAIN, .enforced = finder.enforcing.answer, .tested = finder.all.answer};
	(void)snprintf(delivery_r->next_hop.domain, sizeof delivery_r->next_hop.domain, "%s", domain);
	delivery_r->tested_differs = differ(&delivery_r->enforced, &delivery_r->tested);
}

/* Whose the answer is to give, where one table comes before the other. */
static bool belongs_to(const struct policy *policy, const struct delivery_answer *answer,
		       enum delivery_map map)
{
	bool is_rest = answer->connector != NULL &&
		       pattern_index_kind(policy->recipients, answer->pattern) == PATTERN_ANYONE;

	return map == DELIVERY_MAP_TLS_POLICY || is_rest == (map == DELIVERY_MAP_REST);
}

/* Leaves the answers of the other table out. */
static void narrow(const struct policy *policy, enum delivery_map map, struct delivery *delivery)
{
	bool enforced = belongs_to(policy, &delivery->enforced, map);
	bool tested = belongs_to(policy, &delivery->tested, map);

	/* Where the partners' table would answer, the rest's would not be asked. */
	bool unasked = map == DELIVERY_MAP_REST && !tested && delivery->tested.result == DELIVERY_FOUND;

	if (!enforced)
		delivery->enforced = not_found;
	if (!tested)
		delivery->tested = not_found;
	delivery->tested_differs = !unasked && differ(&delivery->enforced, &delivery->tested);
}

void delivery_find(const struct policy *policy, enum delivery_map map, const char *next_hop,
		   struct delivery *delivery_r)
{
	struct next_hop read;
	enum next_hop_result result = next_hop_parse(next_hop, &read);

	switch (result) {
	case NEXT_HOP_DOMAIN:
		delivery_find_domain(policy, read.domain, delivery_r);
		narrow(policy, map, delivery_r);
		return;
	case NEXT_HOP_PARENT:
		*delivery_r = (struct delivery){.read = result, .enforced = not_found, .tested = not_found};
		return;
	case NEXT_HOP_INVALID:
	case NEXT_HOP_UNCONVERTIBLE:
		break;
	}
	*delivery_r = (struct delivery){.read = result,
					.enforced = policy->mode == MODE_ENFORCE ? temp : not_found,
					.tested = temp,
					.tested_differs = policy->mode == MODE_TEST};
}

const char *delivery_text(const struct delivery_answer *answer)
{
	return answer->result == DELIVERY_FOUND ? answer->connector->deliver.answer : NULL;
}
