/* SPDX-License-Identifier: MIT */
/*
 * The decision: who is judged at all, over which readings of the addresses,
 * and whose verdict counts. Pure; how connectors match is in match.c, what
 * they demand in demand.c.
 */
#include "policy/decision.h"

#include "policy/demand.h"

/*
 * Sendmail has no client address for what sendmail(8) submits; Postfix has
 * loopback with port 0 for pickup(8). A proxy can say the one or the other of a
 * client (XCLIENT), but the message is then queued as any client's is.
 */
static bool is_local_submission(const struct facts *facts)
{
	return facts->from_local_program &&
	       (facts->client.family == 0 || (facts->client_port == 0 && ip_is_loopback(&facts->client)));
}

static bool is_told(const struct facts *facts, enum fact fact)
{
	return (facts->told & FACT_BIT(fact)) != 0;
}

static enum exemption find_exemption(const struct policy *policy, const struct facts *facts)
{
	if (policy == NULL || !is_told(facts, FACT_CLIENT))
		return EXEMPT_NOT;
	if (is_local_submission(facts))
		return EXEMPT_LOCAL_SUBMISSION;
	if (cidr_set_find(&policy->trusted_networks, &facts->client) != NULL)
		return EXEMPT_TRUSTED_NETWORK;
	return EXEMPT_NOT;
}

static enum verdict verdict_of(const struct connector *connector, enum reason reason,
			       const struct facts *facts)
{
	if (reason == REASON_INTERNAL) /* never permanent, and never let in */
		return VERDICT_TEMPFAIL;
	switch (connector->on_failure) {
	case ON_FAILURE_TEMPFAIL:
		return VERDICT_TEMPFAIL;
	case ON_FAILURE_REJECT:
		return VERDICT_REJECT;
	case ON_FAILURE_QUARANTINE:
		return facts->can_quarantine ? VERDICT_QUARANTINE : VERDICT_TEMPFAIL;
	}
	return VERDICT_TEMPFAIL;
}

/* Of two with the same verdict, the one whose connector stands first in the file speaks. */
static bool speaks_before(const struct judgement *a, const struct judgement *b)
{
	if (!a->has_connector || !b->has_connector)
		return a->has_connector;
	return a->decisive.connector->number < b->decisive.connector->number;
}

/* True when next takes the place of so_far. */
static bool take_strictest(struct judgement *so_far, const struct judgement *next)
{
	if (next->verdict < so_far->verdict ||
	    (next->verdict == so_far->verdict && !speaks_before(next, so_far)))
		return false;
	*so_far = *next;
	return true;
}

/* To judge a session by what a connector demands takes as long as so many looks at one. */
#define LOOKS_A_JUDGEMENT 4

/* All connectors that apply to one reading of the envelope must be met. */
static struct judgement judge_envelope(const struct policy *policy, const struct facts *facts,
				       const struct envelope *envelope, enum match_with with, size_t *work)
{
	const struct transaction transaction = {.policy = policy, .facts = facts, .envelope = envelope};
	struct judgement strictest = {.verdict = VERDICT_PASS};
	struct candidates candidates;

	candidates_find(policy, facts, envelope, with, &candidates);
	for (size_t i = 0; i < candidates.count; i++) {
		const struct candidate *candidate = &candidates.list[i];
		struct judgement judgement = {.has_connector = true, .decisive = *candidate};

		if (candidate->state != CANDIDATE_APPLIES)
			continue;
		*work += LOOKS_A_JUDGEMENT + candidate->connector->require.certificate_count;
		judgement.reason =
			demands_judge(&candidate->connector->require, &transaction, &judgement.unmet);
		if (judgement.reason != REASON_NONE &&
		    candidate->anybody) /* is it this connector's mail at all? */
			judgement.reason = REASON_INTERNAL;
		if (judgement.reason != REASON_NONE)
			judgement.verdict = verdict_of(candidate->connector, judgement.reason, facts);
		(void)take_strictest(&strictest, &judgement);
	}
	*work += candidates.work;
	candidates_fini(&candidates);
	return strictest;
}

/* Known of the readings themselves, where no macro says what became of the address. */
static bool has_result(const struct facts *facts, enum address_result result)
{
	return facts->sender->result == result || facts->recipient->result == result;
}

static bool lacks_domain(const struct readings *readings)
{
	for (size_t i = 0; i < readings->count; i++)
		if (readings->addresses[i].local != NULL && readings->addresses[i].domain == NULL)
			return true;
	return false;
}

/* The first fact without which nobody's mail can be judged, or FACT_NONE. */
static enum fact find_untold(const struct policy *policy, const struct facts *facts)
{
	if (!is_told(facts, FACT_EDITS))
		return FACT_EDITS;
	if (!is_told(facts, FACT_CLIENT))
		return FACT_CLIENT;
	if (facts->sender == NULL)
		return FACT_SENDER;
	if (facts->recipient == NULL)
		return FACT_RECIPIENT;
	if (policy == NULL)
		return FACT_POLICY;
	if (has_result(facts, ADDRESS_HOMELESS) ||
	    (!is_told(facts, FACT_DOMAIN) && (lacks_domain(facts->sender) || lacks_domain(facts->recipient))))
		return FACT_DOMAIN;
	if (has_result(facts, ADDRESS_UNQUALIFIED))
		return FACT_MYDOMAIN;
	return FACT_NONE;
}

