/* SPDX-License-Identifier: MIT */
/*
 * Connectors that stand in each other's way. Looks at patterns alone, one look
 * at each: the list of patterns may have a million of them. How a connector
 * displaces another is core/match.c's to say; this follows it.
 */
#include "lint/overlap.h"

#include <stdlib.h>
#include <string.h>

#include "lint/freed.h"
#include "core/memory.h"

enum selector {
	SELECTOR_SENDERS,
	SELECTOR_RECIPIENTS,
	SELECTOR_CLIENTS,
	SELECTOR_PRESENTING,
	SELECTOR_COUNT,
};

/* What one connector selects, and what is known of it so far. */
struct outline {
	uint64_t sums[SELECTOR_COUNT]; /* over hashes: equal sets have equal sums */
	size_t counts[SELECTOR_COUNT];
	bool anyone[SELECTOR_COUNT]; /* "*" is in it */
	bool stays[SELECTOR_COUNT]; /* some pattern in it is not taken over by others */
	const struct connector *displaced_by; /* one of those that take over */
};

struct search {
	const struct policy *policy;
	const struct pattern_index *index; /* of the selector under way */
	enum selector selector;
	struct outline *outlines; /* by connector number */
};

static uint64_t mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
	return hash ^ (hash >> 31);
}

static uint64_t hash_bytes(const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;
	uint64_t hash = length;

	while (length-- > 0)
		hash = mix(hash + *byte++ + 1);
	return hash;
}

static void count_in(struct outline *outline, enum selector selector, uint64_t hash)
{
	outline->sums[selector] += mix(hash) | 1;
	outline->counts[selector]++;
}

/* pattern_visit */
static bool outline_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			    size_t count)
{
	struct search *search = context;
	bool anyone = pattern_index_kind(search->index, ref) == PATTERN_ANYONE;

	for (size_t i = 0; i < count; i++) {
		struct outline *outline = &search->outlines[claims[i].owner];

		count_in(outline, search->selector, hash);
		outline->anyone[search->selector] |= anyone;
	}
	return true;
}

static void outline_texts(struct search *search, const struct connector *connector)
{
	struct outline *outline = &search->outlines[connector->number];

	for (size_t i = 0; i < connector->clients.count; i++) {
		char text[CIDR_TEXT_SIZE];

		(void)cidr_print(&connector->clients.networks[i], text);
		count_in(outline, SELECTOR_CLIENTS, hash_bytes(text, strlen(text)));
	}
	for (size_t i = 0; i < connector->presenting_count; i++) {
		const struct certificate_name *name = &connector->presenting[i];

		count_in(outline, SELECTOR_PRESENTING,
			 hash_bytes(name->text, strlen(name->text)) + name->kind);
	}
}

static void look_at(struct search *search, enum selector selector)
{
	search->selector = selector;
	search->index = selector == SELECTOR_SENDERS ? search->policy->senders : search->policy->recipients;
}

static void outline_all(struct search *search)
{
	look_at(search, SELECTOR_SENDERS);
	pattern_index_each(search->index, outline_pattern, search);
	look_at(search, SELECTOR_RECIPIENTS);
	pattern_index_each(search->index, outline_pattern, search);
	for (size_t i = 0; i < search->policy->connector_count; i++)
		outline_texts(search, search->policy->connectors[i]);
}

/* A "*" that stands alone beside another selector restricts nothing. */
static bool restricts(const struct outline *outline, enum selector selector)
{
	return outline->counts[selector] > 0 &&
	       !(outline->counts[selector] == 1 && outline->anyone[selector]);
}

/* Whether a is there for all mail that b is there for, and as specific, as far as the other selectors go. */
static bool agree_elsewhere(const struct search *search, uint32_t a, uint32_t b)
{
	const struct outline *first = &search->outlines[a], *second = &search->outlines[b];

	for (enum selector s = 0; s < SELECTOR_COUNT; s++) {
		bool restricted = restricts(first, s);

		if (s == search->selector)
			continue;
		if (restricted != restricts(second, s) || (restricted && first->sums[s] != second->sums[s]))
			return false;
	}
	return true;
}

/* Whether connector a, where its pattern is more specific, always stands in the place of b. */
static bool can_stand_for(const struct search *search, uint32_t a, uint32_t b)
{
	const struct connector *first = search->policy->connectors[a];
	const struct connector *second = search->policy->connectors[b];

	/* Where From: counts: none stands for another when it is in doubt, nor does what it does not select at all. */
	bool by_header = second->header_from ||
			 (second->require.nothing && !first->require.nothing && !first->header_from);

	return a != b && (first->has_require || !second->has_require) &&
	       (first->has_deliver || !second->has_deliver) && first->exception_count == 0 &&
	       first->mode == second->mode && !by_header && agree_elsewhere(search, a, b);
}

