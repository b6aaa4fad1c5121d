/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_MATCH_H
#define FORCEDTLS_POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/facts.h"
#include "policy/policy.h"

/* What became of a connector that a message could concern. */
enum fate {
	FATE_APPLIES,
	FATE_NOT_SELECTED, /* one of its selectors does not match */
	FATE_EXCEPTED, /* an item of its "except" matches */
	FATE_DISPLACED, /* a more specific connector stands in its place */
};

/* How the connector's selectors fit one sender and one recipient. */
struct candidate {
	const struct connector *connector;
	pattern_rank sender_rank;
	pattern_ref
		sender_pattern; /* valid unless sender_rank is RANK_NONE; PATTERN_REF_NONE: no single one */
	bool anybody; /* the sender may be whoever: the selectors say nothing of it */
	pattern_rank recipient_rank;
	pattern_ref recipient_pattern; /* valid unless recipient_rank is RANK_NONE */
	const struct cidr *network; /* the longest that holds the client, NULL when none */
	const struct certificate_name
		*presented; /* the most specific that the certificate meets, NULL when none */
	bool uncertain; /* nobody can tell whether the MTA verified that certificate: it displaces none */
	enum fate fate;
	const struct connector *displaced_by; /* with FATE_DISPLACED */
	const struct exception *exception; /* with FATE_EXCEPTED */
};

#define CANDIDATES_INLINE 16

/* Candidates in the order of the policy file. Ended with candidates_fini. */
struct candidates {
	struct candidate *list;
	size_t count;
	size_t capacity;
	size_t comparisons; /* how many pairs were compared with one another, for who counts the work */
	struct candidate few[CANDIDATES_INLINE]; /* most policies never need the heap */
};

/* Which connectors count: those that enforce alone, or the ones in test mode as well. */
enum match_with {
	MATCH_ENFORCING,
	MATCH_ALL,
};

/*
 * Finds the connectors with "require" that one reading of the envelope
 * concerns, and settles the fate of each. Connectors that no
 * index finds for these addresses and this client, and those with "presenting"
 * alone where no certificate can be the client's, are not listed. Where nobody
 * can tell whether it was verified its name selects all the same, but stands in
 * no other connector's place. With
 * envelope->from_header only those with header_from count, and those that
 * require nothing, so that an exception holds there too. With MATCH_ALL a connector
 * in test mode also displaces an enforcing one of equal specificity. With
 * envelope->suspects nobody can tell which of them the sender selects: all of
 * them match, those without an exception that holds for any sender apply, and
 * none displaces another.
 */
void candidates_find(const struct policy *policy, const struct facts *facts, const struct envelope *envelope,
		     enum match_with with, struct candidates *candidates_r);
void candidates_fini(struct candidates *candidates);

/*
 * The name of "presenting" by which the session selects the connector: the
 * most specific that its certificate meets, NULL when there is none. Borrowed
 * from the connector. Threads: safe.
 */
const struct certificate_name *match_presented(const struct connector *connector, const struct facts *facts);

#endif
