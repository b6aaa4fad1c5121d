/* SPDX-License-Identifier: MIT */
/* Addresses that can be read in several ways, or in none, and the work that is left to judge them. */
#include <criterion/criterion.h>

#include "unit/policy/decide.h"

TestSuite(decision_readings, .init = open_case, .fini = close_case);

/* Mail to it in plaintext is deferred, by that connector. */
static void expect_plaintext_is_deferred(const char *recipient, const char *connector)
{
	struct session hop;

	build_session(&hop, "<a@x.contoso.com>", recipient);
	hop.facts.tls.present = false;
	decision_eval(policy, &hop.facts, &decision);
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, connector);
	build_session_fini(&hop);
}

Test(decision_readings, strictest_reading_counts)
{
	(void)build_connector(policy, "a", NULL, "recv.example", NULL);
	policy_finish(policy);
	expect_plaintext_is_deferred("<v%recv.example@mx.example>", "a");
}

Test(decision_readings, at_a_tie_of_readings_the_file_decides)
{
	(void)build_connector(policy, "first", NULL, "b.example", NULL);
	(void)build_connector(policy, "second", NULL, "a.example", NULL);
	policy_finish(policy);
	expect_plaintext_is_deferred("<v%b.example@a.example>", "first");
}

Test(decision_readings, unreadable_addresses_are_never_let_in)
{
	struct session bad;

	policy_finish(policy);
	build_session(&bad, "<a@x..contoso.com>", "<b@finance.example>");
	decision_eval(policy, &bad.facts, &decision);
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	build_session_fini(&bad);
	build_session(&bad, "<a@contoso.com>", "<b@\xff>");
	decision_eval(policy, &bad.facts, &decision);
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	cr_expect_not(decision.tested_differs);
	policy->mode = MODE_TEST;
	decision_eval(policy, &bad.facts, &decision);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	cr_expect(decision.tested_differs);
	build_session_fini(&bad);
}

/* Whatever else stands in it. */
Test(decision_readings, an_address_that_is_not_understood_is_never_let_in)
{
	(void)build_connector(policy, "a", "fabrikam.com", NULL, NULL);
	session.sender.result = ADDRESS_INVALID;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	session.sender.result = ADDRESS_OK;
	session.recipient.result = ADDRESS_UNCONVERTIBLE;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	session.recipient.result = ADDRESS_OK;
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	session.facts.header_from = &(struct from_selection){0}; /* of nobody */
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
}

/* From: is judged for itself, and at DATA no address is. */
Test(decision_readings, an_unreadable_sender_concerns_the_envelope)
{
	const struct from_selection selection = {.addresses = session.sender};

	policy_finish(policy);
	session.sender.result = ADDRESS_INVALID;
	decision_eval(policy, &session.facts, &decision);
	expect_internal(FACT_NONE);
	session.facts.at_data = true;
	decision_eval(policy, &session.facts, &decision);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	session.facts.at_data = false;
	session.facts.header_from = &selection;
	decision_eval(policy, &session.facts, &decision);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
}

Test(decision_readings, as_many_readings_as_there_can_be)
{
	char domains[READINGS_MAX][2] = {0}, local[] = "b";

	policy_finish(policy);
	for (size_t i = session.recipient.count; i < READINGS_MAX; i++) {
		domains[i][0] = (char)('a' + i);
		cr_assert(readings_add(&session.recipient,
				       &(struct address){.local = local, .domain = domains[i]}));
	}
	cr_assert_eq(session.recipient.count, READINGS_MAX);
	decide_without(FACT_DOMAIN);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	cr_expect_eq(decision.untold, FACT_NONE);
}

/* The first reading is judged whatever it takes, the others while there is work left. */
Test(decision_readings, readings_are_judged_up_to_the_work_that_is_left)
{
	struct readings from = {0};
	struct from_selection selection = {0};
	size_t one;

	build_connector(policy, "a", NULL, "law.example", NULL)->on_failure = ON_FAILURE_REJECT;
	policy->connectors[0]->header_from = true;
	(void)build_connector(policy, "b", NULL, "*.finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "b");
	one = decision.work;
	cr_assert(readings_add(&session.recipient,
			       &(struct address){.local = (char[]){"b"}, .domain = (char[]){"law.example"}}));
	session.facts.work = DECISION_WORK_MAX - one;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "a");
	cr_expect_eq(decision.untold, FACT_NONE);
	session.facts.work++;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "b");
	cr_expect_eq(decision.untold, FACT_READINGS);
	/* At the end of the headers, every reading of the recipient for one sender. */
	cr_assert(readings_add(&from, &session.sender.addresses[0]));
	selection.addresses = from;
	session.facts.header_from = &selection;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "a");
	cr_expect_eq(decision.untold, FACT_NONE);
	readings_fini(&from);
}

/* A second reading of the recipient, for which nothing is left. */
static void leave_a_reading(void)
{
	cr_assert(readings_add(&session.recipient,
			       &(struct address){.local = (char[]){"b"}, .domain = (char[]){"law.example"}}));
	session.facts.work = DECISION_WORK_MAX + 1;
}

Test(decision_readings, the_first_reading_is_judged_though_nothing_is_left)
{
	const struct from_selection selection = {.addresses = session.sender};

	build_connector(policy, "a", NULL, "law.example", NULL)->on_failure = ON_FAILURE_REJECT;
	(void)build_connector(policy, "b", NULL, "finance.example", NULL);
	policy->connectors[0]->header_from = true;
	leave_a_reading();
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "b");
	use_tls(TLS_VERSION_1_2);
	decide();
	expect_internal(FACT_READINGS);
	decide_without(FACT_HEADERS);
	expect_internal(FACT_HEADERS);
	use_tls(TLS_VERSION_1_1);
	session.facts.header_from = &selection;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_VERSION, "a");
	cr_expect_eq(decision.untold, FACT_NONE);
}

Test(decision_readings, many_connectors_leave_more_work)
{
	for (size_t i = 0; i <= DECISION_WORK_MAX / READINGS_MAX + 1; i++)
		(void)build_connector(policy, "a", "nobody.example", NULL, NULL);
	leave_a_reading();
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	cr_expect_eq(decision.untold, FACT_NONE);
}

/* Of two verdicts that which took more, whichever comes first. */
Test(decision_readings, work_is_that_of_one_verdict)
{
	size_t work;

	build_connector(policy, "pilot", "x.contoso.com", NULL, NULL)->mode = MODE_TEST;
	(void)build_connector(policy, "a", NULL, "finance.example", NULL);
	decide();
	work = decision.work;
	policy->mode = MODE_TEST;
	decide();
	cr_expect_eq(decision.work, work);
}