/* Who is more specific than a pattern for some addresses that it matches. */
struct takers {
	pattern_ref pattern;
	pattern_rank rank; /* of the pattern itself */
	struct taker {
		uint32_t owner;
		pattern_rank rank;
	} * list;
	size_t count;
	size_t capacity;
};

/* pattern_found */
static void note_taker(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct takers *takers = context;

	if (ref == takers->pattern)
		takers->rank = rank;
	takers->list = vector_grow(takers->list, takers->count, &takers->capacity, sizeof *takers->list);
	takers->list[takers->count++] = (struct taker){owner, rank};
}

static void find_takers(const struct search *search, pattern_ref pattern, const char *domain,
			struct takers *takers_r)
{
	const struct address address = {.domain = domain};

	*takers_r = (struct takers){.pattern = pattern};
	pattern_index_match(search->index, &address, NULL, note_taker, takers_r);
}

static const struct connector *taker_for(const struct search *search, const struct takers *takers,
					 uint32_t owner)
{
	for (size_t i = 0; i < takers->count; i++)
		if (takers->list[i].rank > takers->rank &&
		    can_stand_for(search, takers->list[i].owner, owner))
			return search->policy->connectors[takers->list[i].owner];
	return NULL;
}

/*
 * "*.x" is taken over where others have both x and ".x" (or a pattern between,
 * which there is none): only such a pattern can be taken over as a whole.
 */
static void take_over(struct search *search, pattern_ref ref, const struct pattern_claim *claims,
		      size_t count)
{
	char *text = pattern_index_text(search->index, ref);
	const char *domain = text + strlen("*.");
	struct strbuf below = {0};
	struct takers of_domain, of_rest;

	strbuf_printf(&below, DOMAIN_NO_LABEL ".%s", domain);
	find_takers(search, ref, domain, &of_domain);
	find_takers(search, ref, below.text, &of_rest);
	for (size_t i = 0; i < count; i++) {
		struct outline *outline = &search->outlines[claims[i].owner];
		const struct connector *taker = taker_for(search, &of_domain, claims[i].owner);

		if (taker == NULL || taker_for(search, &of_rest, claims[i].owner) == NULL)
			outline->stays[search->selector] = true;
		else if (outline->displaced_by == NULL)
			outline->displaced_by = taker;
	}
	free(of_domain.list);
	free(of_rest.list);
	strbuf_fini(&below);
	free(text);
}

/* pattern_visit */
static bool check_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			  size_t count)
{
	struct search *search = context;
	bool is_tree = pattern_index_kind(search->index, ref) == PATTERN_DOMAIN_TREE;
	bool open = false;

	(void)hash;
	for (size_t i = 0; i < count; i++) {
		struct outline *outline = &search->outlines[claims[i].owner];

		outline->stays[search->selector] |= !is_tree;
		open = open || !outline->stays[search->selector];
	}
	if (open)
		take_over(search, ref, claims, count);
	return true;
}

static void report_displaced(const struct lint *lint, const struct connector *connector,
			     const struct connector *by)
{
	origin_warning(&lint->source, &lint->origins[connector->number], NULL, connector->place,
		       "never applies: all that it selects belongs to more specific connectors, such as "
		       "\"%s\" (%s:%u:%u)",
		       by->name, source_at(&lint->source, by->place).name, (unsigned)by->place.line,
		       (unsigned)by->place.column);
}

static void advise_displaced(const struct lint *lint, struct search *search)
{
	for (enum selector s = SELECTOR_SENDERS; s <= SELECTOR_RECIPIENTS; s++) {
		look_at(search, s);
		for (size_t i = 0; i < search->policy->connector_count; i++)
			search->outlines[i].displaced_by = NULL;
		pattern_index_each(search->index, check_pattern, search);
		for (size_t i = 0; i < search->policy->connector_count; i++) {
			const struct outline *outline = &search->outlines[i];

			if (outline->counts[s] > 0 && !outline->stays[s] && outline->displaced_by != NULL)
				report_displaced(lint, search->policy->connectors[i], outline->displaced_by);
		}
	}
}

void overlap_advise(const struct lint *lint)
{
	const struct policy *policy = lint->policy;
	struct search search = {.policy = policy};
	bool *anyone;

	search.outlines = xcalloc(policy->connector_count, sizeof *search.outlines);
	outline_all(&search);
	advise_displaced(lint, &search);
	anyone = xcalloc(policy->connector_count, 2 * sizeof *anyone);
	for (size_t i = 0; i < policy->connector_count; i++) {
		anyone[2 * i] = search.outlines[i].anyone[SELECTOR_SENDERS];
		anyone[2 * i + 1] = search.outlines[i].anyone[SELECTOR_RECIPIENTS];
	}
	free(search.outlines);
	freed_advise(lint, anyone);
	free(anyone);
}
