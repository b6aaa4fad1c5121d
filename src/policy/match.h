/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_MATCH_H
#define FORCEDTLS_POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/facts.h"
#include "policy/policy.h"

/* What became of a connector that a message could concern. */
enum candidate_state {
	CANDIDATE_APPLIES,
	CANDIDATE_NOT_SELECTED, /* one of its selectors does not match */
	CANDIDATE_EXCEPTED, /* an item of its "except" matches */
	CANDIDATE_DISPLACED, /* a more specific connector stands in its place */
};

/* How well a selector fits: by the most specific of its entries that matches. */
struct selector_fit {
	uint32_t rank; /* greater is more specific; RANK_NONE: none matches */
	uint32_t entry; /* a pattern_ref, or which of the connector's; valid unless rank is RANK_NONE */
};
#define SELECTOR_ENTRY_NONE PATTERN_REF_NONE /* no single one */

/* How the connector's selectors fit one sender and one recipient. */
struct candidate {
	const struct connector *connector;
	struct selector_fit fits[SELECTOR_COUNT];
	bool anybody; /* the sender may be whoever: the selectors say nothing of it */
	bool uncertain; /* nobody can tell whether its selectors match: it displaces none */
	enum candidate_state state;
	const struct connector *displaced_by; /* with CANDIDATE_DISPLACED */
	const struct exception *exception; /* with CANDIDATE_EXCEPTED */
};

#define CANDIDATES_INLINE 16

/* In the order in which they were found. Ended with candidates_fini. */
struct candidates {
	struct candidate *list;
	size_t count;
	size_t capacity;
	/* For who counts the work: how many pairs were compared with one another, and looks at connectors in all. */
	size_t comparisons;
	size_t work;
	struct candidate few[CANDIDATES_INLINE]; /* most policies never need the heap */
};

/* Which connectors count: those that enforce alone, or the ones in test mode as well. */
enum match_with {
	MATCH_ENFORCING,
	MATCH_ALL,
};

/*
 * Finds the connectors with "require" that one reading of the envelope
 * concerns, and settles the state of each. Connectors that no
 * index finds for these addresses and this client are not listed. Where nobody
 * can tell whether it was verified its name selects all the same, but stands in
 * no other connector's place. With
 * envelope->from_header only those with header_from count, and those that
 * require nothing, so that an exception holds there too. With MATCH_ALL a connector
 * in test mode also displaces an enforcing one of equal specificity. With
 * envelope->possible nobody can tell which of them the sender selects: all of
 * them match, those without an exception that holds for any sender apply, and
 * none displaces another.
 */
void candidates_find(const struct policy *policy, const struct facts *facts, const struct envelope *envelope,
		     enum match_with with, struct candidates *candidates_r);

/* Puts them in the order of the policy file: for who shows them. A verdict does not depend on it. */
void candidates_sort(struct candidates *candidates);
void candidates_fini(struct candidates *candidates);

#endif
