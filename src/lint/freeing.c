/* SPDX-License-Identifier: MIT */
/*
 * Which "require: none" meets which connector, by their patterns: of two that
 * match the same address one holds the other. Says nothing to anybody.
 */
#include "lint/freeing.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Beyond these the search gives up. */
#define PAIRS_MAX ((size_t)1 << 20)

bool freeing_is_exception(const struct connector *connector)
{
	return connector->has_require && connector->require.nothing;
}

/* Of the mail that arrives: "deliver" is another matter. */
static bool demands_something(const struct connector *connector)
{
	return connector->has_require && !connector->require.nothing;
}

bool freeing_has_anyone(const struct freeing_search *search, const struct connector *connector,
			enum freeing_side side)
{
	return search->has_anyone[FREEING_SIDES * connector->number + side];
}

bool freeing_has_side(const struct connector *connector, enum freeing_side side)
{
	return side == FREEING_SENDERS ? connector->has_senders : connector->has_recipients;
}

static void add_pair(struct freeing_search *search, const struct freeing *pair)
{
	if (search->count == PAIRS_MAX) {
		search->too_much = true;
		return;
	}
	search->pairs = vector_grow(search->pairs, search->count, &search->capacity, sizeof *search->pairs);
	search->pairs[search->count++] = *pair;
}

/* The patterns that match what a pattern matches. */
struct holders {
	pattern_ref pattern;
	pattern_rank rank; /* of the pattern itself */
	struct holder {
		uint32_t owner;
		pattern_rank rank;
	} * list;
	size_t count;
	size_t capacity;
};

/* pattern_found */
static void note_holder(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct holders *holders = context;

	if (ref == holders->pattern)
		holders->rank = rank;
	holders->list = vector_grow(holders->list, holders->count, &holders->capacity, sizeof *holders->list);
	holders->list[holders->count++] = (struct holder){owner, rank};
}

static int compare_holders(const void *a, const void *b)
{
	const struct holder *first = a, *second = b;

	if (first->owner != second->owner)
		return first->owner < second->owner ? -1 : 1;
	return (first->rank > second->rank) - (first->rank < second->rank);
}

/* Looks up an address that the pattern matches, and no narrower pattern that is not its own. */
static void find_holders(const struct freeing_search *search, pattern_ref ref, struct holders *holders_r)
{
	enum pattern_kind kind = pattern_index_kind(search->index, ref);
	char *text = pattern_index_text(search->index, ref);
	char *at = kind == PATTERN_MAILBOX ? strrchr(text, '@') : NULL;
	struct strbuf domain = {0};
	struct address address = {0};

	if (at != NULL) {
		*at = '\0';
		address.local = text;
		strbuf_puts(&domain, at + 1);
	} else if (kind == PATTERN_SUBDOMAINS) {
		strbuf_printf(&domain, DOMAIN_NO_LABEL "%s", text);
	} else if (kind != PATTERN_ANYONE) {
		strbuf_puts(&domain, kind == PATTERN_DOMAIN_TREE ? text + strlen("*.") : text);
	}
	address.domain = domain.text;
	*holders_r = (struct holders){.pattern = ref};
	pattern_index_match(search->index, &address, search->policy->recipient_delimiter, note_holder,
			    holders_r);
	if (holders_r->count > 1)
		qsort(holders_r->list, holders_r->count, sizeof *holders_r->list, compare_holders);
	strbuf_fini(&domain);
	free(text);
}

/* Sorted by owner, of whom the first holder has the lowest rank and the last one the highest. */
static size_t last_of_owner(const struct holders *holders, size_t first)
{
	while (first + 1 < holders->count && holders->list[first + 1].owner == holders->list[first].owner)
		first++;
	return first;
}

static pattern_rank highest_rank(const struct holders *holders, uint32_t owner)
{
	for (size_t i = 0; i < holders->count; i = last_of_owner(holders, i) + 1)
		if (holders->list[i].owner == owner)
			return holders->list[last_of_owner(holders, i)].rank;
	return RANK_NONE;
}

size_t freeing_count_selectors(const struct connector *connector)
{
	return (size_t)connector->has_senders + connector->has_recipients + connector->has_clients +
	       connector->has_presenting;
}

/*
 * Whether "*" of the exception meets "*" of the connector in vain: beside its
 * other selectors it counts for nothing, and the connector has no other. Of
 * nothing but "*" one counts; in test mode that displaces what is its equal.
 */
