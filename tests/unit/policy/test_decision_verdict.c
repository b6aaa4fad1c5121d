/* SPDX-License-Identifier: MIT */
/* Which verdict counts: exemptions, strictness, exceptions, and test mode. */
#include <criterion/criterion.h>

#include "unit/policy/decide.h"

TestSuite(decision_verdict, .init = open_case, .fini = close_case);

Test(decision_verdict, nothing_applies)
{
	(void)build_connector(policy, "a", "fabrikam.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	cr_expect_not(decision.tested_differs);
}

Test(decision_verdict, trusted_networks)
{
	(void)build_connector(policy, "a", "*", NULL, NULL);
	build_cidrs(&policy->trusted_networks, "192.0.2.0/24");
	decide();
	cr_expect_eq(decision.exemption, EXEMPT_TRUSTED_NETWORK);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
}

Test(decision_verdict, local_submission)
{
	(void)build_connector(policy, "a", "*", NULL, NULL);
	cr_assert(ip_parse("127.0.0.1", &session.facts.client));
	session.facts.client_port = 0;
	decide(); /* a proxy can say that */
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	session.facts.from_local_program = true;
	decide();
	cr_expect_eq(decision.exemption, EXEMPT_LOCAL_SUBMISSION);
	session.facts.client_port = 1;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	cr_assert(ip_parse("192.0.2.1", &session.facts.client));
	session.facts.client_port = 0;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
}

Test(decision_verdict, no_client_address)
{
	session.facts.client.family = 0;
	session.facts.client_port = -1;
	session.facts.from_local_program = true;
	decide();
	cr_expect_eq(decision.exemption, EXEMPT_LOCAL_SUBMISSION);
	session.facts.from_local_program = false;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
}

Test(decision_verdict, tempfail_is_the_default_and_reject_is_stricter)
{
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	build_connector(policy, "b", NULL, "finance.example", NULL)->on_failure = ON_FAILURE_REJECT;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "b");
}

Test(decision_verdict, at_a_tie_the_first_in_the_file_speaks)
{
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	(void)build_connector(policy, "b", NULL, "finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
}

Test(decision_verdict, an_exception_frees_only_what_it_refines)
{
	build_connector(policy, "free", "x.contoso.com", NULL, NULL)->require.nothing = true;
	(void)build_connector(policy, "tree", "*.contoso.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, "free");
	(void)build_connector(policy, "finance", NULL, "finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "finance");
}

Test(decision_verdict, quarantine_is_weaker_than_tempfail)
{
	build_connector(policy, "q", "*.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_QUARANTINE;
	decide();
	expect(&decision.enforced, VERDICT_QUARANTINE, REASON_PLAINTEXT, "q");
	(void)build_connector(policy, "t", NULL, "finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "t");
}

Test(decision_verdict, quarantine_where_the_mta_cannot_hold)
{
	build_connector(policy, "q", "*.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_QUARANTINE;
	session.facts.can_quarantine = false;
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "q");
	policy->mode = MODE_TEST;
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "q");
}

Test(decision_verdict, strictest_of_several)
{
	char name_a[] = "a", name_b[] = "b";
	const struct connector a = {.name = name_a}, b = {.name = name_b};
	const struct decision none = {0};
	const struct decision pass_a = {.enforced = {.has_connector = true, .decisive.connector = &a}};
	const struct decision hold_b = {
		.enforced = {.verdict = VERDICT_QUARANTINE, .has_connector = true, .decisive.connector = &b},
		.tested = {.verdict = VERDICT_REJECT, .has_connector = true, .decisive.connector = &a},
		.tested_differs = true};
	const struct decision hold_a = {
		.enforced = {.verdict = VERDICT_QUARANTINE, .has_connector = true, .decisive.connector = &a},
		.tested = {.verdict = VERDICT_QUARANTINE, .has_connector = true, .decisive.connector = &a}};
	struct decision so_far = {0};
	struct decision_replaced replaced = decision_take_strictest(&so_far, &none);

	cr_expect(!replaced.enforced && !replaced.tested);
	replaced = decision_take_strictest(&so_far, &pass_a);
	cr_expect(replaced.enforced && !replaced.tested);
	replaced = decision_take_strictest(&so_far, &none);
	cr_expect(!replaced.enforced && !replaced.tested && !so_far.tested_differs);
	replaced = decision_take_strictest(&so_far, &hold_b);
	cr_expect(replaced.enforced && replaced.tested && so_far.tested_differs);
	replaced = decision_take_strictest(&so_far, &hold_a);
	cr_expect(!replaced.enforced && !replaced.tested);
	expect(&so_far.enforced, VERDICT_QUARANTINE, REASON_NONE, "b");
	expect(&so_far.tested, VERDICT_REJECT, REASON_NONE, "a");
	cr_expect(so_far.tested_differs);
}

Test(decision_verdict, more_connectors_than_have_room_without_the_heap)
{
	for (size_t i = 0; i < 2 * CANDIDATES_INLINE; i++)
		(void)build_connector(policy, i == 0 ? "a" : "b", "x.contoso.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
}

Test(decision_verdict, global_test_mode_lets_all_pass)
{
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	policy->mode = MODE_TEST;
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	cr_expect(decision.tested_differs);
}

Test(decision_verdict, global_test_mode_rehearses_what_will_be_enforced)
{
	struct connector *pilot;

	build_connector(policy, "live", "x.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_REJECT;
	pilot = build_connector(policy, "pilot", "x.contoso.com", NULL, NULL);
	pilot->mode = MODE_TEST;
	pilot->require.nothing = true;
	policy->mode = MODE_TEST;
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	expect(&decision.tested, VERDICT_REJECT, REASON_PLAINTEXT, "live");
}

Test(decision_verdict, test_connector_changes_no_verdict)
{
	struct connector *pilot = build_connector(policy, "pilot", "x.contoso.com", NULL, NULL);

	pilot->mode = MODE_TEST;
	pilot->require.nothing = true;
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	expect(&decision.tested, VERDICT_PASS, REASON_NONE, "pilot");
	cr_expect(decision.tested_differs);
}
