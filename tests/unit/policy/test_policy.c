/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "util/memory.h"

/* "selector pattern a b" a conflict, separated by commas. */
static bool note_conflict(void *context, const char *selector, const char *pattern, const struct connector *a,
			  struct place place_a, const struct connector *b, struct place place_b)
{
	struct strbuf *found = context;

	(void)place_a;
	(void)place_b;
	strbuf_printf(found, "%s%s %s %s %s", found->length > 0 ? ", " : "", selector, pattern, a->name,
		      b->name);
	return true;
}

static void expect_conflicts(struct policy *policy, const char *want)
{
	struct strbuf found = {0};
	char *got;

	policy_finish(policy);
	policy_each_conflict(policy, note_conflict, &found);
	got = strbuf_take(&found);
	cr_expect_str_eq(got, want, "got \"%s\", want \"%s\"", got, want);
	free(got);
	policy_free(&policy);
}

Test(policy, same_pattern_same_selectors)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", "contoso.com x.example", NULL, NULL);
	(void)build_connector(policy, "b", "y.example contoso.com", NULL, NULL);
	expect_conflicts(policy, "senders contoso.com a b");
}

Test(policy, other_selectors_tell_apart)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", "contoso.com", NULL, NULL);
	(void)build_connector(policy, "b", "contoso.com", "x.example", NULL);
	(void)build_connector(policy, "c", "contoso.com", "y.example", NULL);
	(void)build_connector(policy, "d", "contoso.com", NULL, "192.0.2.0/24");
	(void)build_connector(policy, "e", "*.contoso.com", NULL, NULL);
	(void)build_connector(policy, "f", NULL, "contoso.com", NULL);
	expect_conflicts(policy, "");
}

Test(policy, equal_other_selectors_conflict)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", "contoso.com", "x.example y.example", NULL);
	(void)build_connector(policy, "b", "contoso.com", "y.example x.example", NULL);
	expect_conflicts(policy,
			 "senders contoso.com a b, recipients x.example a b, recipients y.example a b");
}

Test(policy, anyone_beside_another_selector_is_no_selector)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", "contoso.com", NULL, NULL);
	(void)build_connector(policy, "b", "contoso.com", "*", NULL);
	expect_conflicts(policy, "senders contoso.com a b");
}

Test(policy, test_mode_is_apart)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", "contoso.com", NULL, NULL);
	build_connector(policy, "b", "contoso.com", NULL, NULL)->mode = MODE_TEST;
	build_connector(policy, "c", "contoso.com", NULL, NULL)->mode = MODE_TEST;
	expect_conflicts(policy, "senders contoso.com b c");
}

Test(policy, networks)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", NULL, NULL, "192.0.2.0/24 198.51.100.1");
	(void)build_connector(policy, "b", NULL, NULL, "198.51.100.1");
	(void)build_connector(policy, "c", NULL, NULL, "198.51.100.0/31");
	(void)build_connector(policy, "d", "x.example", NULL, "198.51.100.1");
	expect_conflicts(policy, "clients 198.51.100.1 a b");
}

/* A connector that no address leads to is found by its first selector. */
Test(policy, what_only_the_session_selects_is_in_one_index)
{
	struct policy *policy = policy_new();
	struct connector *c, *d;

	(void)build_connector(policy, "a", "x.example", NULL, "192.0.2.0/24");
	(void)build_connector(policy, "b", NULL, NULL, "192.0.2.0/24");
	c = build_connector(policy, "c", NULL, NULL, "198.51.100.0/24 198.51.100.0/25");
	d = build_connector(policy, "d", NULL, NULL, NULL);
	build_presenting(c, "mail.c.example");
	build_presenting(d, "*.d.example .e.example");
	policy_finish(policy);
	cr_expect_eq(pattern_index_count(policy->names), 2, "those of d");
	cr_expect_eq(policy->networks.networks.count, 3, "those of b and c");
	policy_free(&policy);
}