/* The first fact that some connectors still have to be judged by, or that is to be recorded, or FACT_NONE. */
static enum fact find_untold_later(const struct policy *policy, const struct facts *facts,
				   enum match_with with)
{
	bool needs_from = with == MATCH_ALL ? policy->has_header_from : policy->enforces_header_from;

	if (needs_from && !is_told(facts, FACT_HEADERS))
		return FACT_HEADERS;
	if (needs_from && !is_told(facts, FACT_ROOM))
		return FACT_ROOM;
	if (policy->trace_header && !is_told(facts, FACT_TRACE))
		return FACT_TRACE;
	if ((needs_from || policy->trace_header || facts->is_held) && !is_told(facts, FACT_CONTENT))
		return FACT_CONTENT;
	return FACT_NONE;
}

static const struct judgement error_of_our_own = {.verdict = VERDICT_TEMPFAIL, .reason = REASON_INTERNAL};

/* False: an address of which nobody knows who is meant. */
static bool is_readable(const struct facts *facts)
{
	return (facts->header_from != NULL || facts->sender->result == ADDRESS_OK) &&
	       facts->recipient->result == ADDRESS_OK && facts_sender_count(facts) > 0 &&
	       facts->recipient->count > 0;
}

/* One verdict of a decision under way. */
struct judging {
	const struct policy *policy;
	const struct facts *facts;
	enum match_with with;
	struct judgement strictest;
	size_t work;
};

static void judge_pair(struct judging *judging, size_t sender, size_t recipient)
{
	const struct envelope envelope = facts_envelope(judging->facts, sender, recipient);
	struct judgement judgement =
		judge_envelope(judging->policy, judging->facts, &envelope, judging->with, &judging->work);

	(void)take_strictest(&judging->strictest, &judgement);
}

static size_t work_max(const struct policy *policy)
{
	size_t for_each_reading = READINGS_MAX * policy->connector_count;

	return for_each_reading > DECISION_WORK_MAX ? for_each_reading : DECISION_WORK_MAX;
}

/*
 * False when some were left, after so much work. The first is judged whatever
 * it takes; and at the end of the headers, for one sender, every reading of a
 * recipient for which there was room (FACT_ROOM).
 */
static bool judge_readings(struct judging *judging)
{
	size_t recipients = judging->facts->recipient->count;
	size_t pairs = facts_sender_count(judging->facts) * recipients;
	size_t first = judging->facts->header_from != NULL ? recipients : 1;

	for (size_t i = 0; i < pairs; i++) {
		if (i >= first && judging->work > work_max(judging->policy))
			return false;
		judge_pair(judging, i / recipients, i % recipients);
	}
	return true;
}

/* What is told is judged; what the rest of the message needs and will not have refuses it as well. */
static struct judgement judge(const struct policy *policy, const struct facts *facts, enum match_with with,
			      struct decision *decision)
{
	struct judging judging = {.policy = policy,
				  .facts = facts,
				  .with = with,
				  .strictest = {.verdict = VERDICT_PASS},
				  .work = facts->work};

	if (find_untold(policy, facts) != FACT_NONE || facts->client.family == 0)
		return error_of_our_own;
	if (!facts->at_data && !is_readable(facts))
		judging.strictest = error_of_our_own;
	else if (!facts->at_data && !judge_readings(&judging)) {
		(void)take_strictest(&judging.strictest, &error_of_our_own);
		if (decision->untold == FACT_NONE)
			decision->untold = FACT_READINGS;
	}
	if (find_untold_later(policy, facts, with) != FACT_NONE)
		(void)take_strictest(&judging.strictest, &error_of_our_own);
	if (judging.work > decision->work)
		decision->work = judging.work;
	return judging.strictest;
}

void decision_eval(const struct policy *policy, const struct facts *facts, struct decision *decision_r)
{
	bool enforcing = policy == NULL || policy->mode == MODE_ENFORCE;
	bool has_tests = policy != NULL && policy->has_test_connectors;

	*decision_r = (struct decision){.exemption = find_exemption(policy, facts)};
	if (decision_r->exemption != EXEMPT_NOT)
		return;
	decision_r->untold = find_untold(policy, facts);
	if (decision_r->untold == FACT_NONE)
		decision_r->untold = find_untold_later(policy, facts, MATCH_ALL);
	if (enforcing)
		decision_r->enforced = judge(policy, facts, MATCH_ENFORCING, decision_r);
	decision_r->tested =
		enforcing && !has_tests ? decision_r->enforced : judge(policy, facts, MATCH_ALL, decision_r);
	/* A rehearsal of the whole policy also shows what it will do without its own test connectors. */
	if (!enforcing && has_tests) {
		struct judgement without = judge(policy, facts, MATCH_ENFORCING, decision_r);

		(void)take_strictest(&decision_r->tested, &without);
	}
	decision_r->tested_differs = decision_r->tested.verdict != decision_r->enforced.verdict;
}

struct decision_replaced decision_take_strictest(struct decision *so_far, const struct decision *next)
{
	struct decision_replaced replaced = {
		.enforced = take_strictest(&so_far->enforced, &next->enforced),
		.tested = take_strictest(&so_far->tested, &next->tested),
	};

	so_far->tested_differs = so_far->tested.verdict != so_far->enforced.verdict;
	if (so_far->untold == FACT_NONE)
		so_far->untold = next->untold;
	return replaced;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_TEMPFAIL] = "tempfail",
		[VERDICT_REJECT] = "reject",
		[VERDICT_QUARANTINE] = "quarantine",
	};

	return names[verdict];
}
