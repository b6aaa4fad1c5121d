/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/encoded_word.h"
#include "core/from_header.h"
#include "core/memory.h"

/* Addresses as they come; of domains that were searched for each once. */
static void note(void *context, const struct address *address)
{
	struct strbuf *out = context, text = {0};

	strbuf_printf(&text, "%s@%s ", address->local != NULL ? address->local : "?", address->domain);
	if (address->local != NULL || strstr(out->text, text.text) == NULL)
		strbuf_puts(out, text.text);
	strbuf_fini(&text);
}

static char *read_field(const char *body)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "");
	switch (from_header_read(body, note, &out)) {
	case FROM_HEADER_READ:
		break;
	case FROM_HEADER_SEARCHED:
		strbuf_puts(&out, "(searched)");
		break;
	case FROM_HEADER_UNKNOWN:
		strbuf_puts(&out, "(unknown)");
		break;
	}
	return strbuf_take(&out);
}

Test(from_header, addresses)
{
	static const struct {
		const char *body, *want;
	} cases[] = {
		{"a@contoso.com", "a@contoso.com "},
		{"Some Body <a@contoso.com>", "a@contoso.com "},
		{"\"Doe, J. <x@y.example>\" <a@contoso.com>", "a@contoso.com "},
		{"a@contoso.com, B <b@fabrikam.com>", "a@contoso.com b@fabrikam.com "},
		{"Staff: a@contoso.com, b@fabrikam.com; , c@x.example",
		 "a@contoso.com b@fabrikam.com c@x.example "},
		{"Undisclosed:;", ""},
		{"(x) a@contoso.com (c@d.example)", "a@contoso.com "},
		{"=?utf-8?q?ceo=40contoso=2Ecom?= <x@evil.example>", "x@evil.example "},
		{"Some\r\n Body\r\n\t<\r\n a@contoso.com>", "a@contoso.com "},
		{"<@relay.example:a@contoso.com>", "a@contoso.com "},
		{"<@relay.example,@next.example:a@contoso.com>", "a@contoso.com "},
		{"a@[IPv6:2001:db8::1]", "a@[ipv6:2001:db8::1] "},
		{"\"a\\\"b, c\"@contoso.com", "a\"b, c@contoso.com "},
		{"a@m\xc3\xbcnchen.example", "a@xn--mnchen-3ya.example "},
		{" , a@contoso.com,, ", "a@contoso.com "},
		{"", ""},
		{"A. B. C. <a.\"b\".c@contoso.com>", "a.b.c@contoso.com "},
		{".a..b.@contoso.com.", ".a..b.@contoso.com "},
		/* Words that are no address are no doubt about one. */
		{"Mailer", ""},
		{"Klinikum Musterstadt, Abt. Innere Medizin und Kardiologie <info@mail.klinikum.example>",
		 "info@mail.klinikum.example "},
		{"M\xfcller, Dr. <a@contoso.com>", "a@contoso.com "},
		{"=?utf-8?q?M=C3=BCller?=, =?utf-8?q?Dr=2E?= <a@contoso.com>", "a@contoso.com "},
		{"[List] Name <a@contoso.com>", "a@contoso.com "},
		{"[, ceo@contoso.com, ] <x@evil.example>", "ceo@contoso.com x@evil.example "},
		{"Nobody <>", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i].body);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s", cases[i].body, got);
		free(got);
	}
}