static bool is_lost(const struct freeing_search *search, const struct connector *exception,
		    const struct connector *connector)
{
	bool displaces_equal = exception->mode == MODE_TEST && connector->mode == MODE_ENFORCE &&
			       freeing_has_anyone(search, exception, FREEING_SENDERS) &&
			       freeing_has_anyone(search, exception, FREEING_RECIPIENTS);

	return freeing_count_selectors(connector) == 1 && freeing_count_selectors(exception) > 1 &&
	       !displaces_equal;
}

static void pair_up(struct freeing_search *search, uint32_t exception, const struct holders *holders)
{
	const pattern_rank rank = highest_rank(holders, exception);
	const uint8_t bit = (uint8_t)(1 << search->side);
	size_t last;

	for (size_t first = 0; first < holders->count && !search->too_much; first = last + 1) {
		const struct holder *holder = &holders->list[first];
		const struct connector *connector = search->policy->connectors[holder->owner];
		struct freeing pair = {.exception = exception, .connector = holder->owner};

		last = last_of_owner(holders, first);
		if (holder->rank > holders->rank || !demands_something(connector))
			continue;
		if (holders->rank == RANK_ANYONE &&
		    is_lost(search, search->policy->connectors[exception], connector))
			pair.lost = bit;
		else
			pair.may = bit;
		pair.certain = holders->list[last].rank <= rank ? bit : 0;
		pair.more = holders->list[last].rank < rank ? bit : 0;
		add_pair(search, &pair);
	}
}

/* pattern_visit */
static bool visit(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims, size_t count)
{
	struct freeing_search *search = context;
	struct holders holders = {0};
	bool found = false;

	(void)hash;
	for (size_t i = 0; i < count && !search->too_much; i++) {
		if (!freeing_is_exception(search->policy->connectors[claims[i].owner]))
			continue;
		if (!found)
			find_holders(search, ref, &holders);
		found = true;
		pair_up(search, claims[i].owner, &holders);
	}
	free(holders.list);
	return !search->too_much;
}

/* What no index finds, or what "*" leaves to the other selectors. */
static bool is_wide(const struct freeing_search *search, const struct connector *connector)
{
	for (enum freeing_side side = 0; side < FREEING_SIDES; side++)
		if (freeing_has_side(connector, side) && !freeing_has_anyone(search, connector, side))
			return false;
	return connector->has_clients || connector->has_presenting;
}

static void pair_with_wide(struct freeing_search *search)
{
	const struct policy *policy = search->policy;

	for (size_t c = 0; c < policy->connector_count && !search->too_much; c++) {
		if (!demands_something(policy->connectors[c]) || !is_wide(search, policy->connectors[c]))
			continue;
		for (size_t e = 0; e < policy->connector_count && !search->too_much; e++) {
			const struct freeing pair = {.exception = (uint32_t)e, .connector = (uint32_t)c};

			if (freeing_is_exception(policy->connectors[e]))
				add_pair(search, &pair);
		}
	}
}

static int compare_pairs(const void *a, const void *b)
{
	const struct freeing *first = a, *second = b;

	if (first->exception != second->exception)
		return first->exception < second->exception ? -1 : 1;
	return (first->connector > second->connector) - (first->connector < second->connector);
}

/* Of the pairs of the same two connectors one stays. */
static void merge_pairs(struct freeing_search *search)
{
	size_t kept = 0;

	if (search->count == 0)
		return;
	qsort(search->pairs, search->count, sizeof *search->pairs, compare_pairs);
	for (size_t i = 1; i < search->count; i++) {
		if (compare_pairs(&search->pairs[kept], &search->pairs[i]) == 0) {
			search->pairs[kept].may |= search->pairs[i].may;
			search->pairs[kept].certain |= search->pairs[i].certain;
			search->pairs[kept].more |= search->pairs[i].more;
			search->pairs[kept].lost |= search->pairs[i].lost;
		} else {
			search->pairs[++kept] = search->pairs[i];
		}
	}
	search->count = kept + 1;
}

void freeing_find(struct freeing_search *search)
{
	search->index = search->policy->senders;
	search->side = FREEING_SENDERS;
	pattern_index_each(search->index, visit, search);
	search->index = search->policy->recipients;
	search->side = FREEING_RECIPIENTS;
	pattern_index_each(search->index, visit, search);
	pair_with_wide(search);
	merge_pairs(search);
}
