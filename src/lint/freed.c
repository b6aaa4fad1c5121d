/* SPDX-License-Identifier: MIT */
/*
 * What "require: none" frees mail from. Knows what displaces what; which
 * connectors meet is found in freeing.c. Where the policy is too large to be
 * sure, nothing is said.
 */
#include "lint/freed.h"

#include <stdlib.h>

#include "lint/freeing.h"
#include "core/demand.h"

/* Beyond these nothing is said. */
#define NETWORKS_MAX ((size_t)20 * 1000 * 1000)

/* What is looked at, and how much of it. */
struct advice {
	const struct lint *lint;
	struct freeing_search search;
	size_t networks; /* compared so far */
};

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
static bool clients_within(struct advice *advice, const struct cidr_set *a, const struct cidr_set *b)
{
	if (a->count > 0 && b->count > NETWORKS_MAX / a->count)
		advice->search.too_much = true;
	else
		advice->networks += a->count * b->count;
	if (advice->networks > NETWORKS_MAX)
		advice->search.too_much = true;
	for (size_t i = 0; i < a->count && !advice->search.too_much; i++)
		if (holds_network(b, &a->networks[i]))
			return true;
	return advice->search.too_much;
}

/* Whether it cannot be ruled out that the exception displaces the connector for some mail. */
static bool may_free(struct advice *advice, const struct freeing *pair)
{
	const struct connector *exception = advice->search.policy->connectors[pair->exception];
	const struct connector *connector = advice->search.policy->connectors[pair->connector];

	for (enum freeing_side side = 0; side < FREEING_SIDES; side++) {
		bool restricts = freeing_has_side(connector, side) &&
				 !(freeing_has_anyone(&advice->search, connector, side) &&
				   freeing_count_selectors(connector) > 1);

		if (restricts && (pair->may & (1 << side)) == 0)
			return false;
	}
	if (connector->has_presenting && !exception->has_presenting)
		return false;
	return !connector->has_clients ||
	       (exception->has_clients && clients_within(advice, &exception->clients, &connector->clients));
}

/* Whether it certainly does, for some mail. */
static bool does_free(struct advice *advice, const struct freeing *pair)
{
	const struct connector *exception = advice->search.policy->connectors[pair->exception];
	const struct connector *connector = advice->search.policy->connectors[pair->connector];
	bool more = pair->more != 0;

	if (exception->mode != connector->mode || exception->exception_count > 0 ||
	    connector->exception_count > 0 || connector->header_from || connector->has_presenting)
		return false;
	for (enum freeing_side side = 0; side < FREEING_SIDES; side++) {
		if (freeing_has_side(connector, side) &&
		    ((pair->certain & (1 << side)) == 0 ||
		     freeing_has_anyone(&advice->search, exception, side)))
			return false;
		if (freeing_has_side(exception, side) && !freeing_has_side(connector, side) &&
		    !freeing_has_anyone(&advice->search, exception, side))
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
static void report(const struct advice *advice, const struct connector *exception,
		   const struct connector *stricter, const struct connector *milder)
{
	const struct source *source = &advice->lint->source;
	const struct origin *origin = &advice->lint->origins[exception->number];

	if (stricter == NULL)
		origin_warning(source, origin, "require", origin->require,
			       "\"none\" frees no mail: no wider connector demands anything of it");
	else if (milder == NULL)
		origin_warning(
			source, origin, "require", origin->require,
			"\"none\" frees no mail: \"*\" counts for nothing beside another selector, and "
			"\"%s\" (%s:%u:%u) still applies; write it as \"except\" there",
			stricter->name, source_at(source, stricter->place).name,
			(unsigned)stricter->place.line, (unsigned)stricter->place.column);
	else
		origin_warning(source, origin, "require", origin->require,
			       "\"none\" frees mail not only from \"%s\" (%s:%u:%u), but also from \"%s\" "
			       "(%s:%u:%u), which demands more",
			       milder->name, source_at(source, milder->place).name,
			       (unsigned)milder->place.line, (unsigned)milder->place.column, stricter->name,
			       source_at(source, stricter->place).name, (unsigned)stricter->place.line,
			       (unsigned)stricter->place.column);
}

static int count_bits(uint32_t bits)
{
	return __builtin_popcount(bits);
}

/* pairs: all of one exception. */
static void advise_on(struct advice *advice, const struct connector *exception, const struct freeing *pairs,
		      size_t count)
{
	const struct connector *mildest = NULL, *missed = NULL;
	bool may = false;

	for (size_t i = 0; i < count; i++) {
		const struct connector *connector = advice->search.policy->connectors[pairs[i].connector];

		may = may || may_free(advice, &pairs[i]);
		if (pairs[i].lost != 0 && missed == NULL)
			missed = connector;
		if (does_free(advice, &pairs[i]) &&
		    (mildest == NULL || count_bits(demand_bits(&connector->require)) <
						count_bits(demand_bits(&mildest->require))))
			mildest = connector;
	}
	if (!may && !advice->search.too_much)
		report(advice, exception, missed, NULL);
	for (size_t i = 0; i < count && mildest != NULL && !advice->search.too_much; i++) {
		const struct connector *connector = advice->search.policy->connectors[pairs[i].connector];

		if (asks_more(connector, mildest) && does_free(advice, &pairs[i])) {
			report(advice, exception, connector, mildest);
			return;
		}
	}
}

void freed_advise(const struct lint *lint, const bool *has_anyone)
{
	const struct policy *policy = lint->policy;
	struct advice advice = {.lint = lint, .search = {.policy = policy, .has_anyone = has_anyone}};
	struct freeing_search *search = &advice.search;
	size_t from = 0, to;

	freeing_find(search);
	for (size_t i = 0; i < policy->connector_count && !search->too_much; i++) {
		if (!freeing_is_exception(policy->connectors[i]))
			continue;
		while (from < search->count && search->pairs[from].exception < i)
			from++;
		for (to = from; to < search->count && search->pairs[to].exception == i; to++)
			;
		advise_on(&advice, policy->connectors[i], search->pairs + from, to - from);
		from = to;
	}
	free(search->pairs);
}