Test(from_header, what_cannot_be_read_is_searched)
{
	static const struct {
		const char *body, *want;
	} cases[] = {
		{"<a@contoso.com> <x@evil.example>",
		 "?@a ?@contoso.com ?@com ?@x ?@evil.example ?@example (searched)"},
		{"=?utf-8?q?ceo=40contoso=2Ecom?=",
		 "?@utf-8 ?@q ?@ceo ?@40contoso ?@2ecom ?@contoso.com ?@com (searched)"},
		{"=?utf-16?B?YQBAAGMALgBkAA==?=", "?@utf-16 ?@b ?@yqbaagmalgbkaa ?@a ?@c.d ?@d (searched)"},
		{"a@b.example <x@y>", "?@a ?@b.example ?@example ?@x ?@y (searched)"},
		{"a@b: x@y;", "x@y ?@a ?@b ?@x ?@y (searched)"},
		{"a@b.example@x.example", "?@a ?@b.example ?@example ?@x.example (searched)"},
		{"\"a@b\"@c", "?@a ?@b ?@c (searched)"},
		{"<a@b@c>", "?@a ?@b ?@c (searched)"},
		{"\"open a@contoso.com", "?@open ?@a ?@contoso.com ?@com ?@opena (searched)"},
		{"(open a@contoso.com", "?@open ?@a ?@contoso.com ?@com ?@opena (searched)"},
		{"a@contoso.com) , b@x", "?@a ?@contoso.com ?@com ?@b ?@x (searched)"},
		{"ceo@contoso.com..", "?@ceo ?@contoso.com ?@com (searched)"},
		{"ceo@..contoso.com", "?@ceo ?@contoso.com ?@com (searched)"},
		{"\"\" ceo@contoso(x).(y) com", "?@ceo ?@contoso ?@x ?@y ?@com ?@contoso.com (searched)"},
		{"<\"x\" ceo@\"contoso\".com>", "?@x ?@ceo ?@contoso ?@com ?@contoso.com (searched)"},
		/* Obsolete. */
		{"a(x)@contoso.com", "?@a ?@x ?@contoso.com ?@com (searched)"},
		{"a @ contoso .\r\n com", "?@a ?@contoso ?@com ?@contoso.com (searched)"},
		/* Words side by side: joined, or cut? */
		{"ceo@x contoso.com", "?@ceo ?@x ?@contoso.com ?@com ?@xcontoso.com (searched)"},
		{"x ceo@contoso.com", "?@x ?@ceo ?@contoso.com ?@com ?@xceo (searched)"},
		{"ceo@conto(x)so.com", "?@ceo ?@conto ?@x ?@so.com ?@com ?@contoso.com (searched)"},
		{"ceo\\@contoso.com", "?@ceo ?@contoso.com ?@com (searched)"},
		/* Encoded words in an address (RFC 2047, 5): not allowed, and decoded by some. */
		{"=?utf-8?b?Y2VvQGNvbnRvc28uY29t?=@evil.example",
		 "?@utf-8 ?@b ?@y2vvqgnvbnrvc28uy29t ?@evil.example ?@example ?@ceo ?@contoso.com ?@com "
		 "(searched)"},
		{"\"=?utf-8?q?ceo=40x.example=3e?=\"@evil.example",
		 "?@utf-8 ?@q ?@ceo ?@40x.example ?@example ?@3e ?@evil.example ?@x.example (searched)"},
		{"=?a?b?=?utf-8?q?ceo=40contoso=2Ecom?=",
		 "?@a ?@b ?@utf-8 ?@q ?@ceo ?@40contoso ?@2ecom ?@contoso.com ?@com (searched)"},
		/* Other signs for "@", which some turn into one. */
		{"ceo\xef\xbc\xa0"
		 "contoso.com",
		 "?@ceo ?@contoso.com ?@com (searched)"},
		{"contoso.com!ceo", "?@contoso.com ?@com ?@ceo (searched)"},
		{"\"ceo@contoso.com\" <>", "?@ceo ?@contoso.com ?@com (searched)"},
		/* Beyond ASCII. */
		{"\"x@m\xc3\xbcnchen.example",
		 "?@x ?@m ?@nchen.example ?@example ?@xn--mnchen-3ya.example (searched)"},
		{"\"\xff x@a.example", "?@x ?@a.example ?@example (searched)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i].body);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s", cases[i].body, got);
		free(got);
	}
}

/* Each has contoso.com in it, in bytes or under a spelling that somebody may undo. */
Test(from_header, what_may_be_any_domain)
{
	static const char *const cases[] = {
		"ceo@contoso.com\xff",
		"CEO <ceo@contoso.com\xc2\xa0>",
		"ceo@cont\xff"
		"oso.com",
		"\"ceo@cont\xff"
		"oso.com",
		"\"ceo@cont\boso.com",
		"=?utf-7?q?ceo+AEA-contoso.com?=",
		"=?x-unknown?q?ceo?=",
		"=?iso-8859-1?q?ceo=40m=FCnchen.example?=",
		"=?iso-2022-jp?b?Y2VvQGNvbnRvGyhCc28uY29t?=",
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i]);

		cr_expect_not_null(strstr(got, "(unknown)"), "%s: got %s", cases[i], got);
		free(got);
	}
}

Test(encoded_word, decodes)
{
	static const struct {
		const char *text, *want;
		bool other_set;
	} cases[] = {
		{"plain", "plain", false},
		{"", "", false},
		{"=?utf-8?q?a=40b_c?=", "a@b c", false},
		{"=?utf-8?B?YUBi?= =?utf-8?B?LmM=?=", "a@b.c", false},
		{"=?utf-8?B?YUBi!LmM?=", "a@b.c", false},
		{"=?utf-8*en?Q?x?= y", "x y", false},
		{"=?utf-8?q?open", "=?utf-8?q?open", false},
		{"=?", "=?", false},
		{"=?a?", "=?a?", false},
		{"=?utf-8?q?a=4?=", "a=4", false},
		{"=?utf-8?q?a?b=40c?=", "a?b@c", false},
		{"=?a?b?=?utf-8?q?x?=", "=?a?b?x", false},
		{"=?utf-8?b?YQ==?==?utf-8?q?x?=", "ax", false},
		{"=?utf-8?q?a?=?utf-8?q?x?=", "ax", false},
		{"=?utf-8?q?"
		 "?=",
		 "", false},
		{"=?UTF-7?q?a?=", "a", true},
		{"=?utf-8?q?a?= =?ibm037?q?b?=", "ab", true},
		{"=??q?a?=", "a", true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool ascii_based;
		char *got = encoded_words_decode(cases[i].text, "", &ascii_based);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s", cases[i].text, got);
		cr_expect_eq(ascii_based, !cases[i].other_set, "%s", cases[i].text);
		free(got);
	}
}
