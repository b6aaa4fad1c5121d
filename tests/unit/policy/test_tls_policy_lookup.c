/* SPDX-License-Identifier: MIT */
#include "policy/tls_policy_lookup.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "util/memory.h"

/* A connector with "deliver" alone; nothing: "none". */
static struct connector *add(struct policy *policy, const char *name, const char *recipients, bool nothing)
{
	struct connector *connector = build_connector(policy, name, NULL, recipients, NULL);

	connector->has_require = false;
	connector->has_tls_policy = true;
	connector->tls_policy.nothing = nothing;
	connector->tls_policy.min_version = TLS_VERSION_1_2;
	connector->tls_policy.level = TLS_POLICY_SECURE;
	connector->tls_policy.servername = nothing ? NULL : xstrdup(name);
	tls_policy_finish(&connector->tls_policy);
	return connector;
}

/* "found NAME PATTERN", "none NAME PATTERN", "-", "temp". The caller frees it. */
static char *print(const struct policy *policy, const struct tls_policy_answer *answer)
{
	struct strbuf text = {0};
	char *pattern;

	cr_expect_eq(tls_policy_answer_text(answer) != NULL, answer->result == TLS_POLICY_FOUND);
	if (answer->result == TLS_POLICY_TEMP)
		return xstrdup("temp");
	if (answer->connector == NULL)
		return xstrdup("-");
	pattern = pattern_index_text(policy->recipients, answer->pattern);
	strbuf_printf(&text, "%s %s %s", answer->result == TLS_POLICY_FOUND ? "found" : "none",
		      answer->connector->name, pattern);
	free(pattern);
	return strbuf_take(&text);
}

struct look {
	const char *next_hop;
	const char *enforced;
	const char *tested; /* NULL: the same */
};

static void expect(struct policy *policy, const struct look *looks, size_t count)
{
	policy_finish(policy);
	for (size_t i = 0; i < count; i++) {
		struct tls_policy_lookup lookup;
		const char *tested = looks[i].tested != NULL ? looks[i].tested : looks[i].enforced;
		char *text;

		tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, looks[i].next_hop, &lookup);
		text = print(policy, &lookup.enforced);
		cr_expect_str_eq(text, looks[i].enforced, "%s: %s", looks[i].next_hop, text);
		free(text);
		text = print(policy, &lookup.tested);
		cr_expect_str_eq(text, tested, "%s, tested: %s", looks[i].next_hop, text);
		free(text);
	}
	policy_free(&policy);
}

#define EXPECT(policy, looks) expect(policy, looks, sizeof(looks) / sizeof(looks)[0])

Test(lookup, most_specific_pattern)
{
	static const struct look looks[] = {
		{"contoso.com", "found exact contoso.com", NULL},
		{"CONTOSO.com:25", "found exact contoso.com", NULL},
		{"[contoso.com]:25", "found exact contoso.com", NULL},
		{"mail.contoso.com", "found below .contoso.com", NULL},
		{"a.mail.contoso.com", "found below .contoso.com", NULL},
		{"fax.contoso.com", "none fax *.fax.contoso.com", NULL},
		{"a.fax.contoso.com", "none fax *.fax.contoso.com", NULL},
		{"a.b.fax.contoso.com", "found deep a.b.fax.contoso.com", NULL},
		{"x.a.b.fax.contoso.com", "none fax *.fax.contoso.com", NULL},
		{"com", "found tld *.com", NULL},
		{"fabrikam.com", "found tld *.com", NULL},
		{"notcontoso.com", "found tld *.com", NULL},
		{"fabrikam.example", "found all *", NULL},
		{"[192.0.2.1]", "none address [192.0.2.1]", NULL},
		{"192.0.2.1:25", "none address [192.0.2.1]", NULL},
		{"[192.0.2.2]", "found all *", NULL},
		{".contoso.com", "-", NULL},
		{".example", "-", NULL},
		{"a b", "temp", NULL},
		{"", "temp", NULL},
		{"\xff.example", "temp", NULL},
	};
	struct policy *policy = policy_new();

	(void)add(policy, "tree", "*.contoso.com", false);
	(void)add(policy, "exact", "contoso.com", false);
	(void)add(policy, "below", ".contoso.com", false);
	(void)add(policy, "fax", "*.fax.contoso.com", true);
	(void)add(policy, "deep", "a.b.fax.contoso.com", false);
	(void)add(policy, "tld", "*.com", false);
	(void)add(policy, "all", "*", false);
	(void)add(policy, "address", "[192.0.2.1]", true);
	EXPECT(policy, looks);
}

