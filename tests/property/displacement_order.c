/* SPDX-License-Identifier: MIT */
/*
 * That displacement is a strict partial order, tried on all there is: two
 * candidates are compared by whether each selector has a rank, whether that is
 * the rank of "*", and which of two ranks is greater. Among three candidates a
 * selector has three ranks at most, so five values a selector (none, "*", and
 * three others) are all cases that three candidates can be. TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/displacement.h"

#define VALUES 5
#define SPECIFICITIES 625 /* VALUES to the power of SELECTOR_COUNT; the first has no selector at all */
#define MODES 2
#define OF_TWO_SELECTORS (VALUES * VALUES * MODES)
#define CANDIDATES (SPECIFICITIES * MODES)
#define WORD_BITS 64
#define WORDS ((CANDIDATES + WORD_BITS - 1) / WORD_BITS)

/* Row a, bit b: a stands in the place of b. */
static uint64_t displaced[CANDIDATES][WORDS];
static const struct connector connectors[MODES][3] = {
	[MODE_ENFORCE] = {{.number = 0, .mode = MODE_ENFORCE},
			  {.number = 1, .mode = MODE_ENFORCE},
			  {.number = 2, .mode = MODE_ENFORCE}},
	[MODE_TEST] = {{.number = 0, .mode = MODE_TEST},
		       {.number = 1, .mode = MODE_TEST},
		       {.number = 2, .mode = MODE_TEST}},
};
static unsigned points;
static bool good = true;

static struct candidate candidate_of(size_t number, size_t place)
{
	struct candidate candidate = {.connector = &connectors[number % MODES][place],
				      .state = CANDIDATE_APPLIES};
	size_t values = number / MODES;

	for (size_t i = 0; i < SELECTOR_COUNT; i++, values /= VALUES)
		candidate.fits[i].rank = (uint32_t)(values % VALUES);
	return candidate;
}

static bool is_displaced_by(size_t a, size_t b)
{
	return (displaced[a][b / WORD_BITS] >> b % WORD_BITS & 1) != 0;
}

static void fill(void)
{
	for (size_t a = MODES; a < CANDIDATES; a++)
		for (size_t b = MODES; b < CANDIDATES; b++) {
			const struct candidate of_a = candidate_of(a, 0), of_b = candidate_of(b, 1);

			if (candidate_displaces(&of_a, &of_b))
				displaced[a][b / WORD_BITS] |= UINT64_C(1) << b % WORD_BITS;
		}
}

static void tell(const char *what, size_t cases, size_t wrong)
{
	(void)printf("%s %u - %s (%zu cases, %zu wrong)\n", wrong == 0 && cases > 0 ? "ok" : "not ok",
		     ++points, what, cases, wrong);
	good = good && wrong == 0 && cases > 0;
}

static void check_irreflexive(void)
{
	size_t cases = 0, wrong = 0;

	for (size_t a = MODES; a < CANDIDATES; a++, cases++)
		wrong += is_displaced_by(a, a);
	tell("no candidate displaces its like", cases, wrong);
}

static void check_asymmetric(void)
{
	size_t cases = 0, wrong = 0;

	for (size_t a = MODES; a < CANDIDATES; a++)
		for (size_t b = MODES; b < CANDIDATES; b++)
			if (is_displaced_by(a, b)) {
				cases++;
				wrong += is_displaced_by(b, a);
			}
	tell("no two displace one another", cases, wrong);
}

static void check_transitive(void)
{
	size_t cases = 0, wrong = 0;

	for (size_t a = MODES; a < CANDIDATES; a++)
		for (size_t b = MODES; b < CANDIDATES; b++) {
			bool all = true;

			if (!is_displaced_by(a, b))
				continue;
			for (size_t i = 0; i < WORDS; i++)
				all = all && (displaced[b][i] & ~displaced[a][i]) == 0;
			cases++;
			wrong += !all;
		}
	tell("who displaces another displaces whom that one displaces", cases, wrong);
}

/* A connector in test mode may stand in the place of one that enforces and is as specific; of no other. */
static void check_enforcing(void)
{
	size_t cases = 0, wrong = 0;

	for (size_t a = MODES; a < CANDIDATES; a++)
		for (size_t b = MODES; b < CANDIDATES; b++) {
			bool alike = a / MODES == b / MODES;

			if (!is_displaced_by(a, b) || !alike)
				continue;
			cases++;
			wrong += a % MODES != MODE_TEST || b % MODES != MODE_ENFORCE;
		}
	tell("of equally specific ones a test displaces what enforces", cases, wrong);
}

/* What the sorted walk over many finds is what pair by pair says. */
static size_t count_wrong(const size_t numbers[3], size_t count)
{
	struct candidates candidates = {
		.list = candidates.few, .capacity = CANDIDATES_INLINE, .count = count};
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++)
		candidates.list[i] = candidate_of(numbers[i], i);
	candidates_displace(&candidates);
	for (size_t i = 0; i < count; i++) {
		bool want = false;

		for (size_t j = 0; j < count; j++)
			want = want || is_displaced_by(numbers[j], numbers[i]);
		wrong += (candidates.list[i].state == CANDIDATE_DISPLACED) != want;
	}
	return wrong;
}

static void check_many(void)
{
	size_t cases = 0, wrong = 0;

	for (size_t a = MODES; a < CANDIDATES; a++)
		for (size_t b = MODES; b < CANDIDATES; b++, cases++)
			wrong += count_wrong((const size_t[3]){a, b}, 2);
	for (size_t a = MODES; a < OF_TWO_SELECTORS; a++)
		for (size_t b = MODES; b < OF_TWO_SELECTORS; b++)
			for (size_t c = MODES; c < OF_TWO_SELECTORS; c++, cases++)
				wrong += count_wrong((const size_t[3]){a, b, c}, 3);
	tell("of several those are displaced that one of them displaces", cases, wrong);
}

int main(void)
{
	(void)printf("1..5\n");
	fill();
	check_irreflexive();
	check_asymmetric();
	check_transitive();
	check_enforcing();
	check_many();
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