Test(policy, has_no_conflicts_before_it_is_finished, .signal = SIGABRT)
{
	struct policy *policy = policy_new();

	policy_each_conflict(policy, note_conflict, NULL);
}

/* A connector with these demands for one domain. */
static void add_demands(struct policy *policy, const char *name, const char *recipients, bool require,
			bool tls_policy)
{
	struct connector *connector = build_connector(policy, name, NULL, recipients, NULL);

	connector->has_require = require;
	connector->has_tls_policy = tls_policy;
	connector->tls_policy.nothing = true;
}

Test(policy, only_the_same_kind_of_demand_conflicts)
{
	struct policy *policy = policy_new();

	add_demands(policy, "a", "x.example", true, false);
	add_demands(policy, "b", "x.example", false, true);
	add_demands(policy, "c", "y.example", true, true);
	add_demands(policy, "d", "y.example", false, true);
	add_demands(policy, "e", "y.example", true, false);
	add_demands(policy, "f", "z.example", true, true);
	add_demands(policy, "g", "z.example", true, true);
	expect_conflicts(policy,
			 "recipients y.example c e, recipients y.example c d, recipients z.example f g");
}

/* policy_conflict: one is enough. */
static bool stop_at_conflict(void *context, const char *selector, const char *pattern,
			     const struct connector *a, struct place place_a, const struct connector *b,
			     struct place place_b)
{
	(void)note_conflict(context, selector, pattern, a, place_a, b, place_b);
	return false;
}

/* Two pairs in each selector, each with and without "deliver". */
static struct policy *full_of_conflicts(bool require, const char *recipients, const char *clients)
{
	struct policy *policy = policy_new();

	for (int i = 0; i < 3; i++) {
		struct connector *connector = build_connector(policy, "a", NULL, recipients, clients);

		connector->has_require = require;
		connector->has_tls_policy = true;
		connector->tls_policy.nothing = true;
	}
	policy_finish(policy);
	return policy;
}

Test(policy, conflicts_are_told_until_they_are_enough)
{
	static const char *const recipients[] = {"x.example y.example", NULL, "x.example"};
	static const char *const clients[] = {NULL, "192.0.2.1 192.0.2.2", "192.0.2.1"};
	static const char *const want[] = {"recipients x.example a a", "clients 192.0.2.1 a a",
					   "recipients x.example a a"};

	for (int require = 0; require <= 1; require++)
		for (size_t i = 0; i < 3; i++) {
			struct policy *policy = full_of_conflicts(require, recipients[i], clients[i]);
			struct strbuf found = {0};
			char *got;

			policy_each_conflict(policy, stop_at_conflict, &found);
			got = strbuf_take(&found);
			cr_expect_str_eq(got, want[i], "case %zu: got \"%s\"", i, got);
			free(got);
			policy_free(&policy);
		}
}

Test(policy, a_connector_is_no_conflict_with_itself)
{
	struct policy *policy = policy_new();
	struct connector *twice = build_connector(policy, "a", NULL, NULL, "192.0.2.1 192.0.2.1");

	twice->has_tls_policy = true;
	twice->tls_policy.nothing = true;
	expect_conflicts(policy, "");
}

/* What stands between two of one kind does not hide them. */
Test(policy, conflicts_of_three)
{
	struct policy *policy = policy_new();

	add_demands(policy, "a", "x.example", true, false);
	add_demands(policy, "b", "x.example", false, true);
	add_demands(policy, "c", "x.example", true, false);
	add_demands(policy, "d", "x.example", false, true);
	expect_conflicts(policy, "recipients x.example a c, recipients x.example b d");
}

/* "*" beside another selector restricts nothing, in each of them; in one alone it is a selector. */
Test(policy, anyone_twice)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", "*", "*", NULL);
	(void)build_connector(policy, "b", "*", NULL, NULL);
	(void)build_connector(policy, "c", NULL, "*", "192.0.2.0/24");
	(void)build_connector(policy, "d", NULL, NULL, "192.0.2.0/24");
	expect_conflicts(policy, "senders * a b, clients 192.0.2.0/24 c d");
}

