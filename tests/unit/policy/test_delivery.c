/* SPDX-License-Identifier: MIT */
#include "policy/delivery.h"

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
	connector->has_deliver = true;
	connector->deliver.nothing = nothing;
	connector->deliver.min_version = TLS_VERSION_1_2;
	connector->deliver.level = DELIVER_SECURE;
	connector->deliver.servername = nothing ? NULL : xstrdup(name);
	deliver_finish(&connector->deliver);
	return connector;
}

/* "found NAME PATTERN", "none NAME PATTERN", "-", "temp". The caller frees it. */
static char *print(const struct policy *policy, const struct delivery_answer *answer)
{
	struct strbuf text = {0};
	char *pattern;

	if (answer->result == DELIVERY_TEMP)
		return xstrdup("temp");
	if (answer->connector == NULL)
		return xstrdup("-");
	cr_expect_eq(delivery_text(answer) != NULL, answer->result == DELIVERY_FOUND);
	pattern = pattern_index_text(policy->recipients, answer->pattern);
	strbuf_printf(&text, "%s %s %s", answer->result == DELIVERY_FOUND ? "found" : "none",
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
		struct delivery delivery;
		const char *tested = looks[i].tested != NULL ? looks[i].tested : looks[i].enforced;
		char *text;

		delivery_find(policy, DELIVERY_MAP_TLS_POLICY, looks[i].next_hop, &delivery);
		text = print(policy, &delivery.enforced);
		cr_expect_str_eq(text, looks[i].enforced, "%s: %s", looks[i].next_hop, text);
		free(text);
		text = print(policy, &delivery.tested);
		cr_expect_str_eq(text, tested, "%s, tested: %s", looks[i].next_hop, text);
		free(text);
	}
	policy_free(&policy);
}

#define EXPECT(policy, looks) expect(policy, looks, sizeof(looks) / sizeof(looks)[0])

Test(delivery, most_specific_pattern)
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

Test(delivery, names_of_tables)
{
	enum delivery_map map;

	cr_expect(delivery_map_find("tls_policy", 10, &map) && map == DELIVERY_MAP_TLS_POLICY);
	cr_expect(delivery_map_find("partners and", 8, &map) && map == DELIVERY_MAP_PARTNERS);
	cr_expect(delivery_map_find("rest", 4, &map) && map == DELIVERY_MAP_REST);
	cr_expect_not(delivery_map_find("rest", 3, &map));
	cr_expect_not(delivery_map_find("resting", 7, &map));
	cr_expect_not(delivery_map_find("", 0, &map));
}

/* Each next hop is in one of the two tables, and what is tried out is said where Postfix would ask. */
Test(delivery, partners_and_the_rest)
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
		for (enum delivery_map map = DELIVERY_MAP_PARTNERS; map <= DELIVERY_MAP_REST; map++) {
			bool rest = map == DELIVERY_MAP_REST;
			const char *wanted = rest ? cases[i].rest : cases[i].partners;
			const char *tested = rest ? cases[i].rest_tested : cases[i].partners_tested;
			struct delivery delivery;
			char *text;

			delivery_find(policy, map, cases[i].next_hop, &delivery);
			text = print(policy, &delivery.enforced);
			cr_expect_str_eq(text, wanted, "%s: %s", cases[i].next_hop, text);
			free(text);
			cr_expect_eq(delivery.tested_differs, tested != NULL, "%s, %d", cases[i].next_hop,
				     map);
			text = print(policy, &delivery.tested);
			cr_expect(tested == NULL || strcmp(text, tested) == 0, "%s: %s", cases[i].next_hop,
				  text);
			free(text);
		}
	policy_free(&policy);
}

Test(delivery, only_those_with_deliver)
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

Test(delivery, test_mode_of_connectors)
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

Test(delivery, test_mode_of_the_policy)
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

Test(delivery, difference_is_one_of_answers)
{
	struct policy *policy = policy_new();
	struct connector *old, *next;
	struct delivery delivery;

	old = add(policy, "old", "same.example other.example", false);
	next = add(policy, "next", "same.example", false);
	next->mode = MODE_TEST;
	free(next->deliver.answer);
	next->deliver.answer = xstrdup(old->deliver.answer);
	add(policy, "none", "nothing.example", true)->mode = MODE_TEST;
	add(policy, "more", "other.example", false)->mode = MODE_TEST;
	policy_finish(policy);
	cr_expect(policy->has_deliver);
	delivery_find(policy, DELIVERY_MAP_TLS_POLICY, "same.example", &delivery);
	cr_expect_not(delivery.tested_differs);
	cr_expect_eq(delivery.tested.connector, next);
	delivery_find(policy, DELIVERY_MAP_TLS_POLICY, "nothing.example", &delivery);
	cr_expect_not(delivery.tested_differs);
	delivery_find(policy, DELIVERY_MAP_TLS_POLICY, "other.example", &delivery);
	cr_expect(delivery.tested_differs);
	cr_expect_str_eq(delivery.next_hop.domain, "other.example");
	policy_free(&policy);
}
