/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "unit/policy/build.h"
#include "policy/selector.h"
#include "util/memory.h"

/* A connector with these selectors, for mail from a@x.contoso.com to b@finance.example from 192.0.2.25. */
struct selected {
	struct policy *policy;
	struct candidates candidates;
	struct session session;
};

static void open_selected(struct selected *s, const char *senders, const char *recipients,
			  const char *clients, const char *names)
{
	struct connector *connector;
	struct envelope envelope;

	s->policy = policy_new();
	connector = build_connector(s->policy, "a", senders, recipients, clients);
	if (names != NULL)
		build_presenting(connector, names);
	policy_finish(s->policy);
	build_session(&s->session, "<a@x.contoso.com>", "<b@finance.example>");
	s->session.facts.certificate = (struct certificate_facts){.state = CERTIFICATE_VERIFIED,
								  .subject_cn = "mail.contoso.com",
								  .altnames = "mx.contoso.com"};
	envelope = facts_envelope(&s->session.facts, 0, 0);
	candidates_find(s->policy, &s->session.facts, &envelope, MATCH_ENFORCING, &s->candidates);
}

static void close_selected(struct selected *s)
{
	candidates_fini(&s->candidates);
	build_session_fini(&s->session);
	policy_free(&s->policy);
}

/* What a reply says of it. */
Test(selector, is_said_by_the_address_that_selects)
{
	static const struct {
		const char *senders, *recipients, *clients, *names, *want;
	} cases[] = {
		{"x.contoso.com", NULL, NULL, NULL, "mail from x.contoso.com"},
		{NULL, "*.example", NULL, NULL, "mail to *.example"},
		{"x.contoso.com", "*.example", NULL, NULL, "mail from x.contoso.com to *.example"},
		{"*", NULL, NULL, NULL, "mail from *"},
		{NULL, "*", NULL, NULL, "mail to *"},
		{"*", "*", NULL, NULL, "mail from *"},
		{"*", "finance.example", NULL, NULL, "mail to finance.example"},
		{"x.contoso.com", "*", NULL, NULL, "mail from x.contoso.com"},
		{NULL, NULL, "192.0.2.0/24 198.51.100.1", NULL, "mail from 192.0.2.0/24"},
		{NULL, NULL, "198.51.100.1 192.0.2.0/24", NULL, "mail from 192.0.2.0/24"},
		{"x.contoso.com", NULL, "192.0.2.0/24", NULL, "mail from x.contoso.com"},
		{"*", NULL, "192.0.2.0/24", NULL, "mail from 192.0.2.0/24"},
		{NULL, NULL, NULL, "mail.contoso.com", "mail"},
		{NULL, "finance.example", NULL, "mail.contoso.com", "mail to finance.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct selected s;
		struct strbuf said = {0};
		char *got;

		open_selected(&s, cases[i].senders, cases[i].recipients, cases[i].clients, cases[i].names);
		cr_assert_eq(s.candidates.count, 1, "case %zu", i);
		selectors_print(s.policy, &s.candidates.list[0], &said);
		got = strbuf_take(&said);
		cr_expect_str_eq(got, cases[i].want, "case %zu: %s", i, got);
		free(got);
		close_selected(&s);
	}
}

static void expect_matched(const struct selected *s, enum selector_key key, const char *want)
{
	char *got = selector_matched_text(s->policy, &s->candidates.list[0], key);

	if (want == NULL)
		cr_expect_null(got, "%s", selectors[key].key);
	else
		cr_expect_str_eq(got, want, "%s", selectors[key].key);
	free(got);
}

Test(selector, shows_the_entry_that_matched)
{
	struct selected s;
	struct strbuf said = {0};

	open_selected(&s, "*.contoso.com x.contoso.com", NULL, "192.0.2.0/28 192.0.2.0/24",
		      "*.contoso.com mx.contoso.com .contoso.com");
	expect_matched(&s, SELECTOR_SENDERS, "x.contoso.com");
	expect_matched(&s, SELECTOR_RECIPIENTS, NULL);
	expect_matched(&s, SELECTOR_CLIENTS, "192.0.2.0/24");
	expect_matched(&s, SELECTOR_PRESENTING, "mx.contoso.com");
	s.candidates.list[0].fits[SELECTOR_SENDERS] = (struct selector_fit){RANK_ANYONE, SELECTOR_ENTRY_NONE};
	expect_matched(&s, SELECTOR_SENDERS, NULL);
	s.candidates.list[0].fits[SELECTOR_CLIENTS].rank = RANK_NONE;
	selectors_print(s.policy, &s.candidates.list[0], &said);
	cr_expect_str_eq(strbuf_text(&said), "mail");
	strbuf_fini(&said);
	close_selected(&s);
	open_selected(&s, NULL, NULL, NULL, "mail.contoso.com mx.contoso.com *.contoso.com");
	expect_matched(&s, SELECTOR_PRESENTING, "mail.contoso.com"); /* of equals the first */
	close_selected(&s);
	open_selected(&s, NULL, NULL, NULL, "*.contoso.com");
	cr_expect_eq(s.candidates.count, 1, "one name alone is found");
	close_selected(&s);
}

/* Its sender leads to it, and its client or its name does not. */
Test(selector, all_of_them_have_to_match)
{
	struct selected s;

	open_selected(&s, "x.contoso.com", NULL, "198.51.100.0/24", NULL);
	cr_expect_eq(s.candidates.list[0].state, CANDIDATE_NOT_SELECTED);
	close_selected(&s);
	open_selected(&s, "x.contoso.com", NULL, NULL, "other.example");
	cr_expect_eq(s.candidates.list[0].state, CANDIDATE_NOT_SELECTED);
	close_selected(&s);
	open_selected(&s, "x.contoso.com", NULL, "192.0.2.0/24", "mail.contoso.com");
	cr_expect_eq(s.candidates.list[0].state, CANDIDATE_APPLIES);
	close_selected(&s);
}
