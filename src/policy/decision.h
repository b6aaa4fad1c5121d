/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_DECISION_H
#define FORCEDTLS_POLICY_DECISION_H

#include <stdbool.h>

#include "policy/demand.h"
#include "policy/facts.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/reason.h"

/* The stricter, the greater. */
enum verdict {
	VERDICT_PASS,
	VERDICT_QUARANTINE, /* accepted, and held as a whole */
	VERDICT_TEMPFAIL,
	VERDICT_REJECT,
};

/* Why nothing was judged. */
enum exemption {
	EXEMPT_NOT, /* it was judged */
	EXEMPT_TRUSTED_NETWORK,
	EXEMPT_LOCAL_SUBMISSION,
};

struct judgement {
	enum verdict verdict;
	enum reason reason; /* REASON_NONE with VERDICT_PASS */
	const struct demand *unmet; /* which demand is not met; NULL: each is, or an error of our own */
	bool has_connector; /* false: no connector applies, or an error of our own */
	struct candidate decisive; /* the connector that speaks, and how it was selected */
};

struct decision {
	enum exemption exemption;
	struct judgement enforced; /* what happens to the recipient */
	struct judgement tested; /* what would happen if connectors in test mode enforced */
	bool tested_differs; /* the two verdicts differ: a second line is due */
	enum fact untold; /* what kept something from being judged; FACT_NONE: nothing did */
	size_t work; /* what the one or the other verdict has taken, with facts->work */
};

/*
 * So much work one verdict may take, in looks at a connector: a millisecond,
 * or where it is more, a look at each connector for each reading of an
 * address. A client can write addresses that are read in many ways, and those
 * beyond the first are judged as long as there is some left: else they are
 * FACT_READINGS. What grows with the connectors keeps bounces, which are read
 * at two names, where very many of them name one recipient.
 */
#define DECISION_WORK_MAX 24576

/*
 * The decision for one recipient. Pure: no I/O, no clock, no lock, no log.
 * Never fails: what was not told, and what cannot be told, is VERDICT_TEMPFAIL
 * with REASON_INTERNAL (in a policy that is in test mode as a whole, and where
 * it concerns connectors in test mode alone: in tested alone).
 * With facts->at_data it is whether the rest of the message will be shown.
 * With facts->header_from it is the decision for the message's From: and this
 * recipient, over the connectors with header_from and the exceptions from them.
 * policy: NULL is one more fact that was not told. The policy and the facts
 * must outlive decision_r. Threads: safe.
 */
void decision_eval(const struct policy *policy, const struct facts *facts, struct decision *decision_r);

/*
 * Takes in the decision for one more recipient of a message that is judged as
 * a whole: the strictest verdict counts, and of equal ones the first, but one
 * that names a connector before one that does not. What was replaced is told,
 * so that a door knows whom the log is to name. so_far begins zeroed.
 */
struct decision_replaced {
	bool enforced;
	bool tested;
};
struct decision_replaced decision_take_strictest(struct decision *so_far, const struct decision *next);

/* "pass", "quarantine", "tempfail", "reject". A static string. */
const char *verdict_name(enum verdict verdict);

#endif
