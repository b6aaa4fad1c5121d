/* SPDX-License-Identifier: MIT */
/* Facts that nobody told: without those that count, no mail is let in. */
#include <criterion/criterion.h>

#include "unit/policy/decide.h"
#include "util/memory.h"
#include "verdict/reply.h"

TestSuite(decision_untold, .init = open_case, .fini = close_case);

static const enum fact always_needed[] = {FACT_EDITS, FACT_CLIENT, FACT_SENDER, FACT_RECIPIENT, FACT_POLICY};
#define ALWAYS_NEEDED (sizeof always_needed / sizeof *always_needed)

Test(decision_untold, zeroed_facts_are_refused)
{
	const struct facts nothing = {0};

	decision_eval(policy, &nothing, &decision);
	expect_internal(FACT_EDITS);
	decision_eval(NULL, &nothing, &decision);
	expect_internal(FACT_EDITS);
}

Test(decision_untold, what_was_not_told_is_refused)
{
	build_connector(policy, "a", "*.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_REJECT;
	policy_finish(policy);
	for (size_t i = 0; i < ALWAYS_NEEDED; i++) {
		decide_without(always_needed[i]);
		expect_internal(always_needed[i]);
	}
	policy->mode = MODE_TEST;
	for (size_t i = 0; i < ALWAYS_NEEDED; i++) {
		bool has_mode = always_needed[i] != FACT_POLICY;

		decide_without(always_needed[i]);
		cr_expect_eq(decision.enforced.verdict, has_mode ? VERDICT_PASS : VERDICT_TEMPFAIL);
		expect(&decision.tested, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
		cr_expect_eq(decision.tested_differs, has_mode);
	}
}

/* Nobody can tell of a client that was not told whether it is trusted; of the others it is enough to know the client. */
Test(decision_untold, what_was_not_told_concerns_nobody_who_is_not_judged)
{
	build_cidrs(&policy->trusted_networks, "192.0.2.0/24");
	policy_finish(policy);
	for (size_t i = 0; i < ALWAYS_NEEDED; i++) {
		enum fact fact = always_needed[i];

		decide_without(fact);
		if (fact == FACT_CLIENT || fact == FACT_POLICY) {
			expect_internal(fact);
			continue;
		}
		cr_expect_eq(decision.exemption, EXEMPT_TRUSTED_NETWORK);
		cr_expect_eq(decision.untold, FACT_NONE);
		expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
		cr_expect_not(decision.tested_differs);
	}
}

/* A connector that pins a certificate, as the milter sees it: nobody has told what the client showed. */
static struct connector *build_pinning_connector(const char *name, const char *senders)
{
	struct connector *connector = build_connector(policy, name, senders, NULL, NULL);

	connector->on_failure = ON_FAILURE_REJECT;
	connector->message = xstrdup("pinned");
	connector->require.certificates = xcalloc(1, sizeof *connector->require.certificates);
	connector->require.certificate_count = 1;
	connector->require.certificates[0].has_fingerprint = true;
	return connector;
}

Test(decision_untold, an_unseen_fingerprint_is_deferred_whatever_on_failure_says)
{
	struct reply reply;

	use_tls(TLS_VERSION_1_2);
	(void)build_pinning_connector("a", "*.contoso.com");
	decide();
	cr_expect(policy->has_fingerprints);
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, "a");
	reply_make(policy, &session.facts, &decision.enforced, &reply);
	cr_expect_str_eq(reply.status, "4.3.0");
	cr_expect_str_eq(reply.text, "try again later");
	reply_fini(&reply);
	session.facts.certificate.fingerprints.seen = FINGERPRINTS_SHOWN;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_FINGERPRINT, "a");
	session.facts.certificate.fingerprints.count = 1; /* all zeros, as the entry is */
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, "a");
}

Test(decision_untold, an_unseen_fingerprint_hides_no_refusal)
{
	(void)build_pinning_connector("a", "*.contoso.com");
	build_connector(policy, "b", NULL, "finance.example", NULL)->on_failure = ON_FAILURE_REJECT;
	use_tls(TLS_VERSION_1_1);
	policy->connectors[0]->require.min_version = TLS_VERSION_1_0;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_VERSION, "b");
}

Test(decision_untold, addresses_without_domain_need_one_that_was_told)
{
	static const struct {
		const char *from, *to;
		bool internal;
	} cases[] = {
		{"<a@x.example>", "<b@y.example>", false},
		{"<>", "<b@y.example>", false},
		{"<a>", "<b@y.example>", true},
		{"<a@x.example>", "<b>", true},
		{"<a@x.example>", "<b%y.example>", true},
	};

	policy_finish(policy);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct session bare;

		build_session(&bare, cases[i].from, cases[i].to);
		decision_eval(policy, &bare.facts, &decision);
		cr_expect_eq(decision.enforced.verdict, VERDICT_PASS, "case %zu", i);
		bare.facts.told &= ~FACT_BIT(FACT_DOMAIN);
		decision_eval(policy, &bare.facts, &decision);
		if (cases[i].internal)
			expect_internal(FACT_DOMAIN);
		else
			cr_expect_eq(decision.enforced.verdict, VERDICT_PASS, "case %zu", i);
		build_session_fini(&bare);
	}
}

