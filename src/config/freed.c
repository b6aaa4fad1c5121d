/* SPDX-License-Identifier: MIT */
/*
 * What "require: none" frees mail from. Knows patterns and networks, and that
 * of two patterns which match the same address one holds the other. Where the
 * policy is too large to be sure, nothing is said.
 */
#include "config/freed.h"

#include <stdlib.h>
#include <string.h>

#include "core/demand.h"
#include "core/memory.h"

/* Beyond these nothing is said. */
#define PAIRS_MAX ((size_t)1 << 20)
#define NETWORKS_MAX ((size_t)20 * 1000 * 1000)

enum side {
	SIDE_SENDERS,
	SIDE_RECIPIENTS,
	SIDE_COUNT,
};

/* An exception ("require: none") and a connector that it may displace. */
struct freeing {
	uint32_t exception;
	uint32_t connector;
	/* By bit of side, for at least one address: */
	uint8_t may; /* some pattern of the exception lies within one of the connector's */
	uint8_t certain; /* the exception is as specific as the connector, or more */
	uint8_t more; /* and it is more specific */
	uint8_t lost; /* nothing but "*" is there on both sides, and the exception's counts for nothing */
};

struct search {
	const struct build *build;
	const struct policy *policy;
	const bool *has_anyone;
	const struct pattern_index *index; /* of the side under way */
	enum side side;
	struct freeing *pairs;
	size_t count;
	size_t capacity;
	size_t networks; /* compared so far */
	bool too_much;
};

static bool frees(const struct connector *connector)
{
	return connector->has_require && connector->require.nothing;
}

static bool has_anyone(const struct search *search, const struct connector *connector, enum side side)
{
	return search->has_anyone[SIDE_COUNT * connector->number + side];
}

static bool has_side(const struct connector *connector, enum side side)
{
	return side == SIDE_SENDERS ? connector->has_senders : connector->has_recipients;
}

static void add_pair(struct search *search, const struct freeing *pair)
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
static void find_holders(const struct search *search, pattern_ref ref, struct holders *holders_r)
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
		strbuf_printf(&domain, "\001%s", text); /* a label that no domain has */
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

static size_t count_selectors(const struct connector *connector)
{
	return (size_t)connector->has_senders + connector->has_recipients + connector->has_clients +
	       connector->has_presenting;
}

/*
 * Whether "*" of the exception meets "*" of the connector in vain: beside its
 * other selectors it counts for nothing, and the connector has no other. Of
 * nothing but "*" one counts; in test mode that displaces what is its equal.
 */
static bool is_lost(const struct search *search, const struct connector *exception,
		    const struct connector *connector)
{
	bool displaces_equal = exception->mode == MODE_TEST && connector->mode == MODE_ENFORCE &&
			       has_anyone(search, exception, SIDE_SENDERS) &&
			       has_anyone(search, exception, SIDE_RECIPIENTS);

	return count_selectors(connector) == 1 && count_selectors(exception) > 1 && !displaces_equal;
}

static void pair_up(struct search *search, uint32_t exception, const struct holders *holders)
{
	const pattern_rank rank = highest_rank(holders, exception);
	const uint8_t bit = (uint8_t)(1 << search->side);
	size_t last;

	for (size_t first = 0; first < holders->count && !search->too_much; first = last + 1) {
		const struct holder *holder = &holders->list[first];
		const struct connector *connector = search->policy->connectors[holder->owner];
		struct freeing pair = {.exception = exception, .connector = holder->owner};

		last = last_of_owner(holders, first);
		if (holder->rank > holders->rank || frees(connector))
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
	struct search *search = context;
	struct holders holders = {0};
	bool found = false;

	(void)hash;
	for (size_t i = 0; i < count && !search->too_much; i++) {
		if (!frees(search->policy->connectors[claims[i].owner]))
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
static bool is_wide(const struct search *search, const struct connector *connector)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (has_side(connector, side) && !has_anyone(search, connector, side))
			return false;
	return connector->has_clients || connector->has_presenting;
}

static void pair_with_wide(struct search *search)
{
	const struct policy *policy = search->policy;

	for (size_t c = 0; c < policy->connector_count && !search->too_much; c++) {
		if (frees(policy->connectors[c]) || !is_wide(search, policy->connectors[c]))
			continue;
		for (size_t e = 0; e < policy->connector_count && !search->too_much; e++) {
			const struct freeing pair = {.exception = (uint32_t)e, .connector = (uint32_t)c};

			if (frees(policy->connectors[e]))
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
static void merge_pairs(struct search *search)
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

static bool holds_network(const struct cidr_set *set, const struct cidr *network)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->networks[i].prefix <= network->prefix &&
		    cidr_contains(&set->networks[i], &network->network))
			return true;
	return false;
}

/* Whether for some address a is as specific as b, or more. */
static bool clients_certain(const struct cidr_set *a, const struct cidr_set *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct cidr *other = cidr_set_find(b, &a->networks[i].network);

		if (other != NULL && other->prefix <= a->networks[i].prefix)
			return true;
	}
	return false;
}

/* Whether some network of a lies within one of b. */
static bool clients_within(struct search *search, const struct cidr_set *a, const struct cidr_set *b)
{
	if (a->count > 0 && b->count > NETWORKS_MAX / a->count)
		search->too_much = true;
	else
		search->networks += a->count * b->count;
	if (search->networks > NETWORKS_MAX)
		search->too_much = true;
	for (size_t i = 0; i < a->count && !search->too_much; i++)
		if (holds_network(b, &a->networks[i]))
			return true;
	return search->too_much;
}

/* Whether it cannot be ruled out that the exception displaces the connector for some mail. */
static bool may_free(struct search *search, const struct freeing *pair)
{
	const struct connector *exception = search->policy->connectors[pair->exception];
	const struct connector *connector = search->policy->connectors[pair->connector];

	for (enum side side = 0; side < SIDE_COUNT; side++) {
		bool restricts = has_side(connector, side) &&
				 !(has_anyone(search, connector, side) && count_selectors(connector) > 1);

		if (restricts && (pair->may & (1 << side)) == 0)
			return false;
	}
	if (connector->has_presenting && !exception->has_presenting)
		return false;
	return !connector->has_clients ||
	       (exception->has_clients && clients_within(search, &exception->clients, &connector->clients));
}

/* Whether it certainly does, for some mail. */
static bool does_free(struct search *search, const struct freeing *pair)
{
	const struct connector *exception = search->policy->connectors[pair->exception];
	const struct connector *connector = search->policy->connectors[pair->connector];
	bool more = pair->more != 0;

	if (exception->mode != connector->mode || exception->exception_count > 0 ||
	    connector->exception_count > 0 || connector->header_from || connector->has_presenting)
		return false;
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		if (has_side(connector, side) &&
		    ((pair->certain & (1 << side)) == 0 || has_anyone(search, exception, side)))
			return false;
		if (has_side(exception, side) && !has_side(connector, side) &&
		    !has_anyone(search, exception, side))
			more = true;
	}
	if (connector->has_clients &&
	    !(exception->has_clients && clients_certain(&exception->clients, &connector->clients)))
		return false;
	return more || (exception->has_clients && !connector->has_clients) || exception->has_presenting;
}

/* What a connector demands, a bit for each kind of demand. */
static uint32_t demand_bits(const struct require *require)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < demand_count; i++)
		bits |= demands[i].asked(require) ? 1u << i : 0;
	return bits;
}