static bool places_are_those_of_the_pattern(void *context, const char *selector, const char *pattern,
					    const struct connector *a, struct place place_a,
					    const struct connector *b, struct place place_b)
{
	int *count = context;

	(void)selector;
	(void)pattern;
	cr_expect_eq(place_a.line, a->number + 1);
	cr_expect_eq(place_b.line, b->number + 1);
	cr_expect_lt(a->number, b->number);
	(*count)++;
	return true;
}

Test(policy, conflicts_have_the_places_of_their_patterns)
{
	struct policy *policy = policy_new();
	int count = 0;

	for (int i = 0; i < 3; i++)
		(void)build_connector(policy, "a", "x.example", NULL, NULL);
	policy_finish(policy);
	policy_each_conflict(policy, places_are_those_of_the_pattern, &count);
	cr_expect_eq(count, 2);
	policy_free(&policy);
}

Test(policy, says_what_its_connectors_have)
{
	for (int i = 0; i <= 6; i++) {
		struct policy *policy = policy_new();
		struct connector *connector = build_connector(policy, "a", "x.example", NULL, NULL);

		connector->mode = i == 1 || i == 3 ? MODE_TEST : MODE_ENFORCE;
		connector->header_from = i == 2 || i == 3;
		connector->on_failure = i >= 4 && i <= 5 ? ON_FAILURE_QUARANTINE : ON_FAILURE_TEMPFAIL;
		connector->has_require = i != 5;
		connector->has_tls_policy = i == 6;
		connector->tls_policy.nothing = i == 6;
		policy_finish(policy);
		cr_expect_eq(policy->has_test_connectors, i == 1 || i == 3);
		cr_expect_eq(policy->has_header_from, i == 2 || i == 3);
		cr_expect_eq(policy->enforces_header_from, i == 2);
		cr_expect_eq(policy->has_quarantine, i == 4);
		cr_expect_eq(policy->header_from_count, i == 2 || i == 3);
		cr_expect_eq(policy->has_tls_policy, i == 6);
		cr_expect_eq(policy_tests(policy, connector), i == 1 || i == 3);
		policy->mode = MODE_TEST;
		cr_expect(policy_tests(policy, connector));
		policy_free(&policy);
	}
}

Test(policy, last_day_of_require)
{
	struct certificate_entry entries[] = {
		{.valid_to = 20261130}, {.valid_to = 20261231}, {.valid_to = 20261201}};
	struct require require = {.certificates = entries};

	cr_expect_eq(require_last_day(&require), 0, "no entry");
	require.certificate_count = 3;
	cr_expect_eq(require_last_day(&require), 20261231);
	entries[2].valid_to = 0;
	cr_expect_eq(require_last_day(&require), 0, "one that does not end");
	cr_expect_not(require_names_fingerprint(&require));
	entries[2].has_fingerprint = true;
	cr_expect(require_names_fingerprint(&require));
	require.certificate_count = 2;
	cr_expect_not(require_names_fingerprint(&require));
}

Test(policy, names)
{
	cr_expect_str_eq(on_failure_name(ON_FAILURE_TEMPFAIL), "tempfail");
	cr_expect_str_eq(on_failure_name(ON_FAILURE_REJECT), "reject");
	cr_expect_str_eq(on_failure_name(ON_FAILURE_QUARANTINE), "quarantine");
	cr_expect_str_eq(mode_name(MODE_ENFORCE), "enforce");
	cr_expect_str_eq(mode_name(MODE_TEST), "test");
}

/* Names are compared as they mean, and not as they are written. */
Test(policy, names_of_certificates)
{
	struct policy *policy = policy_new();

	build_presenting(build_connector(policy, "a", NULL, NULL, NULL), "Mail.contoso.com");
	build_presenting(build_connector(policy, "b", NULL, NULL, NULL), "mail.contoso.com x.example");
	build_presenting(build_connector(policy, "c", NULL, NULL, NULL), ".contoso.com");
	build_presenting(build_connector(policy, "d", NULL, NULL, NULL), "*.contoso.com");
	build_presenting(build_connector(policy, "e", NULL, NULL, NULL), "/CN=mail.contoso.com");
	build_presenting(build_connector(policy, "f", NULL, NULL, NULL), "*.Contoso.com");
	build_presenting(build_connector(policy, "g", "x.example", NULL, NULL), "*.contoso.com");
	expect_conflicts(policy, "presenting *.contoso.com d f, presenting mail.contoso.com a b");
}

