/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/policy/build.h"
#include "policy/displacement.h"
#include "policy/from_selection.h"
#include "policy/match.h"
#include "policy/selector.h"
#include "util/memory.h"

/* One connector: selectors as build_connector takes them, and its mode. */
struct row {
	const char *name, *senders, *recipients, *clients;
	enum mode mode;
};

#define ROWS_MAX 4

struct match_case {
	const char *what;
	struct row rows[ROWS_MAX];
	const char *from, *to;
	enum match_with with;
	const char *want; /* the connectors that apply */
};

/* The names of the connectors that apply, with the rows added in the given order. */
static char *applying(const struct match_case *c, bool backwards)
{
	struct policy *policy = policy_new();
	struct candidates candidates;
	struct envelope envelope;
	struct strbuf names = {0};
	struct session session;

	for (size_t i = 0; i < ROWS_MAX; i++) {
		const struct row *row = &c->rows[backwards ? ROWS_MAX - 1 - i : i];

		if (row->name != NULL)
			build_connector(policy, row->name, row->senders, row->recipients, row->clients)
				->mode = row->mode;
	}
	policy_finish(policy);
	build_session(&session, c->from, c->to);
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, c->with, &candidates);
	for (char name = 'a'; name <= 'z'; name++) /* in the order of names, whatever the order of the file */
		for (size_t i = 0; i < candidates.count; i++)
			if (candidates.list[i].state == CANDIDATE_APPLIES &&
			    candidates.list[i].connector->name[0] == name)
				strbuf_putc(&names, name);
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
	return strbuf_take(&names);
}

/* A domain as long as there may be. */
#define LABEL "aaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaab"
#define LONGEST_PARENT LABEL "." LABEL "." LABEL "." LABEL ".local"
#define LONGEST "123." LONGEST_PARENT

static_assert(sizeof LONGEST == 254, "RFC 1035, section 2.3.4, less the root's length and dot");

