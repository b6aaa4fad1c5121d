/* SPDX-License-Identifier: MIT */
#include "verdict/event.h"

#include <criterion/criterion.h>

#include "unit/policy/build.h"

static struct policy *policy;
static struct session session;

static void open_case(void)
{
	policy = policy_new();
	build_connector(policy, "a", "a.example", NULL, NULL)->on_failure = ON_FAILURE_REJECT;
	build_connector(policy, "pilot", "pilot.example", NULL, NULL)->mode = MODE_TEST;
	policy_finish(policy);
}

static void close_case(void)
{
	build_session_fini(&session);
	policy_free(&policy);
}

TestSuite(event, .init = open_case, .fini = close_case);

static struct event decided(const char *sender)
{
	struct event event = {.policy = policy, .facts = &session.facts};

	build_session(&session, sender, "<b@example.org>");
	session.facts.tls = (struct tls_facts){.bits = -1};
	event_decide(&event);
	return event;
}

Test(event, has_the_reply_that_is_given)
{
	struct event event = decided("<x@a.example>");

	cr_expect_str_eq(event.reply.code, "550");
	cr_expect_str_eq(event.reply.text, "TLS required for mail from a.example");
	cr_expect_null(event.tested_reply.text);
	cr_expect_eq(event_judgement(&event, false)->verdict, VERDICT_REJECT);
	cr_expect_eq(event_mode(&event, false), MODE_ENFORCE);
	event_fini(&event);
	cr_expect_null(event.reply.text);
}

Test(event, has_the_reply_of_test_mode_where_that_differs)
{
	struct event event = decided("<x@pilot.example>");

	cr_expect_null(event.reply.code);
	cr_expect_str_eq(event.tested_reply.code, "451");
	cr_expect_eq(event_judgement(&event, true)->verdict, VERDICT_TEMPFAIL);
	cr_expect_eq(event_mode(&event, true), MODE_TEST);
	event_fini(&event);
	cr_expect_null(event.tested_reply.text);
}

/* What could not be judged is an event like any other. */
Test(event, is_one_without_a_policy)
{
	struct event event = {.facts = &session.facts};

	build_session(&session, "<x@a.example>", "<b@example.org>");
	event_decide(&event);
	cr_expect_eq(event.decision.untold, FACT_POLICY);
	cr_expect_eq(event_mode(&event, false), MODE_ENFORCE);
	cr_expect_str_eq(event.reply.code, "451");
	cr_expect_str_eq(event.reply.text, "try again later");
	event_fini(&event);
}

/* What an administrator is to do, but where whoever tried has said it. */
Test(event, says_what_was_untold)
{
	for (enum fact fact = FACT_NONE; fact <= FACT_READINGS; fact++)
		cr_expect_eq(event_untold_text(fact) != NULL, fact > FACT_EDITS, "%d", (int)fact);
}