/* What cannot conflict may stand between two that do. In which order pairs of one pattern come, nobody says. */
Test(policy, conflicts_however_they_alternate)
{
	static const char *const pairs[] = {"senders contoso.com a e",  "senders contoso.com b f",
					    "senders contoso.com c g",  "senders contoso.com d h",
					    "recipients x.example a e", "recipients x.example b f",
					    "recipients y.example c g", "recipients y.example d h"};
	struct policy *policy = policy_new();
	struct strbuf found = {0};
	size_t length = 7 * strlen(", ");

	for (int i = 0; i < 8; i++) {
		char name[] = {(char)('a' + i), '\0'};

		build_connector(policy, name, "contoso.com", i / 2 % 2 == 0 ? "x.example" : "y.example", NULL)
			->mode = i % 2 == 0 ? MODE_ENFORCE : MODE_TEST;
	}
	policy_finish(policy);
	policy_each_conflict(policy, note_conflict, &found);
	for (size_t i = 0; i < 8; i++) {
		cr_expect(strstr(strbuf_text(&found), pairs[i]) != NULL, "%s", pairs[i]);
		length += strlen(pairs[i]);
	}
	cr_expect_eq(found.length, length, "%s", strbuf_text(&found));
	strbuf_fini(&found);
	policy_free(&policy);
}

Test(policy, nothing_conflicts_with_itself)
{
	struct policy *policy = policy_new();
	struct connector *connector;

	(void)build_connector(policy, "a", "x.example x.example", NULL, NULL);
	add_demands(policy, "b", "y.example y.example", false, true);
	build_presenting(build_connector(policy, "c", NULL, NULL, NULL), "x.example x.example");
	connector = build_connector(policy, "d", NULL, NULL, NULL);
	build_presenting(connector, "y.example y.example");
	connector->has_require = false;
	connector->has_tls_policy = connector->tls_policy.nothing = true;
	expect_conflicts(policy, "");
}

/* An entry is compared by itself, wherever it stands in its list. */
Test(policy, what_stands_second_conflicts)
{
	struct policy *policy = policy_new();

	build_presenting(build_connector(policy, "a", NULL, NULL, NULL), "x.example mail.contoso.com");
	build_presenting(build_connector(policy, "b", NULL, NULL, NULL), "mail.contoso.com");
	expect_conflicts(policy, "presenting mail.contoso.com a b");
}

/* policy_conflict: the lines of the two. */
static bool note_lines(void *context, const char *selector, const char *pattern, const struct connector *a,
		       struct place place_a, const struct connector *b, struct place place_b)
{
	struct strbuf *found = context;

	(void)selector;
	(void)pattern;
	(void)a;
	(void)b;
	strbuf_printf(found, "%u %u,", place_a.line, place_b.line);
	return true;
}

/* A network has a place of its own. */
Test(policy, conflicts_have_the_places_of_their_networks)
{
	struct policy *policy = policy_new();
	struct strbuf found = {0};

	for (uint32_t i = 0; i < 2; i++) {
		struct connector *connector = build_connector(policy, "a", NULL, NULL, "192.0.2.0/24");

		connector->place.line = 1;
		connector->clients.networks[0].place.line = 10 + i;
	}
	policy_finish(policy);
	policy_each_conflict(policy, note_lines, &found);
	cr_expect_str_eq(strbuf_text(&found), "10 11,");
	strbuf_fini(&found);
	policy_free(&policy);
}

