/* SPDX-License-Identifier: MIT */
/* Connectors that From: selects, also where nobody can tell which mailbox is meant. */
#include <criterion/criterion.h>

#include "unit/policy/decide.h"
#include "util/memory.h"

TestSuite(decision_header_from, .init = open_case, .fini = close_case);

/* What a From: field selects: the decision where it is something, and none where it is nothing. */
static void decide_header(const char *body)
{
	struct from_selection from = {0};

	from_selection_add(&from, policy, body);
	session.facts.header_from = &from;
	decision = (struct decision){0};
	if (from_selection_any(&from))
		decision_eval(policy, &session.facts, &decision);
	session.facts.header_from = NULL;
	from_selection_fini(&from);
}

Test(decision_header_from, header_from_selects_its_connectors_alone)
{
	build_connector(policy, "a", "fabrikam.com ceo@northwind.example", NULL, NULL)->header_from = true;
	(void)build_connector(policy, "b", "other.example", NULL, NULL);
	policy_finish(policy);
	decide_header("x@fabrikam.com");
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	decide_header("x@other.example");
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	decide_header("x@northwind.example");
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	decide_header("ceo@northwind.example");
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	decide_header("\"x@northwind.example"); /* nobody can tell which mailbox */
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	decide_header("\"x@other.example");
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	policy->connectors[0]->on_failure = ON_FAILURE_REJECT;
	decide_header("x@nobody\xff.example"); /* nobody can tell whose mail it is */
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, "a");
	decide_header("x@fabrikam.com\xff");
	expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "a");
}

/* A mailbox of 9, and one of a name that cannot be read: the reason is never "internal", and what is met is met. */
Test(decision_header_from, header_from_in_doubt_is_met_by_what_meets_all)
{
	static const char *const doubtful[] = {
		"\"x@fabrikam.com",
		"x@fabrikam.com\xff",
		("1@fabrikam.com,2@fabrikam.com,3@fabrikam.com,4@fabrikam.com,5@fabrikam.com,6@fabrikam.com,"
		 "7@fabrikam.com,8@fabrikam.com,9@x.fabrikam.com"),
	};

	build_connector(policy, "a", "*.fabrikam.com", NULL, NULL)->header_from = true;
	build_connector(policy, "b", "x.fabrikam.com", NULL, NULL)->require.nothing = true;
	policy->connectors[1]->header_from = true;
	policy_finish(policy);
	for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++) {
		session.facts.tls.present = false;
		decide_header(doubtful[i]);
		expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
		session.facts.tls.present = true;
		session.facts.tls.version = TLS_VERSION_1_2;
		decide_header(doubtful[i]);
		cr_expect_eq(decision.enforced.verdict, VERDICT_PASS, "%s", doubtful[i]);
	}
}

/* One is met, one defers, two refuse: the first of these in the file speaks, whichever is found first. */
Test(decision_header_from, header_from_in_doubt_is_judged_alike_in_any_order)
{
	static const uint32_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {3, 1, 0, 2}};
	static const char *const names[] = {"met", "defers", "refuses", "too"};
	struct possible_match possible[4];
	const struct from_selection from = {.possible = possible, .possible_count = 4};

	for (size_t i = 0; i < 4; i++) {
		build_connector(policy, names[i], "fabrikam.com", NULL, NULL)->header_from = true;
		policy->connectors[i]->require.nothing = i == 0;
		policy->connectors[i]->on_failure = i < 2 ? ON_FAILURE_TEMPFAIL : ON_FAILURE_REJECT;
	}
	policy_finish(policy);
	session.facts.header_from = &from;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		for (size_t j = 0; j < 4; j++)
			possible[j] = (struct possible_match){
				.number = orders[i][j], .rank = RANK_ANYONE, .pattern = PATTERN_REF_NONE};
		decision_eval(policy, &session.facts, &decision);
		expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "refuses");
	}
	session.facts.header_from = NULL;
}

/* An exception for certain senders frees nobody of whom nobody can tell who it is; one for clients does. */
Test(decision_header_from, header_from_in_doubt_and_exceptions)
{
	struct connector *connector = build_connector(policy, "a", "*.fabrikam.com", NULL, NULL);

	connector->header_from = true;
	connector->exceptions = xcalloc(2, sizeof *connector->exceptions);
	connector->exceptions[0].senders = build_patterns("fabrikam.com");
	connector->exceptions[1].has_clients = true;
	connector->exception_count = 1;
	build_cidrs(&connector->exceptions[1].clients, "192.0.2.0/24");
	policy_finish(policy);
	decide_header("x@fabrikam.com");
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	decide_header("\"x@fabrikam.com");
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	connector->exception_count = 2;
	decide_header("\"x@fabrikam.com");
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
}
