/* SPDX-License-Identifier: MIT */
/* One case of a decision. Must not know which verdicts are right. */
#include "unit/policy/decide.h"

#include <criterion/criterion.h>
#include <stddef.h>

struct policy *policy;
struct session session;
struct decision decision;

void open_case(void)
{
	policy = policy_new();
	cr_assert_not_null(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.tls = (struct tls_facts){.bits = -1}; /* plaintext */
}

void close_case(void)
{
	build_session_fini(&session);
	policy_free(&policy);
}

void finish_anew(void)
{
	network_index_fini(&policy->networks);
	policy->is_finished = false;
	pattern_index_free(&policy->names);
	policy->names = pattern_index_new();
	policy_finish(policy);
}

void use_tls(enum tls_version version)
{
	session.facts.tls = (struct tls_facts){.present = true, .version = version, .bits = 256};
}

void decide(void)
{
	finish_anew();
	decision_eval(policy, &session.facts, &decision);
}

void decide_without(enum fact fact)
{
	struct facts facts = session.facts;

	facts.told &= ~FACT_BIT(fact);
	if (fact == FACT_SENDER)
		facts.sender = NULL;
	if (fact == FACT_RECIPIENT)
		facts.recipient = NULL;
	decision_eval(fact == FACT_POLICY ? NULL : policy, &facts, &decision);
}

void expect(const struct judgement *judgement, enum verdict verdict, enum reason reason,
	    const char *connector)
{
	cr_expect_eq(judgement->verdict, verdict, "%s", verdict_name(judgement->verdict));
	cr_expect_eq(judgement->reason, reason, "%s", reason_name(judgement->reason));
	cr_expect_eq(judgement->has_connector, connector != NULL);
	if (connector != NULL && judgement->has_connector)
		cr_expect_str_eq(judgement->decisive.connector->name, connector);
}

void expect_internal(enum fact untold)
{
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	cr_expect_not(decision.tested_differs);
	cr_expect_eq(decision.untold, untold);
}