Test(lookup, names_of_tables)
{
	enum tls_policy_map map;

	cr_expect(tls_policy_map_find("tls_policy", 10, &map) && map == TLS_POLICY_MAP_ALL);
	cr_expect(tls_policy_map_find("partners and", 8, &map) && map == TLS_POLICY_MAP_PARTNERS);
	cr_expect(tls_policy_map_find("rest", 4, &map) && map == TLS_POLICY_MAP_REST);
	cr_expect_not(tls_policy_map_find("rest", 3, &map));
	cr_expect_not(tls_policy_map_find("resting", 7, &map));
	cr_expect_not(tls_policy_map_find("", 0, &map));
	cr_expect_not(tls_policy_map_find("test", 4, &map));
}

/* Each next hop is in one of the two tables, and what is tried out is said where Postfix would ask. */
Test(lookup, partners_and_the_rest)
{
	static const struct {
		const char *next_hop;
		const char *partners, *partners_tested; /* NULL: nothing to say of what is tried out */
		const char *rest, *rest_tested;
	} cases[] = {
		{"contoso.com", "found a contoso.com", NULL, "-", NULL},
		{"fax.example", "none fax fax.example", NULL, "-", NULL},
		{"else.example", "-", NULL, "found all *", NULL},
		{"[192.0.2.1]", "-", NULL, "found all *", NULL},
		{"pilot.example", "-", "found pilot pilot.example", "found all *", NULL},
		{"free.example", "-", NULL, "found all *", "-"},
		{".example", "-", NULL, "-", NULL},
		{"a b", "temp", NULL, "temp", NULL},
	};
	struct policy *policy = policy_new();

	(void)add(policy, "a", "contoso.com", false);
	(void)add(policy, "all", "*", false);
	(void)add(policy, "fax", "fax.example", true);
	add(policy, "pilot", "pilot.example", false)->mode = MODE_TEST;
	add(policy, "free", "free.example", true)->mode = MODE_TEST;
	policy_finish(policy);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (enum tls_policy_map map = TLS_POLICY_MAP_PARTNERS; map <= TLS_POLICY_MAP_REST; map++) {
			bool rest = map == TLS_POLICY_MAP_REST;
			const char *wanted = rest ? cases[i].rest : cases[i].partners;
			const char *tested = rest ? cases[i].rest_tested : cases[i].partners_tested;
			struct tls_policy_lookup lookup;
			char *text;

			tls_policy_look_up(policy, map, cases[i].next_hop, &lookup);
			text = print(policy, &lookup.enforced);
			cr_expect_str_eq(text, wanted, "%s: %s", cases[i].next_hop, text);
			free(text);
			cr_expect_eq(lookup.tested_differs, tested != NULL, "%s, %d", cases[i].next_hop, map);
			text = print(policy, &lookup.tested);
			cr_expect(tested == NULL || strcmp(text, tested) == 0, "%s: %s", cases[i].next_hop,
				  text);
			free(text);
		}
	policy_free(&policy);
}

Test(lookup, only_those_with_deliver)
{
	static const struct look looks[] = {
		{"contoso.com", "found wide *.contoso.com", NULL},
		{"fabrikam.com", "-", NULL},
	};
	struct policy *policy = policy_new();

	(void)build_connector(policy, "arrives", NULL, "contoso.com fabrikam.com", NULL);
	(void)add(policy, "wide", "*.contoso.com", false);
	EXPECT(policy, looks);
}

