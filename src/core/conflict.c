/* SPDX-License-Identifier: MIT */
/*
 * Finds connectors of a policy that claim the same pattern with nothing to
 * tell them apart. For the check of a policy file; no decision needs it.
 */
#include "core/policy.h"

#include <stdlib.h>

#include "core/memory.h"

enum selector {
	SELECTOR_SENDERS,
	SELECTOR_RECIPIENTS,
	SELECTOR_CLIENTS,
	SELECTOR_COUNT,
};

static const char *const selector_names[] = {
	[SELECTOR_SENDERS] = "senders", [SELECTOR_RECIPIENTS] = "recipients", [SELECTOR_CLIENTS] = "clients"};

/* What a connector's selectors hold, as sums over hashes: equal sets have equal sums. */
struct signature {
	uint64_t sums[SELECTOR_COUNT];
	bool anyone[SELECTOR_COUNT]; /* holds "*" and so restricts nothing beside another selector */
};

struct search {
	const struct policy *policy;
	struct signature *signatures; /* by connector number */
	enum selector selector; /* the one under way */
	policy_conflict *conflict;
	void *context;
	bool go_on;
};

/* A claim with what must be equal for a conflict. */
struct rival {
	struct pattern_claim claim;
	uint64_t others[2];
	enum mode mode;
};

static uint64_t mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
	return hash ^ (hash >> 31);
}

static uint64_t cidr_hash(const struct cidr *cidr)
{
	uint64_t hash = mix((uint64_t)cidr->network.family << 8 | cidr->prefix);

	for (size_t i = 0; i < sizeof cidr->network.bytes; i++)
		hash = mix(hash + cidr->network.bytes[i]);
	return hash;
}

static bool sign_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			 size_t count)
{
	struct search *search = context;
	const struct pattern_index *index =
		search->selector == SELECTOR_SENDERS ? search->policy->senders : search->policy->recipients;
	bool anyone = pattern_index_kind(index, ref) == PATTERN_ANYONE;

	for (size_t i = 0; i < count; i++) {
		struct signature *signature = &search->signatures[claims[i].owner];

		signature->sums[search->selector] += mix(hash) | 1;
		signature->anyone[search->selector] |= anyone;
	}
	return true;
}

static void sign_all(struct search *search)
{
	search->selector = SELECTOR_SENDERS;
	pattern_index_each(search->policy->senders, sign_pattern, search);
	search->selector = SELECTOR_RECIPIENTS;
	pattern_index_each(search->policy->recipients, sign_pattern, search);
	for (size_t i = 0; i < search->policy->connector_count; i++) {
		const struct cidr_set *clients = &search->policy->connectors[i]->clients;

		for (size_t k = 0; k < clients->count; k++)
			search->signatures[i].sums[SELECTOR_CLIENTS] += cidr_hash(&clients->networks[k]) | 1;
	}
}

static struct rival make_rival(const struct search *search, struct pattern_claim claim)
{
	const struct signature *signature = &search->signatures[claim.owner];
	struct rival rival = {.claim = claim, .mode = search->policy->connectors[claim.owner]->mode};
	size_t n = 0;

	for (enum selector s = 0; s < SELECTOR_COUNT; s++)
		if (s != search->selector)
			rival.others[n++] = signature->anyone[s] ? 0 : signature->sums[s];
	return rival;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* What can conflict stands side by side, in the order of the file. */
static int compare_rivals(const void *a, const void *b)
{
	const struct rival *first = a, *second = b;
	int order = compare_numbers(first->mode, second->mode);

	for (size_t i = 0; i < 2 && order == 0; i++)
		order = compare_numbers(first->others[i], second->others[i]);
	return order != 0 ? order : compare_numbers(first->claim.owner, second->claim.owner);
}

static bool can_conflict(const struct rival *a, const struct rival *b)
{
	return a->mode == b->mode && a->others[0] == b->others[0] && a->others[1] == b->others[1];
}

/* rivals: all that claim pattern in the selector under way. */
static void report_rivals(struct search *search, const char *pattern, struct rival *rivals, size_t count)
{
	qsort(rivals, count, sizeof *rivals, compare_rivals);
	for (size_t i = 1; i < count && search->go_on; i++) {
		const struct rival *a = &rivals[i - 1], *b = &rivals[i];

		if (can_conflict(a, b))
			search->go_on =
				search->conflict(search->context, selector_names[search->selector], pattern,
						 search->policy->connectors[a->claim.owner], a->claim.place,
						 search->policy->connectors[b->claim.owner], b->claim.place);
	}
}

static bool check_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			  size_t count)
{
	struct search *search = context;
	const struct pattern_index *index =
		search->selector == SELECTOR_SENDERS ? search->policy->senders : search->policy->recipients;
	struct rival *rivals;
	char *pattern;

	(void)hash;
	if (count < 2)
		return true;
	rivals = xcalloc(count, sizeof *rivals);
	for (size_t i = 0; i < count; i++)
		rivals[i] = make_rival(search, claims[i]);
	pattern = pattern_index_text(index, ref);
	report_rivals(search, pattern, rivals, count);
	free(pattern);
	free(rivals);
	return search->go_on;
}

/* A network and who claims it. */
struct network_claim {
	struct cidr cidr;
	uint32_t owner;
};

static int compare_network_claims(const void *a, const void *b)
{
	const struct network_claim *first = a, *second = b;
	int order = cidr_compare(&first->cidr, &second->cidr);

	return order != 0 ? order : compare_numbers(first->owner, second->owner);
}

static struct network_claim *collect_networks(const struct policy *policy, size_t *count_r)
{
	struct network_claim *all = NULL;
	size_t capacity = 0;

	*count_r = 0;
	for (size_t i = 0; i < policy->connector_count; i++)
		for (size_t k = 0; k < policy->connectors[i]->clients.count; k++) {
			all = vector_grow(all, *count_r, &capacity, sizeof *all);
			all[(*count_r)++] = (struct network_claim){policy->connectors[i]->clients.networks[k],
								   (uint32_t)i};
		}
	if (*count_r > 0)
		qsort(all, *count_r, sizeof *all, compare_network_claims);
	return all;
}

static void check_networks(struct search *search)
{
	size_t count, to;
	struct network_claim *all = collect_networks(search->policy, &count);

	for (size_t from = 0; from < count && search->go_on; from = to) {
		char pattern[CIDR_TEXT_SIZE];
		struct rival *rivals;

		for (to = from + 1; to < count && cidr_compare(&all[from].cidr, &all[to].cidr) == 0; to++)
			;
		rivals = xcalloc(to - from, sizeof *rivals);
		for (size_t i = from; i < to; i++)
			rivals[i - from] =
				make_rival(search, (struct pattern_claim){all[i].owner, all[i].cidr.place});
		report_rivals(search, cidr_print(&all[from].cidr, pattern), rivals, to - from);
		free(rivals);
	}
	free(all);
}

void policy_each_conflict(const struct policy *policy, policy_conflict *conflict, void *context)
{
	struct search search = {.policy = policy, .conflict = conflict, .context = context, .go_on = true};

	search.signatures = xcalloc(policy->connector_count, sizeof *search.signatures);
	sign_all(&search);
	search.selector = SELECTOR_SENDERS;
	pattern_index_each(policy->senders, check_pattern, &search);
	search.selector = SELECTOR_RECIPIENTS;
	if (search.go_on)
		pattern_index_each(policy->recipients, check_pattern, &search);
	search.selector = SELECTOR_CLIENTS;
	if (search.go_on)
		check_networks(&search);
	free(search.signatures);
}
