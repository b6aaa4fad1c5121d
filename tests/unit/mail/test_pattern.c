/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "util/memory.h"
#include "policy/pattern_index.h"

Test(pattern, forms)
{
	static const struct {
		const char *text;
		enum pattern_kind kind;
		const char *printed;
	} cases[] = {
		{"contoso.com", PATTERN_DOMAIN, "contoso.com"},
		{"Contoso.COM.", PATTERN_DOMAIN, "contoso.com"},
		{"*.contoso.com", PATTERN_DOMAIN_TREE, "*.contoso.com"},
		{".Contoso.com", PATTERN_SUBDOMAINS, ".contoso.com"},
		{"*", PATTERN_ANYONE, "*"},
		{"*.com", PATTERN_DOMAIN_TREE, "*.com"},
		{"[192.0.2.1]", PATTERN_DOMAIN, "[192.0.2.1]"},
		{"[IPv6:2001:db8::1]", PATTERN_DOMAIN, "[ipv6:2001:db8::1]"},
		{"192.0.2.1", PATTERN_DOMAIN, "[192.0.2.1]"},
		{"192.0.2.1.", PATTERN_DOMAIN, "[192.0.2.1]"},
		{"2001:DB8::1", PATTERN_DOMAIN, "[ipv6:2001:db8::1]"},
		{"CEO@contoso.com", PATTERN_MAILBOX, "ceo@contoso.com"},
		{"ceo@192.0.2.1", PATTERN_MAILBOX, "ceo@[192.0.2.1]"},
		{"ceo@2001:db8::1", PATTERN_MAILBOX, "ceo@[ipv6:2001:db8::1]"},
		{"ceo@[IPv6:2001:DB8::1]", PATTERN_MAILBOX, "ceo@[ipv6:2001:db8::1]"},
		{"\"the boss\"@contoso.com", PATTERN_MAILBOX, "the boss@contoso.com"},
		{"münchen.example", PATTERN_DOMAIN, "xn--mnchen-3ya.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pattern pattern;
		const char *error = "";
		char *printed;

		cr_assert(pattern_parse(cases[i].text, &pattern, &error), "%s %s", cases[i].text, error);
		printed = pattern_print(pattern.kind, pattern.key);
		cr_expect_eq(pattern.kind, cases[i].kind, "%s", cases[i].text);
		cr_expect_str_eq(printed, cases[i].printed);
		free(printed);
		pattern_fini(&pattern);
	}
}

Test(pattern, errors)
{
	static const char *const texts[] = {"",
					    ".",
					    "*.",
					    "**",
					    "*contoso.com",
					    "mail.*.com",
					    "*.*.com",
					    "a*",
					    "..a",
					    "@",
					    "@contoso.com",
					    "a@",
					    "a@*.contoso.com",
					    "*@contoso.com",
					    "*.[192.0.2.1]",
					    "*.192.0.2.1",
					    ".192.0.2.1",
					    ".2001:db8::1",
					    "12345",
					    "192.0.2.256",
					    "192.0.2.08",
					    "contoso.123",
					    "*.123",
					    "ceo@contoso.123",
					    "192.0.2.010",
					    "0xc0000201",
					    "ceo@3221225985",
					    "contoso.com:25",
					    "[x]",
					    "con toso.com",
					    "ceo@x.example, cfo@x.example",
					    "a@x;b@x",
					    "a@x b@x",
					    "Boss <ceo@x.example>",
					    "ceo@x (boss)",
					    "@relay:ceo@x",
					    "a@b@x",
					    "mailto:ceo@x",
					    "\"a@x",
					    "\"a\"b@x",
					    "\xff.example",
					    "contoso.com, fabrikam.com"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct pattern pattern;
		const char *error = NULL;

		cr_expect_not(pattern_parse(texts[i], &pattern, &error), "%s", texts[i]);
		cr_expect_not_null(error);
		pattern_fini(&pattern);
	}
}

struct best {
	pattern_rank rank;
	pattern_ref ref;
	size_t calls;
};

static void keep_best(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct best *best = context;

	(void)owner;
	best->calls++;
	if (rank > best->rank) {
		best->rank = rank;
		best->ref = ref;
	}
}

/* The most specific of patterns for an address, "" for none. */
static char *best_match(const char *patterns, const char *text)
{
	struct pattern_index *index = build_patterns(patterns);
	struct best best = {0};
	struct address address;
	char *storage, *printed;

	cr_assert_eq(address_parse(text, &address, &storage), ADDRESS_OK, "%s", text);
	pattern_index_match(index, &address, "+-", keep_best, &best);
	printed = best.rank == RANK_NONE ? xstrdup("") : pattern_index_text(index, best.ref);
	free(storage);
	pattern_index_free(&index);
	return printed;
}

Test(pattern_index, most_specific_first)
{
	static const struct {
		const char *patterns, *address, *want;
	} cases[] = {
		{"contoso.com", "a@contoso.com", "contoso.com"},
		{"contoso.com", "a@x.contoso.com", ""},
		{"contoso.com", "a@notcontoso.com", ""},
		{"*.contoso.com", "a@contoso.com", "*.contoso.com"},
		{"*.contoso.com", "a@y.x.contoso.com", "*.contoso.com"},
		{".contoso.com", "a@contoso.com", ""},
		{".contoso.com", "a@x.contoso.com", ".contoso.com"},
		{"*.contoso.com .contoso.com", "a@x.contoso.com", ".contoso.com"},
		{"*.contoso.com contoso.com", "a@contoso.com", "contoso.com"},
		{"*.x.contoso.com .contoso.com", "a@y.x.contoso.com", "*.x.contoso.com"},
		{"* *.com", "a@contoso.com", "*.com"},
		{"*", "a@contoso.com", "*"},
		{"*", "postmaster", "*"},
		{"*", "<>", "*"},
		{"*.com", "postmaster", ""},
		{"contoso.com ceo@contoso.com", "CEO@contoso.com", "ceo@contoso.com"},
		{"contoso.com ceo@contoso.com", "cto@contoso.com", "contoso.com"},
		{"boss@contoso.com", "boss+x@contoso.com", "boss@contoso.com"},
		{"boss@contoso.com", "boss-x+y@contoso.com", "boss@contoso.com"},
		{"boss@contoso.com boss+x@contoso.com", "boss+x@contoso.com", "boss+x@contoso.com"},
		{"boss+x@contoso.com", "boss@contoso.com", ""},
		{"boss@contoso.com", "+boss@contoso.com", ""},
		{"[192.0.2.1]", "a@[192.0.2.1]", "[192.0.2.1]"},
		{"192.0.2.1", "a@[192.0.2.1]", "[192.0.2.1]"},
		{"[192.0.2.1]", "a@192.0.2.1", "[192.0.2.1]"},
		{"[192.0.2.1]", "a@0xc0000201", "[192.0.2.1]"},
		{"2001:db8::1", "a@[IPv6:2001:DB8:0::1]", "[ipv6:2001:db8::1]"},
		{"a@192.0.2.1", "a@[192.0.2.1]", "a@[192.0.2.1]"},
		{"u@evil.example send.example", "\"u@evil.example\"@send.example", "send.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = best_match(cases[i].patterns, cases[i].address);

		cr_expect_str_eq(got, cases[i].want, "%s in %s: got %s", cases[i].address, cases[i].patterns,
				 got);
		free(got);
	}
}

Test(pattern_index, finds_each_of_many)
{
	struct pattern_index *index = pattern_index_new();
	char text[64];

	for (uint32_t i = 0; i < 20000; i++) {
		struct pattern pattern;
		const char *error;

		(void)snprintf(text, sizeof text, "%sd%u.example", i % 2 == 0 ? "" : "*.", i / 2);
		cr_assert(pattern_parse(text, &pattern, &error));
		cr_assert(pattern_index_add(index, &pattern, 7, (struct place){0}));
		cr_assert_not(pattern_index_add(index, &pattern, 7, (struct place){0}),
			      "twice for one owner");
		pattern_fini(&pattern);
	}
	cr_assert_eq(pattern_index_count(index), 20000);
	for (uint32_t i = 0; i < 10000; i++) {
		struct best best = {0};
		struct address address = {.local = "a", .domain = text};

		(void)snprintf(text, sizeof text, "d%u.example", i);
		pattern_index_match(index, &address, NULL, keep_best, &best);
		cr_assert_eq(best.calls, 2);
	}
	pattern_index_free(&index);
}

struct shared {
	size_t visits, claims;
};

static bool count_shared(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			 size_t count)
{
	struct shared *shared = context;

	(void)ref;
	(void)hash;
	shared->visits++;
	shared->claims += count;
	for (size_t i = 1; i < count; i++)
		cr_expect_lt(claims[i - 1].owner, claims[i].owner,
			     "claims come in the order in which they were made");
	return true;
}

Test(pattern_index, visits_each_pattern_once_with_all_claims)
{
	struct pattern_index *index = pattern_index_new();
	struct shared shared = {0};

	for (uint32_t owner = 0; owner < 5; owner++) {
		struct pattern pattern;
		const char *error;

		cr_assert(pattern_parse("contoso.com", &pattern, &error));
		cr_assert(pattern_index_add(index, &pattern, owner, (struct place){0}));
		pattern_fini(&pattern);
	}
	pattern_index_each(index, count_shared, &shared);
	cr_expect_eq(shared.visits, 1);
	cr_expect_eq(shared.claims, 5);
	pattern_index_free(&index);
}

Test(pattern, quoted_mailboxes_and_other_dots)
{
	static const char *const wrong[] = {"\"@\\", "\"@", "\"a", "192.0.2.1\xe3\x80\x82"};
	struct pattern pattern;
	const char *error;

	cr_assert(pattern_parse("\"a\\\"b\"@contoso.com", &pattern, &error));
	cr_expect_str_eq(pattern.key, "a\"b@contoso.com");
	pattern_fini(&pattern);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_not(pattern_parse(wrong[i], &pattern, &error), "%s", wrong[i]);
	cr_expect_not(pattern_parse("\"a\\\"b@contoso.com", &pattern, &error));
}

/* Pairs that have one hash: what is kept, and what is asked for. */
Test(pattern_index, equal_hashes_are_no_matches)
{
	static const struct {
		const char *kept, *local, *domain;
	} cases[] = {
		{"a144342.example", "x", "b291460.example"},   {"b267566.example", "a107668", "x.example"},
		{"b310194@x.example", "a134766", "x.example"}, {"ab364799@x.example", "a", "x45546.example"},
		{"a@y40223.example", "a", "x269983.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pattern_index *index = build_patterns(cases[i].kept), *both;
		const struct address address = {.local = cases[i].local, .domain = cases[i].domain};
		struct strbuf patterns = {0};

		cr_expect_not(pattern_index_holds(index, &address, NULL), "%s", cases[i].kept);
		pattern_index_free(&index);
		/* Mailboxes are looked up where there are some. */
		strbuf_printf(&patterns, "%s z@z.example", cases[i].kept);
		both = build_patterns(patterns.text);
		cr_expect_not(pattern_index_holds(both, &address, NULL), "%s", cases[i].kept);
		pattern_index_free(&both);
		strbuf_fini(&patterns);
	}
}

static bool stop(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims, size_t count)
{
	(void)ref;
	(void)hash;
	(void)claims;
	(void)count;
	++*(int *)context;
	return false;
}

Test(pattern_index, stops_where_it_is_told_to)
{
	struct pattern_index *index = build_patterns("a.example b.example");
	int visits = 0;

	pattern_index_each(index, stop, &visits);
	cr_expect_eq(visits, 1);
	pattern_index_free(&index);
}

Test(pattern_index, equal_hashes_are_two_patterns)
{
	struct pattern_index *index = build_patterns("a144342.example b291460.example");

	cr_expect_eq(pattern_index_count(index), 2);
	pattern_index_free(&index);
}

/* A mailbox without an extension is one reading, and found once. */
Test(pattern_index, finds_a_mailbox_once)
{
	const struct address address = {.local = (char[]){"ceo"}, .domain = (char[]){"contoso.com"}};
	struct pattern_index *index = build_patterns("ceo@contoso.com");
	struct best best = {0};

	pattern_index_match(index, &address, "+", keep_best, &best);
	cr_expect_eq(best.calls, 1);
	pattern_index_free(&index);
}

/* What an operator is told of each mistake. */
Test(pattern, errors_say_what_is_wrong)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"\"@\\", "is not one mailbox"},
		{"\"@", "is not one mailbox"},
		{"\"a@b\"c.example", "is not one mailbox"},
		{"a@contoso..com", "is not a mailbox"},
		{"*@contoso.com", "has a \"*\""},
		{"mail.*.com", "has a \"*\""},
		{"[x]", "is not an address"},
		{"con toso.com", "is not a domain"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pattern pattern;
		const char *error = "";

		cr_expect_not(pattern_parse(cases[i].text, &pattern, &error), "%s", cases[i].text);
		cr_expect_eq(strncmp(error, cases[i].error, strlen(cases[i].error)), 0, "%s %s",
			     cases[i].text, error);
	}
}
