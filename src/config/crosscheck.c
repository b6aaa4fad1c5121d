/* SPDX-License-Identifier: MIT */
/*
 * What can only be said of connectors when all have been read: names taken
 * twice, and patterns or networks that two connectors claim.
 */
#include "config/crosscheck.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

struct named {
	const char *name;
	const struct origin *origin;
};

static int compare_named(const void *a, const void *b)
{
	const struct named *first = a, *second = b;
	int order = strcmp(first->name, second->name);

	return order != 0 ? order : place_compare(first->origin->name, second->origin->name);
}

static size_t collect_names(const struct policy_draft *draft, struct named *names)
{
	size_t count = 0;

	for (size_t i = 0; i < draft->policy->connector_count; i++)
		if (draft->policy->connectors[i]->name[0] != '\0')
			names[count++] =
				(struct named){draft->policy->connectors[i]->name, &draft->origins[i]};
	return count;
}

static void report_name(const struct build *build, const struct named *first, const struct named *second)
{
	origin_error(&build->source, second->origin, "name", second->origin->name,
		     "\"%s\" is already the name of a connector (%s:%u:%u)", second->name,
		     source_at(&build->source, first->origin->name).name, (unsigned)first->origin->name.line,
		     (unsigned)first->origin->name.column);
}

void crosscheck_names(const struct build *build)
{
	size_t all = build->enabled.policy->connector_count + build->disabled.policy->connector_count;
	struct named *names = xcalloc(all, sizeof *names);
	size_t count = collect_names(&build->enabled, names);
	size_t first = 0;

	count += collect_names(&build->disabled, names + count);
	qsort(names, count, sizeof *names, compare_named);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(names[first].name, names[i].name) == 0)
			report_name(build, &names[first], &names[i]);
		else
			first = i;
	}
	free(names);
}

static bool report_claim(void *context, const char *selector, const char *pattern, const struct connector *a,
			 struct place place_a, const struct connector *b, struct place place_b)
{
	const struct build *build = context;
	const struct origin *origin_a = &build->enabled.origins[a->number];
	const struct origin *origin_b = &build->enabled.origins[b->number];
	char quoted[REPORT_QUOTE_SIZE];

	/* Of a connector with errors nobody knows what it was to select. */
	if (origin_a->faulty || origin_b->faulty)
		return true;
	origin_error(&build->source, origin_b, selector, place_b,
		     "connector \"%s\" (%s:%u:%u) has %s as well; the two differ in no other selector",
		     a->name, source_at(&build->source, place_a).name, (unsigned)place_a.line,
		     (unsigned)place_a.column, report_quote(pattern, quoted));
	return true;
}

void crosscheck_claims(struct build *build)
{
	policy_each_conflict(build->enabled.policy, report_claim, build);
}