Test(decision_untold, addresses_without_a_dot_need_what_follows)
{
	struct session undotted;

	build_connector(policy, "a", "*.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_REJECT;
	policy_finish(policy);
	build_session(&undotted, "<a@contoso.com>", "<b@finance.example>");
	readings_fini(&undotted.recipient);
	readings_of_recipient(&undotted.recipient, &(struct written_address){.argument = "<b@host>"});
	decision_eval(policy, &undotted.facts, &decision);
	expect_internal(FACT_MYDOMAIN);
	readings_fini(&undotted.recipient);
	undotted.recipient = (struct readings){.result = ADDRESS_OK};
	decision_eval(policy, &undotted.facts, &decision);
	cr_expect_eq(decision.enforced.verdict, VERDICT_TEMPFAIL, "nobody is the recipient");
	build_session_fini(&undotted);
}

/* What the readings say that nobody could tell, of the sender as of the recipient. */
Test(decision_untold, addresses_that_need_what_no_mta_said)
{
	enum address_result *const results[] = {&session.sender.result, &session.recipient.result};

	policy_finish(policy);
	for (size_t i = 0; i < 2; i++) {
		*results[i] = ADDRESS_HOMELESS;
		decision_eval(policy, &session.facts, &decision);
		expect_internal(FACT_DOMAIN);
		*results[i] = ADDRESS_UNQUALIFIED;
		decision_eval(policy, &session.facts, &decision);
		expect_internal(FACT_MYDOMAIN);
		*results[i] = ADDRESS_OK;
	}
}

/* What the end of the headers will need refuses beside what is judged now, and where it counts at all. */
Test(decision_untold, headers_and_room_are_for_header_from)
{
	static const enum fact needed[] = {FACT_HEADERS, FACT_ROOM};
	struct connector *connector = build_connector(policy, "a", "*.contoso.com", NULL, NULL);

	connector->on_failure = ON_FAILURE_REJECT;
	policy_finish(policy);
	for (size_t i = 0; i < 2; i++) {
		decide_without(needed[i]);
		expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "a");
		cr_expect_eq(decision.untold, FACT_NONE);
	}
	connector->header_from = true;
	decide();
	for (size_t i = 0; i < 2; i++) {
		decide_without(needed[i]);
		expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "a");
		cr_expect_eq(decision.untold, needed[i]);
	}
	session.facts.tls.present = true;
	session.facts.tls.version = TLS_VERSION_1_2;
	for (size_t i = 0; i < 2; i++) {
		decide_without(needed[i]);
		expect_internal(needed[i]);
	}
}

Test(decision_untold, headers_for_connectors_in_test_mode_change_no_verdict)
{
	struct connector *connector = build_connector(policy, "a", "fabrikam.com", NULL, NULL);

	connector->header_from = true;
	connector->mode = MODE_TEST;
	policy_finish(policy);
	decide_without(FACT_HEADERS);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	cr_expect(decision.tested_differs);
	cr_expect_eq(decision.untold, FACT_HEADERS);
}

Test(decision_untold, a_trace_header_that_cannot_be_made_is_refused)
{
	policy_finish(policy);
	decide_without(FACT_TRACE);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	policy->trace_header = true;
	decide_without(FACT_TRACE);
	expect_internal(FACT_TRACE);
}

/* At DATA: who needs what follows, and nothing else. The connector was met, or not, at RCPT. */
Test(decision_untold, what_follows_data_is_needed_by_some)
{
	struct connector *connector = build_connector(policy, "a", "*.contoso.com", NULL, NULL);

	connector->on_failure = ON_FAILURE_REJECT;
	policy_finish(policy);
	session.facts.at_data = true;
	decide_without(FACT_CONTENT);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	session.facts.is_held = true;
	decide_without(FACT_CONTENT);
	expect_internal(FACT_CONTENT);
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	session.facts.is_held = false;
	policy->trace_header = true;
	decide_without(FACT_CONTENT);
	expect_internal(FACT_CONTENT);
	policy->trace_header = false;
	connector->header_from = true;
	finish_anew();
	decide_without(FACT_CONTENT);
	expect_internal(FACT_CONTENT);
	connector->mode = MODE_TEST;
	policy->enforces_header_from = false;
	policy->has_test_connectors = true;
	decide_without(FACT_CONTENT);
	cr_expect_eq(decision.enforced.verdict, VERDICT_PASS);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
}

Test(decision_untold, keeps_what_was_not_told)
{
	struct decision so_far = {0}, next = {.untold = FACT_HEADERS};

	(void)decision_take_strictest(&so_far, &next);
	next.untold = FACT_TRACE;
	(void)decision_take_strictest(&so_far, &next);
	cr_expect_eq(so_far.untold, FACT_HEADERS);
}
