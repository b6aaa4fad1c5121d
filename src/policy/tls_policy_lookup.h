/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_TLS_POLICY_LOOKUP_H
#define FORCEDTLS_POLICY_TLS_POLICY_LOOKUP_H

#include "mail/next_hop.h"
#include "policy/policy.h"

/*
 * What Postfix is told about a next hop. Of the patterns in "recipients" of
 * the connectors with "deliver" the most specific counts, as in policy/match.h.
 */
enum tls_policy_result {
	TLS_POLICY_NOT_FOUND, /* no connector, or one that says "none" */
	TLS_POLICY_FOUND, /* connector->tls_policy.answer is the answer */
	TLS_POLICY_TEMP, /* cannot be told: the mail has to wait */
};

/* "notfound", "answer", "temp": the word in the log and in JSON. Static strings. */
const char *tls_policy_result_name(enum tls_policy_result result);

/*
 * The tables that Postfix may ask, by name. Two of them share what the first
 * one has, so that a table for MTA-STS or DANE can stand between them: of a
 * next hop the partners' table speaks where a connector names it, be it to
 * say "none", and the rest's where nothing but "*" does.
 */
enum tls_policy_map {
	TLS_POLICY_MAP_ALL, /* "tls_policy": all connectors */
	TLS_POLICY_MAP_PARTNERS, /* "partners" */
	TLS_POLICY_MAP_REST, /* "rest" */
};

/* False for any other name. name need not be NUL-terminated. */
bool tls_policy_map_find(const char *name, size_t length, enum tls_policy_map *map_r);

struct tls_policy_answer {
	enum tls_policy_result result;
	const struct connector *connector; /* NULL: none; with TLS_POLICY_NOT_FOUND one that says "none" */
	pattern_ref pattern; /* of policy->recipients, how the connector was found; valid with connector */
};

struct tls_policy_lookup {
	enum next_hop_result read; /* how the next hop could be read */
	struct next_hop next_hop;
	struct tls_policy_answer enforced; /* what Postfix is told */
	struct tls_policy_answer tested; /* what it would be told if connectors in test mode enforced */
	bool tested_differs; /* Postfix would be told something else: a line with "would-answer" is due */
};

/* False for a connector without "deliver", or in test mode: Postfix is told nothing of it. */
bool tls_policy_is_enforced(const struct policy *policy, const struct connector *connector);

/*
 * Looks up a next hop in one of the tables. Pure, and never fails: what cannot be read is
 * TLS_POLICY_TEMP (in a policy that is in test mode as a whole: in tested
 * alone). A next hop that begins with a dot is TLS_POLICY_NOT_FOUND whatever the
 * policy says: Postfix asks for it only after NOTFOUND for the whole name, and
 * that has been answered with all patterns. The policy must outlive
 * lookup_r. Threads: safe.
 */
void tls_policy_look_up(const struct policy *policy, enum tls_policy_map map, const char *next_hop,
			struct tls_policy_lookup *lookup_r);

/* The same in all connectors, for what is known to be a domain, normalised, or a domain with DOMAIN_NO_LABEL in it. */
void tls_policy_look_up_domain(const struct policy *policy, const char *domain,
			       struct tls_policy_lookup *lookup_r);

/* The answer as text; NULL unless it is TLS_POLICY_FOUND. Borrowed from the policy. */
const char *tls_policy_answer_text(const struct tls_policy_answer *answer);

#endif