Test(lookup, test_mode_of_connectors)
{
	static const struct look looks[] = {
		{"contoso.com", "found wide *.contoso.com", "found pilot contoso.com"},
		{"mail.contoso.com", "found wide *.contoso.com", NULL},
		{"new.example", "-", "found new new.example"},
		{"same.example", "found old same.example", "found next same.example"},
		{"free.example", "found owed free.example", "none freed free.example"},
		{"a b", "temp", NULL},
	};
	struct policy *policy = policy_new();

	(void)add(policy, "wide", "*.contoso.com", false);
	add(policy, "pilot", "contoso.com", false)->mode = MODE_TEST;
	add(policy, "new", "new.example", false)->mode = MODE_TEST;
	add(policy, "next", "same.example", false)->mode = MODE_TEST;
	(void)add(policy, "old", "same.example", false);
	add(policy, "freed", "free.example", true)->mode = MODE_TEST;
	(void)add(policy, "owed", "free.example", false);
	EXPECT(policy, looks);
}

Test(lookup, test_mode_of_the_policy)
{
	static const struct look looks[] = {
		{"contoso.com", "-", "found a contoso.com"},
		{"a b", "-", "temp"},
		{".com", "-", NULL},
	};
	struct policy *policy = policy_new();

	(void)add(policy, "a", "contoso.com", false);
	policy->mode = MODE_TEST;
	EXPECT(policy, looks);
}

Test(lookup, difference_is_one_of_answers)
{
	struct policy *policy = policy_new();
	struct connector *old, *next;
	struct tls_policy_lookup lookup;

	old = add(policy, "old", "same.example other.example", false);
	next = add(policy, "next", "same.example", false);
	next->mode = MODE_TEST;
	free(next->tls_policy.answer);
	next->tls_policy.answer = xstrdup(old->tls_policy.answer);
	add(policy, "none", "nothing.example", true)->mode = MODE_TEST;
	add(policy, "more", "other.example", false)->mode = MODE_TEST;
	policy_finish(policy);
	cr_expect(policy->has_tls_policy);
	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, "same.example", &lookup);
	cr_expect_not(lookup.tested_differs);
	cr_expect_eq(lookup.tested.connector, next);
	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, "nothing.example", &lookup);
	cr_expect_not(lookup.tested_differs);
	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, "other.example", &lookup);
	cr_expect(lookup.tested_differs);
	cr_expect_str_eq(lookup.next_hop.domain, "other.example");
	policy_free(&policy);
}

Test(lookup, is_enforced_where_neither_is_in_test_mode)
{
	struct policy policy = {.mode = MODE_ENFORCE};
	struct connector connector = {.has_tls_policy = true};

	cr_expect(tls_policy_is_enforced(&policy, &connector));
	connector.has_tls_policy = false;
	cr_expect_not(tls_policy_is_enforced(&policy, &connector));
	connector = (struct connector){.has_tls_policy = true, .mode = MODE_TEST};
	cr_expect_not(tls_policy_is_enforced(&policy, &connector));
	connector.mode = MODE_ENFORCE;
	policy.mode = MODE_TEST;
	cr_expect_not(tls_policy_is_enforced(&policy, &connector));
}

/* Whichever of two that apply is found first. */
Test(lookup, more_specific_in_either_order)
{
	static const struct look looks[] = {{"x.a.example", "found below .a.example", NULL},
					    {"x.b.example", "found below .b.example", NULL}};
	struct policy *policy = policy_new();

	(void)add(policy, "below", ".a.example", false);
	(void)add(policy, "tree", "*.a.example", false);
	(void)add(policy, "tree", "*.b.example", false);
	(void)add(policy, "below", ".b.example", false);
	EXPECT(policy, looks);
}

/* What is tried out for the rest is said where the rest is asked for. */
Test(lookup, the_rest_in_test_mode)
{
	struct policy *policy = policy_new();
	struct tls_policy_lookup lookup;

	add(policy, "all", "*", false)->mode = MODE_TEST;
	policy_finish(policy);
	tls_policy_look_up(policy, TLS_POLICY_MAP_REST, "else.example", &lookup);
	cr_expect(lookup.tested_differs);
	tls_policy_look_up(policy, TLS_POLICY_MAP_PARTNERS, "else.example", &lookup);
	cr_expect_not(lookup.tested_differs);
	policy_free(&policy);
}
