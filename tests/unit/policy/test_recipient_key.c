/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "policy/recipient_key.h"
#include "util/memory.h"

static struct policy *policy;

/* Three connectors that count in From:, one that does not, and exceptions of the first and the second. */
static void open_case(void)
{
	static const char *const recipients[] = {".example", "finance.example", "b@finance.example",
						 "law.example"};
	static const char *const excepted[] = {"ceo@finance.example", "cfo@finance.example"};

	policy = policy_new();
	cr_assert_not_null(policy);
	for (size_t i = 0; i < 4; i++) {
		struct connector *connector = build_connector(policy, "a", "*", recipients[i], NULL);

		connector->header_from = i < 2;
		connector->require.nothing = i == 2;
		if (i >= 2)
			continue;
		connector->exceptions = xcalloc(1, sizeof *connector->exceptions);
		connector->exceptions[0].recipients = build_patterns(excepted[i]);
		connector->exception_count = 1;
	}
	policy_finish(policy);
}

static void close_case(void)
{
	policy_free(&policy);
}

TestSuite(recipient_key, .init = open_case, .fini = close_case);

static struct strbuf key_of(const char *recipient)
{
	struct readings readings = {0};
	struct strbuf key;

	readings_of_recipient(&readings,
			      &(struct written_address){.argument = recipient, .macro = recipient});
	key = recipient_key(policy, &readings);
	readings_fini(&readings);
	return key;
}

static bool are_one(const char *one, const char *other)
{
	struct strbuf a = key_of(one), b = key_of(other);
	bool equal = a.length == b.length && memcmp(a.text, b.text, a.length) == 0;

	strbuf_fini(&a);
	strbuf_fini(&b);
	return equal;
}

Test(recipient_key, what_no_connector_and_no_exception_tells_apart_is_one)
{
	cr_expect(are_one("<x@finance.example>", "<y@finance.example>"));
	cr_expect(are_one("<x@sales.example>", "<y@sales.example>"));
	cr_expect(are_one("<x@other.test>", "<y@another.test>"));
	/* Who is told apart by a connector alone that From: does not select. */
	cr_expect(are_one("<x@law.example>", "<x@art.example>"));
}

Test(recipient_key, what_a_connector_or_an_exception_tells_apart_is_not)
{
	static const char *const all[] = {
		"<x@finance.example>",   "<x@sales.example>",     "<x@other.test>", "<b@finance.example>",
		"<ceo@finance.example>", "<cfo@finance.example>", "<postmaster>"};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		for (size_t k = 0; k < i; k++)
			cr_expect_not(are_one(all[i], all[k]), "%s %s", all[i], all[k]);
}

Test(recipient_key, how_specific_a_connector_is_tells_apart)
{
	struct policy *other = policy_new();
	struct policy *first = policy;

	build_connector(other, "a", NULL, "*.example finance.example", NULL)->header_from = true;
	policy_finish(other);
	policy = other;
	cr_expect_not(are_one("<x@finance.example>", "<x@sales.example>"));
	cr_expect(are_one("<x@law.example>", "<x@sales.example>"));
	policy = first;
	policy_free(&other);
}

/* A policy of connectors with header_from, each of which has these recipients. */
static void use_policy_of(const char *first, const char *second)
{
	policy_free(&policy);
	policy = policy_new();
	build_connector(policy, "a", NULL, first, NULL)->header_from = true;
	build_connector(policy, "b", NULL, second, NULL)->header_from = true;
}

Test(recipient_key, who_and_how_specific_tell_apart_each_alone)
{
	use_policy_of("a.example .c.example", "b.example");
	policy_finish(policy);
	cr_expect_not(are_one("<x@a.example>", "<x@b.example>"), "whose it is");
	cr_expect_not(are_one("<x@a.example>", "<x@x.c.example>"), "how specific");
}

/* What stands for a connector does not read as two exceptions. */
Test(recipient_key, connectors_are_no_exceptions)
{
	static const char *const excepted[] = {"x.c", "z.c", "x.c"};
	struct connector *connector;

	use_policy_of("*.b", "nobody.example");
	connector = policy->connectors[1];
	connector->exceptions = xcalloc(3, sizeof *connector->exceptions);
	connector->exception_count = 3;
	for (size_t i = 0; i < 3; i++)
		connector->exceptions[i].recipients = build_patterns(excepted[i]);
	policy_finish(policy);
	cr_expect_not(are_one("<x@y.b>", "<x@x.c>"), "connector 0 of rank 2, and exceptions 0 and 2");
}

/* Exceptions of a connector that does not count in From: tell nobody apart. */
Test(recipient_key, exceptions_of_those_that_do_not_count)
{
	struct connector *connector;

	use_policy_of("nobody.example", "some.example");
	connector = build_connector(policy, "c", "*", NULL, NULL);
	connector->exceptions = xcalloc(1, sizeof *connector->exceptions);
	connector->exception_count = 1;
	connector->exceptions[0].recipients = build_patterns("ceo@x.example");
	policy_finish(policy);
	cr_expect(are_one("<ceo@x.example>", "<cfo@x.example>"));
}

/* Addresses that are refused for one reason or another. */
Test(recipient_key, what_became_of_the_address_tells_apart)
{
	struct readings invalid = {.result = ADDRESS_INVALID}, unqualified = {.result = ADDRESS_UNQUALIFIED};
	struct strbuf a = recipient_key(policy, &invalid), b = recipient_key(policy, &unqualified);

	cr_expect(a.length != b.length || memcmp(a.text, b.text, a.length) != 0);
	strbuf_fini(&a);
	strbuf_fini(&b);
}

/* As many as there can be, and nothing behind them. */
Test(recipient_key, of_eight_readings)
{
	struct readings readings = {.count = READINGS_MAX};
	char local[] = "x", domain[] = "n.test";
	struct strbuf key;

	for (size_t i = 0; i < READINGS_MAX; i++)
		readings.addresses[i] = (struct address){.local = local, .domain = domain};
	key = recipient_key(policy, &readings);
	cr_expect_eq(key.length, (1 + 3 * READINGS_MAX) * sizeof(uint32_t));
	strbuf_fini(&key);
}