/* from a@x.contoso.com to b@finance.example, client 192.0.2.25, unless said otherwise. */
static const struct match_case cases[] = {
	{"exact before tree",
	 {{"a", "x.contoso.com", 0, 0, 0}, {"b", "*.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "a"},
	{"below before tree",
	 {{"a", ".contoso.com", 0, 0, 0}, {"b", "*.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "a"},
	{"longer suffix", {{"a", "*.x.contoso.com", 0, 0, 0}, {"b", ".contoso.com", 0, 0, 0}}, 0, 0, 0, "a"},
	{"mailbox before domain",
	 {{"a", "a@x.contoso.com", 0, 0, 0}, {"b", "x.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "a"},
	{"the longest suffixes",
	 {{"a", "." LONGEST_PARENT, 0, 0, 0}, {"b", "*." LONGEST_PARENT, 0, 0, 0}},
	 "<a@" LONGEST ">",
	 0,
	 0,
	 "a"},
	{"exact before the longest suffix",
	 {{"a", LONGEST, 0, 0, 0}, {"b", "*." LONGEST, 0, 0, 0}},
	 "<a@" LONGEST ">",
	 0,
	 0,
	 "a"},
	{"mailbox before the longest domain, and beside the closest network",
	 {{"a", "a@" LONGEST, 0, 0, 0}, {"b", LONGEST, 0, 0, 0}, {"c", 0, 0, "192.0.2.25", 0}},
	 "<a@" LONGEST ">",
	 0,
	 0,
	 "ac"},
	{"anything before anyone", {{"a", "*.com", 0, 0, 0}, {"b", "*", 0, 0, 0}}, 0, 0, 0, "a"},
	{"different selectors both apply",
	 {{"a", "x.contoso.com", 0, 0, 0}, {"b", 0, "finance.example", 0, 0}},
	 0,
	 0,
	 0,
	 "ab"},
	{"one selector more",
	 {{"a", "*.contoso.com", "finance.example", 0, 0}, {"b", "*.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "a"},
	{"one selector more but less specific",
	 {{"a", "*.contoso.com", "finance.example", 0, 0}, {"b", "x.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "ab"},
	{"crossing specificity",
	 {{"a", "x.contoso.com", "*.example", 0, 0}, {"b", "*.contoso.com", "finance.example", 0, 0}},
	 0,
	 0,
	 0,
	 "ab"},
	{"longer prefix", {{"a", 0, 0, "192.0.2.0/28", 0}, {"b", 0, 0, "192.0.2.0/24", 0}}, 0, 0, 0, "b"},
	{"longer prefix holding the client",
	 {{"a", 0, 0, "192.0.2.16/28", 0}, {"b", 0, 0, "192.0.2.0/24", 0}},
	 0,
	 0,
	 0,
	 "a"},
	{"anyone alone is a selector",
	 {{"a", "*", 0, 0, 0}, {"b", 0, "finance.example", 0, 0}},
	 0,
	 0,
	 0,
	 "ab"},
	{"anyone beside another is none",
	 {{"a", "*", "finance.example", 0, 0}, {"b", 0, "finance.example", "192.0.2.0/24", 0}},
	 0,
	 0,
	 0,
	 "b"},
	{"anyone beside another adds nothing",
	 {{"a", "*", "finance.example", 0, 0}, {"b", 0, "*.example", 0, 0}},
	 0,
	 0,
	 0,
	 "a"},
	{"anyone twice is no refinement of anyone",
	 {{"a", "*", "*", 0, 0}, {"b", "*", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "ab"},
	{"anyone twice is anyone", {{"a", "*", "*", 0, 0}, {"b", "x.contoso.com", 0, 0, 0}}, 0, 0, 0, "b"},
	{"anyone twice is a selector",
	 {{"a", "*", "*", 0, 0}, {"b", 0, 0, "192.0.2.0/24", 0}},
	 0,
	 0,
	 0,
	 "ab"},
	{"a chain leaves the narrowest",
	 {{"a", "*", 0, 0, 0},
	  {"b", "*.com", 0, 0, 0},
	  {"c", "*.contoso.com", 0, 0, 0},
	  {"d", "x.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "d"},
	{"all selectors must match",
	 {{"a", "x.contoso.com", "other.example", 0, 0}, {"b", "*", 0, 0, 0}},
	 0,
	 0,
	 0,
	 "b"},
	{"no domain is anyone alone",
	 {{"a", "*.com", 0, 0, 0}, {"b", "*", 0, 0, 0}},
	 "<postmaster>",
	 0,
	 0,
	 "b"},
	{"test does not count when enforcing",
	 {{"a", "x.contoso.com", 0, 0, MODE_TEST}, {"b", "*.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 MATCH_ENFORCING,
	 "b"},
	{"test displaces with all",
	 {{"a", "x.contoso.com", 0, 0, MODE_TEST}, {"b", "*.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 MATCH_ALL,
	 "a"},
	{"test displaces its equal with all",
	 {{"a", "x.contoso.com", 0, 0, MODE_TEST}, {"b", "x.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 MATCH_ALL,
	 "a"},
	{"enforcing displaces a wider test",
	 {{"a", "*.contoso.com", 0, 0, MODE_TEST}, {"b", "x.contoso.com", 0, 0, 0}},
	 0,
	 0,
	 MATCH_ALL,
	 "b"},
};

Test(match, specificity_in_either_order)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int backwards = 0; backwards <= 1; backwards++) {
			struct match_case c = cases[i];
			char *got;

			c.from = c.from != NULL ? c.from : "<a@x.contoso.com>";
			c.to = c.to != NULL ? c.to : "<b@finance.example>";
			got = applying(&c, backwards);
			cr_expect_str_eq(got, c.want, "%s%s: got %s, want %s", c.what,
					 backwards ? " (backwards)" : "", got, c.want);
			free(got);
		}
}

Test(match, more_candidates_than_fit_inline)
{
	struct policy *policy = policy_new();
	struct candidates candidates;
	struct envelope envelope;
	struct session session;
	char network[CIDR_TEXT_SIZE];

	for (int prefix = 1; prefix <= 32; prefix++) {
		struct cidr cidr = {.network = {.family = 4, .bytes = {192, 0, 2, 25}},
				    .prefix = (uint8_t)prefix};

		for (int bit = prefix; bit < 32; bit++)
			cidr.network.bytes[bit / 8] &= (uint8_t) ~(1u << (7 - bit % 8));
		(void)build_connector(policy, "n", prefix % 2 == 0 ? "x.contoso.com" : NULL, NULL,
				      cidr_print(&cidr, network));
	}
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
	candidates_sort(&candidates);
	cr_assert_eq(candidates.count, 32);
	for (size_t i = 0; i < candidates.count; i++) {
		cr_expect_eq(candidates.list[i].connector->number, i);
		cr_expect_eq(candidates.list[i].state, i == 31 ? CANDIDATE_APPLIES : CANDIDATE_DISPLACED);
	}
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
}

/* However many there are, the client leads to its own alone. */
Test(match, what_only_the_session_selects)
{
	struct policy *policy = policy_new();
	struct connector *presenting;
	struct candidates candidates;
	struct envelope envelope;
	struct session session;

	(void)build_connector(policy, "a", NULL, NULL, "198.51.100.0/24");
	(void)build_connector(policy, "b", NULL, NULL, "192.0.2.0/24 192.0.2.0/28 192.0.2.25");
	(void)build_connector(policy, "c", NULL, NULL, "192.0.2.0/25 2001:db8::/32");
	presenting = build_connector(policy, "d", NULL, NULL, NULL);
	build_presenting(presenting, "mail.contoso.com");
	build_presenting(build_connector(policy, "e", NULL, NULL, NULL), "mail.other.example *.fabrikam.com");
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.certificate.subject_cn = "mail.contoso.com";
	envelope = facts_envelope(&session.facts, 0, 0);
	for (int verified = 0; verified <= 1; verified++) {
		session.facts.certificate.state = verified ? CERTIFICATE_VERIFIED : CERTIFICATE_UNVERIFIED;
		candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
		candidates_sort(&candidates);
		cr_assert_eq(candidates.count, verified ? 3 : 2);
		cr_expect_str_eq(candidates.list[0].connector->name, "b");
		cr_expect_eq(candidates.list[0].fits[SELECTOR_CLIENTS].rank, RANK_ANYONE + 1 + 32);
		cr_expect_eq(candidates.list[0].state, CANDIDATE_APPLIES);
		cr_expect_str_eq(candidates.list[1].connector->name, "c");
		cr_expect_eq(candidates.list[1].state, CANDIDATE_DISPLACED);
		cr_expect(!verified || candidates.list[2].connector == presenting);
		candidates_fini(&candidates);
	}
	build_session_fini(&session);
	policy_free(&policy);
}

static enum candidate_state state_with_exception(struct exception *exception, bool authenticated)
{
	struct policy *policy = policy_new();
	struct connector *connector = build_connector(policy, "a", "*.contoso.com", NULL, NULL);
	struct candidates candidates;
	struct envelope envelope;
	struct session session;
	enum candidate_state state;

	connector->exceptions = xcalloc(1, sizeof *exception);
	connector->exceptions[0] = *exception;
	connector->exception_count = 1;
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.authenticated = authenticated;
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
	state = candidates.list[0].state;
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
	return state;
}

Test(match, within_an_exception_all_must_hold)
{
	struct exception both = {.senders = build_patterns("x.contoso.com"), .has_clients = true};
	struct exception other_client = {.senders = build_patterns("x.contoso.com"), .has_clients = true};
	struct exception recipient = {.recipients = build_patterns(".example")};
	struct exception authenticated = {.authenticated = true};

	build_cidrs(&both.clients, "192.0.2.0/24");
	build_cidrs(&other_client.clients, "198.51.100.7");
	cr_expect_eq(state_with_exception(&both, false), CANDIDATE_EXCEPTED);
	cr_expect_eq(state_with_exception(&other_client, false), CANDIDATE_APPLIES);
	cr_expect_eq(state_with_exception(&recipient, false), CANDIDATE_EXCEPTED);
	cr_expect_eq(state_with_exception(&authenticated, false), CANDIDATE_APPLIES);
	cr_expect_eq(state_with_exception(&authenticated, true), CANDIDATE_EXCEPTED);
}

/* Which of two connectors applies: a presents name_a, b presents name_b or, with NULL, has senders alone. */
static char *applying_by_certificate(const char *name_a, const char *name_b, const char *cn,
				     enum certificate_state state)
{
	struct policy *policy = policy_new();
	struct connector *connectors[] = {
		build_connector(policy, "a", NULL, NULL, NULL),
		build_connector(policy, "b", name_b == NULL ? "*" : NULL, NULL, NULL)};
	const char *const names[] = {name_a, name_b};
	struct candidates candidates;
	struct strbuf applying_names = {0};
	struct envelope envelope;
	struct session session;

	for (size_t i = 0; i < 2 && names[i] != NULL; i++)
		build_presenting(connectors[i], names[i]);
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.certificate = (struct certificate_facts){.state = state, .subject_cn = cn};
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
	candidates_sort(&candidates);
	for (size_t i = 0; i < candidates.count; i++)
		if (candidates.list[i].state == CANDIDATE_APPLIES)
			strbuf_puts(&applying_names, candidates.list[i].connector->name);
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
	return strbuf_take(&applying_names);
}

Test(match, presenting)
{
	static const struct {
		const char *name_a, *name_b, *cn;
		enum certificate_state state;
		const char *want;
	} presenting[] = {
		{"mail.cloud.example", NULL, "mail.cloud.example", CERTIFICATE_VERIFIED, "ab"},
		{"mail.cloud.example", NULL, "mail.cloud.example", CERTIFICATE_UNVERIFIED, "b"},
		{"mail.cloud.example", NULL, "other.cloud.example", CERTIFICATE_VERIFIED, "b"},
		{"mail.cloud.example", NULL, NULL, CERTIFICATE_VERIFIED, "b"},
		{"mail.cloud.example", "*.cloud.example", "mail.cloud.example", CERTIFICATE_VERIFIED, "a"},
		{".cloud.example", "*.cloud.example", "mail.cloud.example", CERTIFICATE_VERIFIED, "a"},
		{".example", "*.cloud.example", "mail.cloud.example", CERTIFICATE_VERIFIED, "b"},
		/* Nobody can tell: each is to be met, and none stands in another's place. */
		{"mail.cloud.example", NULL, "mail.cloud.example", CERTIFICATE_UNTOLD, "ab"},
		{"mail.cloud.example", NULL, "other.cloud.example", CERTIFICATE_UNTOLD, "b"},
		{"mail.cloud.example", NULL, NULL, CERTIFICATE_UNTOLD, "b"},
		{"mail.cloud.example", "*.cloud.example", "mail.cloud.example", CERTIFICATE_UNTOLD, "ab"},
		{"mail.cloud.example", NULL, "mail.cloud.example", CERTIFICATE_NONE, "b"},
	};

	for (size_t i = 0; i < sizeof presenting / sizeof presenting[0]; i++) {
		char *got = applying_by_certificate(presenting[i].name_a, presenting[i].name_b,
						    presenting[i].cn, presenting[i].state);

		cr_expect_str_eq(got, presenting[i].want, "case %zu: got %s, want %s", i, got,
				 presenting[i].want);
		free(got);
	}
}

#define MANY 34 /* more than twice what has room without the heap */
#define APART                                                                                                \
	128 /* their numbers, so that all of them hash to the first slot of any table that is as large */

/* Each is found by its sender and again by its recipient, wherever the table of those that were found puts it. */
Test(match, many_that_collide_are_listed_once)
{
	struct policy *policy = policy_new();
	struct candidates candidates;
	struct envelope envelope;
	struct session session;

	for (int i = 0; i < MANY * APART; i++)
		(void)build_connector(policy, "n", i % APART == 0 ? "x.contoso.com" : NULL,
				      i % APART == 0 ? "finance.example" : NULL, NULL);
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
	cr_assert_eq(candidates.count, MANY);
	for (size_t i = 0; i < MANY; i++) {
		cr_expect_eq(candidates.list[i].connector->number, i * APART);
		cr_expect_eq(candidates.list[i].state, CANDIDATE_APPLIES);
	}
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
}

Test(match, a_connector_without_require_is_no_candidate)
{
	struct policy *policy = policy_new();
	struct candidates candidates;
	struct envelope envelope;
	struct session session;

	build_connector(policy, "a", "x.contoso.com", NULL, NULL)->has_require = false;
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ALL, &candidates);
	cr_expect_eq(candidates.count, 0);
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
}

static uint32_t rank_with_senders(const char *senders)
{
	struct policy *policy = policy_new();
	struct candidates candidates;
	struct envelope envelope;
	struct session session;
	uint32_t rank;

	(void)build_connector(policy, "a", senders, NULL, NULL);
	free(policy->recipient_delimiter);
	policy->recipient_delimiter = xstrdup("+");
	policy_finish(policy);
	build_session(&session, "<a+b@x.contoso.com>", "<b@finance.example>");
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
	rank = candidates.list[0].fits[SELECTOR_SENDERS].rank;
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
	return rank;
}

/* Whichever is found last. */
Test(match, of_several_patterns_the_most_specific_counts)
{
	uint32_t extension = rank_with_senders("a+b@x.contoso.com"),
		 base = rank_with_senders("a@x.contoso.com");
	uint32_t below = rank_with_senders(".contoso.com"), tree = rank_with_senders("*.contoso.com");

	cr_assert(extension > base && base > below && below > tree);
	cr_expect_eq(rank_with_senders("a+b@x.contoso.com a@x.contoso.com"), extension);
	cr_expect_eq(rank_with_senders("a@x.contoso.com a+b@x.contoso.com"), extension);
	cr_expect_eq(rank_with_senders(".contoso.com *.contoso.com"), below);
	cr_expect_eq(rank_with_senders("*.contoso.com .contoso.com"), below);
}

/* Each look at an exception, a name of a certificate and a selector of the session is counted. */
Test(match, counts_its_work)
{
	struct exception exceptions[] = {{.authenticated = true}, {.authenticated = true}};
	size_t work[2];

	for (int more = 0; more <= 1; more++) {
		struct policy *policy = policy_new();
		struct connector *connector = build_connector(policy, "a", "*.contoso.com", NULL, NULL);
		struct candidates candidates;
		struct envelope envelope;
		struct session session;

		if (more) {
			build_presenting(connector, "mail.contoso.com mail.other.example");
			connector->exceptions = xcalloc(2, sizeof exceptions[0]);
			connector->exceptions[0] = exceptions[0];
			connector->exceptions[1] = exceptions[1];
			connector->exception_count = 2;
		}
		policy_finish(policy);
		build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
		session.facts.certificate = (struct certificate_facts){.state = CERTIFICATE_VERIFIED,
								       .subject_cn = "mail.contoso.com"};
		envelope = facts_envelope(&session.facts, 0, 0);
		candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
		cr_assert_eq(candidates.list[0].state, CANDIDATE_APPLIES);
		work[more] = candidates.work;
		candidates_fini(&candidates);
		build_session_fini(&session);
		policy_free(&policy);
	}
	cr_expect_eq(work[1] - work[0], 2 + 2 + 1);
}

/* The sender is in doubt: all that he may select apply, none stands in another's place, and nothing else counts. */
Test(match, what_is_possible_is_not_displaced)
{
	struct policy *policy = policy_new();
	struct possible_match possible[] = {{.number = 0, .rank = RANK_ANYONE + 3},
					    {.number = 1, .rank = RANK_ANYONE + 5},
					    {.number = 2, .rank = RANK_ANYONE + 5}};
	struct from_selection from = {.possible = possible, .possible_count = 3};
	struct candidates candidates;
	struct envelope envelope;
	struct session session;
	struct connector *nothing;

	build_connector(policy, "a", "*.contoso.com", NULL, NULL)->header_from = true;
	build_connector(policy, "b", "x.contoso.com", NULL, NULL)->header_from = true;
	build_connector(policy, "c", "x.contoso.com", NULL, NULL)->header_from = true;
	policy->connectors[2]->mode = MODE_TEST;
	nothing = build_connector(policy, "d", "*", NULL, NULL);
	nothing->require.nothing = true;
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.header_from = &from;
	envelope = facts_envelope(&session.facts, 0, 0);
	cr_assert_eq(envelope.possible, &from);
	for (enum match_with with = MATCH_ENFORCING; with <= MATCH_ALL; with++) {
		candidates_find(policy, &session.facts, &envelope, with, &candidates);
		cr_assert_eq(candidates.count, with == MATCH_ALL ? 3 : 2);
		for (size_t i = 0; i < candidates.count; i++) {
			cr_expect_eq(candidates.list[i].connector->number, i);
			cr_expect_eq(candidates.list[i].state, CANDIDATE_APPLIES);
		}
		candidates_fini(&candidates);
	}
	build_session_fini(&session);
	policy_free(&policy);
}

Test(match, of_two_as_specific_test_mode_displaces_the_other)
{
	for (enum mode a = MODE_ENFORCE; a <= MODE_TEST; a++)
		for (enum mode b = MODE_ENFORCE; b <= MODE_TEST; b++) {
			const struct connector connectors[] = {{.mode = a}, {.mode = b}};
			struct candidate one = {.connector = &connectors[0]},
					 other = {.connector = &connectors[1]};

			one.fits[SELECTOR_SENDERS].rank = other.fits[SELECTOR_SENDERS].rank = RANK_ANYONE + 1;
			cr_expect_eq(candidate_displaces(&one, &other), a == MODE_TEST && b == MODE_ENFORCE);
			one.uncertain = true;
			cr_expect_not(candidate_displaces(&one, &other));
		}
}

Test(match, what_nobody_can_tell_stands_in_no_place)
{
	const struct connector test = {.mode = MODE_TEST}, enforced = {.mode = MODE_ENFORCE};
	const struct candidate wide = {.connector = &enforced};
	struct candidate narrow = {.connector = &enforced, .fits[SELECTOR_SENDERS].rank = 5},
			 rehearsed = {.connector = &test};

	cr_expect(candidate_displaces(&narrow, &wide));
	cr_expect(candidate_displaces(&rehearsed, &wide));
	cr_expect_not(candidate_displaces(&wide, &rehearsed));
	narrow.uncertain = rehearsed.uncertain = true;
	cr_expect_not(candidate_displaces(&narrow, &wide));
	cr_expect_not(candidate_displaces(&rehearsed, &wide));
}

Test(match, words_for_no_single_pattern)
{
	struct policy *policy = policy_new();
	struct candidate candidate = {.connector = build_connector(policy, "a", "*", NULL, NULL)};
	struct strbuf text = {0};

	candidate.anybody = candidate.uncertain = true; /* what stands behind its selectors is none of them */
	selectors_print(policy, &candidate, &text);
	cr_expect_str_eq(text.text, "mail");
	strbuf_cut(&text, 0);
	candidate.fits[SELECTOR_SENDERS] =
		(struct selector_fit){.rank = RANK_ANYONE, .entry = SELECTOR_ENTRY_NONE};
	selectors_print(policy, &candidate, &text);
	cr_expect_str_eq(text.text, "mail");
	strbuf_fini(&text);
	policy_free(&policy);
}

/* Two that are as specific as each other, and one between them that neither refines: all three apply. */
Test(match, equals_with_another_between_them)
{
	const struct connector connectors[] = {{.number = 0, .mode = MODE_TEST},
					       {.number = 1},
					       {.number = 2, .mode = MODE_TEST},
					       {.number = 3}};
	static const enum selector_key by[] = {SELECTOR_SENDERS, SELECTOR_RECIPIENTS, SELECTOR_SENDERS,
					       SELECTOR_SENDERS};
	struct candidates candidates = {.count = 4, .list = candidates.few};

	for (size_t i = 0; i < 4; i++) {
		candidates.few[i] = (struct candidate){.connector = &connectors[i]};
		candidates.few[i].fits[by[i]].rank = 5;
	}
	candidates_displace(&candidates);
	for (size_t i = 0; i < 3; i++)
		cr_expect_eq(candidates.few[i].state, CANDIDATE_APPLIES, "%zu", i);
	cr_expect_eq(candidates.few[3].state, CANDIDATE_DISPLACED, "it enforces, and the first is tried out");
	cr_expect_eq(candidates.few[3].displaced_by, &connectors[0]);
}

/* Who stands in another's place is the first in the file of all that are more specific, found in any order. */
Test(match, the_first_in_the_file_displaces)
{
	const struct connector connectors[] = {{.number = 0}, {.number = 1}, {.number = 2}};
	static const struct {
		uint32_t senders, recipients;
	} ranks[][2] = {{{6, 0}, {5, 5}}, {{6, 0}, {6, 0}}};

	for (size_t i = 0; i < 2; i++)
		for (size_t first = 0; first <= 1; first++) {
			struct candidates candidates = {.count = 3, .list = candidates.few};

			for (size_t j = 0; j < 2; j++) {
				candidates.few[j] =
					(struct candidate){.connector = &connectors[j == first ? 0 : 1]};
				candidates.few[j].fits[SELECTOR_SENDERS].rank = ranks[i][j].senders;
				candidates.few[j].fits[SELECTOR_RECIPIENTS].rank = ranks[i][j].recipients;
			}
			candidates.few[2] = (struct candidate){.connector = &connectors[2]};
			candidates.few[2].fits[SELECTOR_SENDERS].rank = 5;
			candidates_displace(&candidates);
			cr_expect_eq(candidates.few[0].state, CANDIDATE_APPLIES);
			cr_expect_eq(candidates.few[1].state, CANDIDATE_APPLIES);
			cr_expect_eq(candidates.few[2].displaced_by, &connectors[0], "%zu %zu", i, first);
		}
}

/* As many as there may be are settled by one comparison each, and without a test connector by no more. */
Test(match, equals_are_compared_as_one)
{
	const struct connector connectors[] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
	struct candidates candidates = {.count = 4, .list = candidates.few};

	for (size_t i = 0; i < 4; i++) {
		candidates.few[i] = (struct candidate){.connector = &connectors[i]};
		candidates.few[i].fits[SELECTOR_SENDERS].rank = 5;
	}
	candidates_displace(&candidates);
	cr_expect_eq(candidates.comparisons, 3);
}
