/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <signal.h>
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
