/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_DEMAND_H
#define FORCEDTLS_POLICY_DEMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/facts.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/reason.h"
#include "util/memory.h"

/* What a demand is judged by. All borrowed. */
struct transaction {
	const struct policy *policy;
	const struct facts *facts;
	const struct envelope *envelope;
};

/* What a peer is refused for. All borrowed. */
struct refusal {
	const struct policy *policy;
	const struct facts *facts;
	const struct candidate *candidate; /* the connector that speaks, and how it was selected */
	enum reason reason;
};

/* One thing that "require" can ask for: how to judge it, and how to say it. */
struct demand {
	const char *key; /* as the policy file has it; "tls" for encryption itself */
	bool (*asked)(const struct require *require);
	/* REASON_NONE when met. Cannot tell is no. */
	enum reason (*judge)(const struct require *require, const struct transaction *transaction);
	void (*print_wanted)(const struct require *require, struct strbuf *out);
	/* For the administrator; may hold text that a peer sent. */
	void (*print_seen)(const struct transaction *transaction, struct strbuf *out);
	/* For the postmaster of the peer: this, and what print_refused adds, NULL for nothing. No text that a peer sent. */
	const char *refused;
	void (*print_refused)(const struct refusal *refusal, struct strbuf *out);
};

/* All demands, in the order in which they are tried. */
extern const struct demand demands[];
extern const size_t demand_count;

/* The reason of the first demand that is not met, which is *unmet_r, or REASON_NONE and NULL. Threads: safe. */
enum reason demands_judge(const struct require *require, const struct transaction *transaction,
			  const struct demand **unmet_r);

#endif
