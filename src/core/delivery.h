/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_DELIVERY_H
#define FORCEDTLS_CORE_DELIVERY_H

#include "core/next_hop.h"
#include "core/policy.h"

/*
 * What Postfix is told about a next hop. Of the patterns in "recipients" of
 * the connectors with "deliver" the most specific counts, as in core/match.h.
 */
enum delivery_result {
	DELIVERY_NOT_FOUND, /* no connector, or one that says "none" */
	DELIVERY_FOUND, /* connector->deliver.answer is the answer */
	DELIVERY_TEMP, /* cannot be told: the mail has to wait */
};

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
	bool tested_differs; /* the two answers differ: a line with "would-answer" is due */
};

/*
 * Looks up a next hop. Pure, and never fails: what cannot be read is
 * DELIVERY_TEMP (in a policy that is in test mode as a whole: in tested
 * alone). A next hop that begins with a dot is DELIVERY_NOT_FOUND whatever the
 * policy says: Postfix asks for it only after NOTFOUND for the whole name, and
 * that has been answered with all patterns. The policy must outlive
 * delivery_r. Threads: safe.
 */
void delivery_find(const struct policy *policy, const char *next_hop, struct delivery *delivery_r);

/* The same for what is known to be a domain, normalised, or a domain with labels that none has. */
void delivery_find_domain(const struct policy *policy, const char *domain, struct delivery *delivery_r);

/* The answer as text; NULL unless it is DELIVERY_FOUND. Borrowed from the policy. */
const char *delivery_text(const struct delivery_answer *answer);

#endif