Test(policy, tls_policies_conflict_in_one_mode_and_beside_require)
{
	struct policy *policy = policy_new();

	add_demands(policy, "a", "x.example", false, true);
	add_demands(policy, "b", "y.example", false, true);
	add_demands(policy, "c", "x.example", false, true);
	add_demands(policy, "d", "y.example", true, true);
	policy->connectors[2]->mode = MODE_TEST;
	expect_conflicts(policy, "recipients y.example b d");
}

/* What a leak would tell, of each that a policy may have. */
Test(policy, frees_all_that_it_has)
{
	struct policy *policy = policy_new(), *none = NULL;
	struct connector *connector = build_connector(policy, "a", "x.example", NULL, "192.0.2.1");
	struct require *require = &connector->require;
	struct cidr network;
	const char *error;

	cr_assert(cidr_parse("192.0.2.0/24", &network, &error));
	policy->myorigin = xstrdup("contoso.com");
	policy->mydomain = xstrdup("contoso.com");
	connector->description = xstrdup("a partner");
	connector->message = xstrdup("use TLS");
	cr_assert_eq(policy_add_file(policy, "a.yaml"), 0);
	cr_assert_eq(policy_add_file(policy, "b.yaml"), 1);
	require->ciphers = cipher_set_from_list(policy->ciphers, "AES256-SHA");
	require->ciphersuites = cipher_set_from_suites(policy->ciphers, "TLS_AES_256_GCM_SHA384");
	require->allowed_senders = build_patterns("x.example");
	connector->exceptions = xcalloc(1, sizeof *connector->exceptions);
	connector->exception_count = 1;
	connector->exceptions[0].senders = build_patterns("y.example");
	cidr_set_add(&require->allowed_clients, &network);
	cidr_set_add(&connector->exceptions[0].clients, &network);
	cidr_set_add(&policy->trusted_networks, &network);
	policy_finish(policy);
	cr_expect(require->allowed_clients.is_sorted);
	cr_expect(connector->exceptions[0].clients.is_sorted);
	cr_expect(policy->trusted_networks.is_sorted);
	policy_free(&policy);
	cr_expect_null(policy);
	policy_free(&none);
}

/* Domains of mailboxes, for connectors with header_from alone. */
Test(policy, mailbox_domains_are_for_header_from)
{
	struct policy *policy = policy_new();

	build_connector(policy, "a", "ceo@x.example cfo@y.example", NULL, NULL)->header_from = true;
	(void)build_connector(policy, "b", "ceo@z.example", NULL, NULL);
	build_connector(policy, "c", "ceo@w.example", NULL, NULL)->header_from = true;
	policy->connectors[2]->has_require = false;
	policy_finish(policy);
	cr_expect_eq(pattern_index_count(policy->mailbox_domains), 3);
	cr_expect_eq(policy->header_from_count, 1, "one without require has nothing to ask");
	policy_free(&policy);
}

Test(policy, each_recipient_of_an_exception_is_excepted)
{
	struct policy *policy = policy_new();
	struct connector *connector = build_connector(policy, "a", "x.example", NULL, NULL);

	connector->header_from = true;
	connector->exceptions = xcalloc(1, sizeof *connector->exceptions);
	connector->exception_count = 1;
	connector->exceptions[0].recipients = build_patterns("a.example b.example");
	policy_finish(policy);
	cr_expect_eq(pattern_index_count(policy->excepted_recipients), 2);
	policy_free(&policy);
}

/* Whoever a recipient leads to needs no other index. */
Test(policy, what_recipients_select_is_in_theirs)
{
	struct policy *policy = policy_new();

	(void)build_connector(policy, "a", NULL, "x.example", "192.0.2.0/24");
	policy_finish(policy);
	cr_expect_eq(policy->networks.count, 0);
	policy_free(&policy);
}

Test(policy, last_day_is_that_of_any_entry)
{
	struct certificate_entry entries[] = {{.valid_to = 20261231}, {.valid_to = 20261130}};
	const struct require require = {.certificates = entries, .certificate_count = 2};

	cr_expect_eq(require_last_day(&require), 20261231);
}
