/* SPDX-License-Identifier: MIT */
/* What "require: none" frees mail from, by samples of all that it selects. */
#include "lint/frees.h"

#include <stdlib.h>

#include "policy/demand.h"
#include "util/memory.h"

/* What is known of one exception so far. */
struct displaced_set {
	const struct connector **list; /* those from which it certainly frees some mail, each once */
	size_t count;
	size_t capacity;
	bool *listed; /* by connector number */
	bool may; /* it displaces some connector that demands something, unless an "except" holds */
	const struct connector *missed; /* the first that it meets in vain; NULL: none */
};

/* The connector selects everybody, and so does the exception, for whom that counts for nothing beside another selector. */
static bool meets_in_vain(const struct candidate *exception, const struct candidate *everybody)
{
	bool narrower = false;

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		uint32_t rank = exception->fits[i].rank, of_everybody = everybody->fits[i].rank;

		if (of_everybody > RANK_ANYONE || rank < of_everybody)
			return false;
		narrower = narrower || rank > of_everybody;
	}
	return narrower;
}

static void note_displaced(struct displaced_set *displaced, const struct connector *exception,
			   const struct connector *connector)
{
	if (displaced->listed[connector->number] || exception->mode != connector->mode ||
	    exception->exception_count > 0 || connector->exception_count > 0)
		return;
	displaced->listed[connector->number] = true;
	*VECTOR_ADD(displaced->list, displaced->count, displaced->capacity) = connector;
}

/* sample_visit */
static bool look_for_displaced(void *context, const struct candidates *candidates,
			       const struct candidate *self)
{
	struct displaced_set *displaced = context;

	for (size_t i = 0; i < candidates->count; i++) {
		const struct candidate *other = &candidates->list[i];
		const struct connector *connector = other->connector;

		if (other->state == CANDIDATE_NOT_SELECTED || connector->require.nothing)
			continue;
		if (candidate_displaces(self, other)) {
			displaced->may = true;
			note_displaced(displaced, self->connector, connector);
		} else if (meets_in_vain(self, other) &&
			   (displaced->missed == NULL || connector->number < displaced->missed->number)) {
			displaced->missed = connector;
		}
	}
	return true;
}

/* What a connector demands, a bit for each kind of demand. */
static uint32_t demand_bits(const struct connector *connector)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < demand_count; i++)
		bits |= demands[i].asked(&connector->require) ? 1u << i : 0;
	return bits;
}

/* Whether a demands all that b does, and something else. */
static bool asks_more(const struct connector *a, const struct connector *b)
{
	uint32_t of_a = demand_bits(a), of_b = demand_bits(b);

	if ((of_a & of_b) != of_b || a->require.min_version < b->require.min_version)
		return false;
	return of_a != of_b || a->require.min_version > b->require.min_version;
}

/* By how many demands, and then in the order of the file. */
static int compare_by_demands(const void *a, const void *b)
{
	const struct connector *first = *(const struct connector *const *)a;
	const struct connector *second = *(const struct connector *const *)b;
	int order = __builtin_popcount(demand_bits(first)) - __builtin_popcount(demand_bits(second));

	return order != 0 ? order : (first->number > second->number) - (first->number < second->number);
}

static void warn_of_nothing(const struct lint *lint, const struct connector *exception,
			    const struct connector *missed)
{
	const struct origin *origin = &lint->origins[exception->number];

	if (missed == NULL)
		origin_warning(&lint->source, origin, "require", origin->require,
			       "\"none\" frees no mail: no wider connector demands anything of it");
	else
		origin_warning(&lint->source, origin, "require", origin->require,
			       "\"none\" frees no mail: \"*\" counts for nothing beside another selector, "
			       "and \"%s\" (%s:%u:%u) still applies; write it as \"except\" there",
			       missed->name, lint->policy->files[missed->place.file],
			       (unsigned)missed->place.line, (unsigned)missed->place.column);
}

/* Where one of those that are freed from asks more than the one that asks least. */
static void warn_of_too_much(const struct lint *lint, const struct connector *exception,
			     const struct displaced_set *displaced)
{
	const struct origin *origin = &lint->origins[exception->number];
	const struct connector *milder, *stricter = NULL;

	if (displaced->count < 2)
		return;
	qsort(displaced->list, displaced->count, sizeof(const struct connector *), compare_by_demands);
	milder = displaced->list[0];
	for (size_t i = 1; i < displaced->count; i++)
		if (asks_more(displaced->list[i], milder) &&
		    (stricter == NULL || displaced->list[i]->number < stricter->number))
			stricter = displaced->list[i];
	if (stricter != NULL)
		origin_warning(&lint->source, origin, "require", origin->require,
			       "\"none\" frees mail not only from \"%s\" (%s:%u:%u), but also from \"%s\" "
			       "(%s:%u:%u), which demands more",
			       milder->name, lint->policy->files[milder->place.file],
			       (unsigned)milder->place.line, (unsigned)milder->place.column, stricter->name,
			       lint->policy->files[stricter->place.file], (unsigned)stricter->place.line,
			       (unsigned)stricter->place.column);
}

void frees_advise(const struct lint *lint, struct sampler *sampler)
{
	struct displaced_set displaced = {
		.listed = xcalloc(lint->policy->connector_count, sizeof *displaced.listed)};

	for (size_t i = 0; i < lint->policy->connector_count; i++) {
		const struct connector *exception = lint->policy->connectors[i];

		if (!exception->has_require || !exception->require.nothing)
			continue;
		displaced.may = false;
		displaced.missed = NULL;
		if (sample_mail(sampler, exception, look_for_displaced, &displaced) && !displaced.may)
			warn_of_nothing(lint, exception, displaced.missed);
		warn_of_too_much(lint, exception, &displaced);
		while (displaced.count > 0)
			displaced.listed[displaced.list[--displaced.count]->number] = false;
	}
	free(displaced.list);
	free(displaced.listed);
}
