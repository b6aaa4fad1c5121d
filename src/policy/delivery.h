/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_DELIVERY_H
#define FORCEDTLS_POLICY_DELIVERY_H

#include "mail/next_hop.h"
#include "policy/policy.h"

/*
 * What Postfix is told about a next hop. Of the patterns in "recipients" of
 * the connectors with "deliver" the most specific counts, as in policy/match.h.
 */
enum delivery_result {
	DELIVERY_NOT_FOUND, /* no connector, or one that says "none" */
	DELIVERY_FOUND, /* connector->deliver.answer is the answer */
	DELIVERY_TEMP, /* cannot be told: the mail has to wait */
};

/* "notfound", "answer", "temp": the word in the log and in JSON. Static strings. */
const char *delivery_result_name(enum delivery_result result);

/*
 * The tables that Postfix may ask, by name. Two of them share what the first
 * one has, so that a table for MTA-STS or DANE can stand between them: of a
 * next hop the partners' table speaks where a connector names it, be it to
 * say "none", and the rest's where nothing but "*" does.
 */
enum delivery_map {
	DELIVERY_MAP_TLS_POLICY, /* "tls_policy": all connectors */
	DELIVERY_MAP_PARTNERS, /* "partners" */
	DELIVERY_MAP_REST, /* "rest" */
};

/* False for any other name. name need not be NUL-terminated. */
bool delivery_map_find(const char *name, size_t length, enum delivery_map *map_r);

struct delivery_answer {
	enum delivery_result result;
	const struct connector *connector; /* NULL: none; with DELIVERY_NOT_FOUND one that says "none" */
	pattern_ref pattern; /* of policy->recipients, how the connector was found; valid with connector */
};

struct delivery {
	enum next_hop_result read; /* how the next hop could be read */
	struct next_hop next_hop;
	struct delivery_answer enforced; /* what Postfix is told */
	struct delivery_answer tested; /* what it would be told if connectors in test mode enforced */
	bool tested_differs; /* Postfix would be told something else: a line with "would-answer" is due */
};

/*
 * Looks up a next hop in one of the tables. Pure, and never fails: what cannot be read is
 * DELIVERY_TEMP (in a policy that is in test mode as a whole: in tested
 * alone). A next hop that begins with a dot is DELIVERY_NOT_FOUND whatever the
 * policy says: Postfix asks for it only after NOTFOUND for the whole name, and
 * that has been answered with all patterns. The policy must outlive
 * delivery_r. Threads: safe.
 */
void delivery_find(const struct policy *policy, enum delivery_map map, const char *next_hop,
		   struct delivery *delivery_r);

/* The same in all connectors, for what is known to be a domain, normalised, or a domain with DOMAIN_NO_LABEL in it. */
void delivery_find_domain(const struct policy *policy, const char *domain, struct delivery *delivery_r);

/* The answer as text; NULL unless it is DELIVERY_FOUND. Borrowed from the policy. */
const char *delivery_text(const struct delivery_answer *answer);

#endif
