/* SPDX-License-Identifier: MIT */
/*
 * Which connector stands in another's place. Knows ranks alone: neither what
 * selectors are, nor what connectors demand.
 */
#include "policy/displacement.h"

#include <assert.h>
#include <stdlib.h>

#include "util/memory.h"

/* As long as one look at a connector take so many comparisons; and as many looks, to put one in order. */
#define COMPARISONS_A_LOOK 8
#define LOOKS_A_RIVAL 2

/*
 * The ranks of all selectors in one word, a lane for each: RANK_NONE where
 * there is none. The highest bit of a lane is free, so that all of them are
 * compared by one subtraction: it is borrowed where a rank is less.
 */
typedef uint64_t specificity;
#define LANE_BITS 12
#define LANE(number, value) ((specificity)(value) << (LANE_BITS * (number)))

static_assert(SELECTOR_COUNT * LANE_BITS <= 64 && RANK_MAX < 1u << (LANE_BITS - 1),
	      "the ranks of all selectors have room in a specificity");

/* A "*" beside another selector is as if it were not there; of nothing but "*" the first stays. */
static specificity specificity_of(const struct candidate *candidate)
{
	specificity all = 0, specific = 0;

	for (size_t i = 0; i < SELECTOR_COUNT; i++) {
		uint32_t rank = candidate->fits[i].rank;

		assert(rank <= RANK_MAX);
		if (rank > RANK_ANYONE)
			specific |= LANE(i, rank);
		else if (all == 0)
			all = LANE(i, rank);
	}
	return specific != 0 ? specific : all;
}

enum comparison {
	COMPARISON_NEITHER,
	COMPARISON_EQUAL,
	COMPARISON_REFINES,
};

/*
 * Whether a is a true refinement of b: at least as specific in each selector
 * that b has, and more specific in one, or with one selector more. A "*" is
 * none, for it is left of what has nothing else alone.
 */
static enum comparison displacement_compare(specificity a, specificity b)
{
	specificity guards = 0;

	for (size_t i = 0; i < SELECTOR_COUNT; i++)
		guards |= LANE(i, 1u << (LANE_BITS - 1));
	if ((((a | guards) - b) & guards) != guards)
		return COMPARISON_NEITHER;
	return a == b ? COMPARISON_EQUAL : COMPARISON_REFINES;
}

/* A candidate that applies, as far as it matters here. */
struct rival {
	struct candidate *candidate;
	specificity specificity; /* as a number: a refinement has a greater one */
};

/* Those that no other refines, all of one specificity as one. */
struct group {
	specificity specificity;
	const struct candidate *first; /* in the file */
	const struct candidate *first_test; /* the first in test mode; NULL: none is */
};

struct groups {
	struct group *list;
	size_t count;
	size_t capacity;
};

static bool is_before(const struct candidate *a, const struct candidate *b)
{
	return b == NULL || a->connector->number < b->connector->number;
}

/* The most specific first. */
static int displacement_compare_rivals(const void *a, const void *b)
{
	const struct rival *x = a, *y = b;

	return (x->specificity < y->specificity) - (x->specificity > y->specificity);
}

static void displacement_join(struct group *group, const struct candidate *candidate)
{
	if (is_before(candidate, group->first))
		group->first = candidate;
	if (candidate->connector->mode == MODE_TEST && is_before(candidate, group->first_test))
		group->first_test = candidate;
}

/*
 * Settles one rival against those that are more specific, all of which are in
 * groups: who refines one that is displaced refines what that displaces.
 */
static void displacement_settle(struct groups *groups, const struct rival *rival, size_t *comparisons)
{
	const struct candidate *by = NULL;
	struct group *equal = NULL;

	for (size_t i = 0; i < groups->count; i++) {
		struct group *group = &groups->list[i];
		enum comparison comparison = displacement_compare(group->specificity, rival->specificity);

		(*comparisons)++;
		if (comparison == COMPARISON_EQUAL)
			equal = group;
		else if (comparison == COMPARISON_REFINES && is_before(group->first, by))
			by = group->first;
	}
	if (by != NULL) {
		rival->candidate->state = CANDIDATE_DISPLACED;
		rival->candidate->displaced_by = by->connector;
		return;
	}
	if (rival->candidate->uncertain)
		return; /* nobody stands back for it */
	if (equal == NULL) {
		groups->list =
			vector_grow(groups->list, groups->count, &groups->capacity, sizeof *groups->list);
		equal = &groups->list[groups->count++];
		*equal = (struct group){.specificity = rival->specificity};
	}
	displacement_join(equal, rival->candidate);
}

/* What is tried out stands in for what it is to replace. */
static void displace_by_tests(const struct groups *groups, const struct rival *rival, size_t *comparisons)
{
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->list[i];

		(*comparisons)++;
		if (group->first_test == NULL ||
		    displacement_compare(group->specificity, rival->specificity) != COMPARISON_EQUAL)
			continue;
		rival->candidate->state = CANDIDATE_DISPLACED;
		rival->candidate->displaced_by = group->first_test->connector;
		return;
	}
}

static void displace(struct rival *rivals, size_t count, size_t *comparisons)
{
	struct groups groups = {0};
	bool has_tests = false;

	qsort(rivals, count, sizeof *rivals, displacement_compare_rivals);
	for (size_t i = 0; i < count; i++) {
		assert(i == 0 || rivals[i - 1].specificity >= rivals[i].specificity);
		displacement_settle(&groups, &rivals[i], comparisons);
		has_tests = has_tests || rivals[i].candidate->connector->mode == MODE_TEST;
	}
	for (size_t i = 0; i < count && has_tests; i++)
		if (rivals[i].candidate->state == CANDIDATE_APPLIES &&
		    rivals[i].candidate->connector->mode == MODE_ENFORCE)
			displace_by_tests(&groups, &rivals[i], comparisons);
	free(groups.list);
}

bool candidate_displaces(const struct candidate *a, const struct candidate *b)
{
	enum comparison comparison = displacement_compare(specificity_of(a), specificity_of(b));

	return !a->uncertain && (comparison == COMPARISON_REFINES ||
				 (comparison == COMPARISON_EQUAL && a->connector->mode == MODE_TEST &&
				  b->connector->mode == MODE_ENFORCE));
}

void candidates_displace(struct candidates *candidates)
{
	struct rival few[CANDIDATES_INLINE], *rivals = few;
	size_t count = 0;

	if (candidates->count > CANDIDATES_INLINE)
		rivals = xcalloc(candidates->count, sizeof *rivals);
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].state == CANDIDATE_APPLIES)
			rivals[count++] =
				(struct rival){&candidates->list[i], specificity_of(&candidates->list[i])};
	if (count > 1)
		displace(rivals, count, &candidates->comparisons);
	candidates->work += LOOKS_A_RIVAL * count + candidates->comparisons / COMPARISONS_A_LOOK;
	if (rivals != few)
		free(rivals);
}
