/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "policy/decision.h"
#include "util/memory.h"
#include "verdict/reply.h"

static struct policy *policy;
static struct session session;
static struct decision decision;

static void open_case(void)
{
	policy = policy_new();
	cr_assert_not_null(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.tls = (struct tls_facts){.bits = -1}; /* plaintext */
}

static void close_case(void)
{
	build_session_fini(&session);
	policy_free(&policy);
}

TestSuite(decision, .init = open_case, .fini = close_case);

/* Some cases change a connector, or add one, and decide again, which no policy in use does. */
static void finish_anew(void)
{
	network_index_fini(&policy->networks);
	policy->is_finished = false;
	pattern_index_free(&policy->names);
	policy->names = pattern_index_new();
	policy_finish(policy);
}

static void decide(void)
{
	finish_anew();
	decision_eval(policy, &session.facts, &decision);
}

static void expect(const struct judgement *judgement, enum verdict verdict, enum reason reason,
		   const char *connector)
{
	cr_expect_eq(judgement->verdict, verdict, "%s", verdict_name(judgement->verdict));
	cr_expect_eq(judgement->reason, reason, "%s", reason_name(judgement->reason));
	cr_expect_eq(judgement->has_connector, connector != NULL);
	if (connector != NULL && judgement->has_connector)
		cr_expect_str_eq(judgement->decisive.connector->name, connector);
}

Test(decision, nothing_applies)
{
	(void)build_connector(policy, "a", "fabrikam.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	cr_expect_not(decision.tested_differs);
}

Test(decision, tempfail_is_the_default_and_reject_is_stricter)
{
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	build_connector(policy, "b", NULL, "finance.example", NULL)->on_failure = ON_FAILURE_REJECT;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_PLAINTEXT, "b");
}

Test(decision, at_a_tie_the_first_in_the_file_speaks)
{
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	(void)build_connector(policy, "b", NULL, "finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
}

Test(decision, an_exception_frees_only_what_it_refines)
{
	build_connector(policy, "free", "x.contoso.com", NULL, NULL)->require.nothing = true;
	(void)build_connector(policy, "tree", "*.contoso.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, "free");
	(void)build_connector(policy, "finance", NULL, "finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "finance");
}

Test(decision, strictest_reading_counts)
{
	struct session hop;

	(void)build_connector(policy, "a", NULL, "recv.example", NULL);
	policy_finish(policy);
	build_session(&hop, "<a@x.contoso.com>", "<v%recv.example@mx.example>");
	hop.facts.tls.present = false;
	decision_eval(policy, &hop.facts, &decision);
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	build_session_fini(&hop);
}

Test(decision, trusted_networks)
{
	(void)build_connector(policy, "a", "*", NULL, NULL);
	build_cidrs(&policy->trusted_networks, "192.0.2.0/24");
	decide();
	cr_expect_eq(decision.exemption, EXEMPT_TRUSTED_NETWORK);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
}

Test(decision, local_submission)
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

Test(decision, no_client_address)
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

Test(decision, unreadable_addresses_are_never_let_in)
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

Test(decision, global_test_mode_lets_all_pass)
{
	(void)build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	policy->mode = MODE_TEST;
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
	cr_expect(decision.tested_differs);
}

Test(decision, global_test_mode_rehearses_what_will_be_enforced)
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

Test(decision, at_a_tie_of_readings_the_file_decides)
{
	struct session hop;

	(void)build_connector(policy, "first", NULL, "b.example", NULL);
	(void)build_connector(policy, "second", NULL, "a.example", NULL);
	policy_finish(policy);
	build_session(&hop, "<a@x.contoso.com>", "<v%b.example@a.example>");
	hop.facts.tls.present = false;
	decision_eval(policy, &hop.facts, &decision);
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "first");
	build_session_fini(&hop);
}

Test(decision, test_connector_changes_no_verdict)
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

Test(decision, header_from_selects_its_connectors_alone)
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
Test(decision, header_from_in_doubt_is_met_by_what_meets_all)
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
Test(decision, header_from_in_doubt_is_judged_alike_in_any_order)
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
Test(decision, header_from_in_doubt_and_exceptions)
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

Test(decision, quarantine_is_weaker_than_tempfail)
{
	build_connector(policy, "q", "*.contoso.com", NULL, NULL)->on_failure = ON_FAILURE_QUARANTINE;
	decide();
	expect(&decision.enforced, VERDICT_QUARANTINE, REASON_PLAINTEXT, "q");
	(void)build_connector(policy, "t", NULL, "finance.example", NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "t");
}

Test(decision, quarantine_where_the_mta_cannot_hold)
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

static void use_tls(enum tls_version version)
{
	session.facts.tls = (struct tls_facts){.present = true, .version = version, .bits = 256};
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

Test(decision, an_unseen_fingerprint_is_deferred_whatever_on_failure_says)
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

Test(decision, an_unseen_fingerprint_hides_no_refusal)
{
	(void)build_pinning_connector("a", "*.contoso.com");
	build_connector(policy, "b", NULL, "finance.example", NULL)->on_failure = ON_FAILURE_REJECT;
	use_tls(TLS_VERSION_1_1);
	policy->connectors[0]->require.min_version = TLS_VERSION_1_0;
	decide();
	expect(&decision.enforced, VERDICT_REJECT, REASON_VERSION, "b");
}

/* Of a policy and a session in which nothing else keeps mail out. */
static void decide_without(enum fact fact)
{
	struct facts facts = session.facts;

	facts.told &= ~FACT_BIT(fact);
	if (fact == FACT_SENDER)
		facts.sender = NULL;
	if (fact == FACT_RECIPIENT)
		facts.recipient = NULL;
	decision_eval(fact == FACT_POLICY ? NULL : policy, &facts, &decision);
}

static void expect_internal(enum fact untold)
{
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	expect(&decision.tested, VERDICT_TEMPFAIL, REASON_INTERNAL, NULL);
	cr_expect_not(decision.tested_differs);
	cr_expect_eq(decision.untold, untold);
}

static const enum fact always_needed[] = {FACT_EDITS, FACT_CLIENT, FACT_SENDER, FACT_RECIPIENT, FACT_POLICY};
#define ALWAYS_NEEDED (sizeof always_needed / sizeof *always_needed)

Test(decision, zeroed_facts_are_refused)
{
	const struct facts nothing = {0};

	decision_eval(policy, &nothing, &decision);
	expect_internal(FACT_EDITS);
	decision_eval(NULL, &nothing, &decision);
	expect_internal(FACT_EDITS);
}

Test(decision, what_was_not_told_is_refused)
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
Test(decision, what_was_not_told_concerns_nobody_who_is_not_judged)
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

Test(decision, addresses_without_domain_need_one_that_was_told)
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

/* What the end of the headers will need refuses beside what is judged now, and where it counts at all. */
Test(decision, headers_and_room_are_for_header_from)
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

Test(decision, headers_for_connectors_in_test_mode_change_no_verdict)
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

Test(decision, a_trace_header_that_cannot_be_made_is_refused)
{
	policy_finish(policy);
	decide_without(FACT_TRACE);
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	policy->trace_header = true;
	decide_without(FACT_TRACE);
	expect_internal(FACT_TRACE);
}

/* At DATA: who needs what follows, and nothing else. The connector was met, or not, at RCPT. */
Test(decision, what_follows_data_is_needed_by_some)
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

Test(decision, strictest_of_several)
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

/* Whatever else stands in it. */
Test(decision, an_address_that_is_not_understood_is_never_let_in)
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

/* The first reading is judged whatever it takes, the others while there is work left. */
Test(decision, readings_are_judged_up_to_the_work_that_is_left)
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

Test(decision, addresses_without_a_dot_need_what_follows)
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

Test(decision, keeps_what_was_not_told)
{
	struct decision so_far = {0}, next = {.untold = FACT_HEADERS};

	(void)decision_take_strictest(&so_far, &next);
	next.untold = FACT_TRACE;
	(void)decision_take_strictest(&so_far, &next);
	cr_expect_eq(so_far.untold, FACT_HEADERS);
}

Test(decision, more_connectors_than_have_room_without_the_heap)
{
	for (size_t i = 0; i < 2 * CANDIDATES_INLINE; i++)
		(void)build_connector(policy, i == 0 ? "a" : "b", "x.contoso.com", NULL, NULL);
	decide();
	expect(&decision.enforced, VERDICT_TEMPFAIL, REASON_PLAINTEXT, "a");
}

/* What the readings say that nobody could tell, of the sender as of the recipient. */
Test(decision, addresses_that_need_what_no_mta_said)
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

Test(decision, as_many_readings_as_there_can_be)
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

/* From: is judged for itself, and at DATA no address is. */
Test(decision, an_unreadable_sender_concerns_the_envelope)
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

/* A second reading of the recipient, for which nothing is left. */
static void leave_a_reading(void)
{
	cr_assert(readings_add(&session.recipient,
			       &(struct address){.local = (char[]){"b"}, .domain = (char[]){"law.example"}}));
	session.facts.work = DECISION_WORK_MAX + 1;
}

Test(decision, the_first_reading_is_judged_though_nothing_is_left)
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

Test(decision, many_connectors_leave_more_work)
{
	for (size_t i = 0; i <= DECISION_WORK_MAX / READINGS_MAX + 1; i++)
		(void)build_connector(policy, "a", "nobody.example", NULL, NULL);
	leave_a_reading();
	decide();
	expect(&decision.enforced, VERDICT_PASS, REASON_NONE, NULL);
	cr_expect_eq(decision.untold, FACT_NONE);
}

/* Of two verdicts that which took more, whichever comes first. */
Test(decision, work_is_that_of_one_verdict)
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
