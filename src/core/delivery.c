/* SPDX-License-Identifier: MIT */
/*
 * Which connector speaks for a next hop. Knows nothing of protocols: whoever
 * asks is told the text that core/deliver.c made.
 */
#include "core/delivery.h"

#include <stdio.h>
#include <string.h>

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
	static const struct delivery_answer nothing = {.pattern = PATTERN_REF_NONE};
	struct finder finder = {.policy = policy, .enforcing.answer = nothing, .all.answer = nothing};
	const struct address address = {.domain = domain};

	pattern_index_match(policy->recipients, &address, NULL, found_pattern, &finder);
	*delivery_r = (struct delivery){
		.read = NEXT_HOP_DOMAIN, .enforced = finder.enforcing.answer, .tested = finder.all.answer};
	(void)snprintf(delivery_r->next_hop.domain, sizeof delivery_r->next_hop.domain, "%s", domain);
	delivery_r->tested_differs = differ(&delivery_r->enforced, &delivery_r->tested);
}

void delivery_find(const struct policy *policy, const char *next_hop, struct delivery *delivery_r)
{
	static const struct delivery_answer temp = {DELIVERY_TEMP, NULL, PATTERN_REF_NONE};
	static const struct delivery_answer not_found = {DELIVERY_NOT_FOUND, NULL, PATTERN_REF_NONE};
	struct next_hop read;
	enum next_hop_result result = next_hop_parse(next_hop, &read);

	switch (result) {
	case NEXT_HOP_DOMAIN:
		delivery_find_domain(policy, read.domain, delivery_r);
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