/* Whether a demands all that b does, and something else. */
static bool asks_more(const struct connector *a, const struct connector *b)
{
	uint32_t of_a = demand_bits(&a->require), of_b = demand_bits(&b->require);

	if ((of_a & of_b) != of_b || a->require.min_version < b->require.min_version)
		return false;
	return of_a != of_b || a->require.min_version > b->require.min_version;
}

/* stricter: NULL when nothing is freed; milder: NULL when it is the one that the exception meets in vain. */
static void report(const struct search *search, const struct connector *exception,
		   const struct connector *stricter, const struct connector *milder)
{
	const struct source *source = &search->build->source;
	const struct origin *origin = &search->build->enabled.origins[exception->number];
	const struct source at = source_at(source, origin->require);
	const struct path list = {.key = "connectors"};
	const struct path item = {.parent = &list, .index = origin->index};
	const struct path require = {.parent = &item, .key = "require"};

	if (stricter == NULL)
		report_warning_at(&at, &require, origin->require,
				  "\"none\" frees no mail: no wider connector demands anything of it");
	else if (milder == NULL)
		report_warning_at(
			&at, &require, origin->require,
			"\"none\" frees no mail: \"*\" counts for nothing beside another selector, and "
			"\"%s\" (%s:%u:%u) still applies; write it as \"except\" there",
			stricter->name, source_at(source, stricter->place).name,
			(unsigned)stricter->place.line, (unsigned)stricter->place.column);
	else
		report_warning_at(&at, &require, origin->require,
				  "\"none\" frees mail not only from \"%s\" (%s:%u:%u), but also from \"%s\" "
				  "(%s:%u:%u), which demands more",
				  milder->name, source_at(source, milder->place).name,
				  (unsigned)milder->place.line, (unsigned)milder->place.column,
				  stricter->name, source_at(source, stricter->place).name,
				  (unsigned)stricter->place.line, (unsigned)stricter->place.column);
}

static int count_bits(uint32_t bits)
{
	return __builtin_popcount(bits);
}

/* pairs: all of one exception. */
static void advise_on(struct search *search, const struct connector *exception, const struct freeing *pairs,
		      size_t count)
{
	const struct connector *mildest = NULL, *missed = NULL;
	bool may = false;

	for (size_t i = 0; i < count; i++) {
		const struct connector *connector = search->policy->connectors[pairs[i].connector];

		may = may || may_free(search, &pairs[i]);
		if (pairs[i].lost != 0 && missed == NULL)
			missed = connector;
		if (does_free(search, &pairs[i]) &&
		    (mildest == NULL || count_bits(demand_bits(&connector->require)) <
						count_bits(demand_bits(&mildest->require))))
			mildest = connector;
	}
	if (!may && !search->too_much)
		report(search, exception, missed, NULL);
	for (size_t i = 0; i < count && mildest != NULL && !search->too_much; i++) {
		const struct connector *connector = search->policy->connectors[pairs[i].connector];

		if (asks_more(connector, mildest) && does_free(search, &pairs[i])) {
			report(search, exception, connector, mildest);
			return;
		}
	}
}

void freed_advise(const struct build *build, const bool *has_anyone)
{
	const struct policy *policy = build->enabled.policy;
	struct search search = {.build = build, .policy = policy, .has_anyone = has_anyone};
	size_t from = 0, to;

	search.index = policy->senders;
	search.side = SIDE_SENDERS;
	pattern_index_each(policy->senders, visit, &search);
	search.index = policy->recipients;
	search.side = SIDE_RECIPIENTS;
	pattern_index_each(policy->recipients, visit, &search);
	pair_with_wide(&search);
	merge_pairs(&search);
	for (size_t i = 0; i < policy->connector_count && !search.too_much; i++) {
		if (!frees(policy->connectors[i]))
			continue;
		while (from < search.count && search.pairs[from].exception < i)
			from++;
		for (to = from; to < search.count && search.pairs[to].exception == i; to++)
			;
		advise_on(&search, policy->connectors[i], search.pairs + from, to - from);
		from = to;
	}
	free(search.pairs);
}
