/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/encoded_word.h"
#include "core/from_header.h"
#include "core/memory.h"

static bool note(void *context, const struct address *address)
{
	struct strbuf *out = context;

	strbuf_printf(out, "%s%s@%s", out->length > 0 ? " " : "",
		      address->local != NULL ? address->local : "?", address->domain);
	return true;
}

static char *read_field(const char *body)
{
	struct strbuf out = {0};

	if (from_header_read(body, note, &out) == FROM_HEADER_UNREADABLE)
		strbuf_puts(&out, " (searched)");
	return strbuf_take(&out);
}

Test(from_header, addresses)
{
	static const struct {
		const char *body, *want;
	} cases[] = {
		{"a@contoso.com", "a@contoso.com"},
		{"Some Body <a@contoso.com>", "a@contoso.com"},
		{"\"Doe, J. <x@y.example>\" <a@contoso.com>", "a@contoso.com"},
		{"a@contoso.com, B <b@fabrikam.com>", "a@contoso.com b@fabrikam.com"},
		{"Staff: a@contoso.com, b@fabrikam.com; , c@x.example",
		 "a@contoso.com b@fabrikam.com c@x.example"},
		{"Undisclosed:;", ""},
		{"a(x, y)@contoso.com (c@d.example)", "a@contoso.com"},
		{"=?utf-8?q?ceo=40contoso=2Ecom?= <x@evil.example>", "x@evil.example"},
		{"Some\r\n Body\r\n\t<a@\r\n contoso.com>", "a@contoso.com"},
		{"<@relay.example:a@contoso.com>", "a@contoso.com"},
		{"a@[IPv6:2001:db8::1]", "a@[ipv6:2001:db8::1]"},
		{"\"a\\\"b, c\"@contoso.com", "a\"b, c@contoso.com"},
		{"a@m\xc3\xbcnchen.example", "a@xn--mnchen-3ya.example"},
		{" , a@contoso.com,, ", "a@contoso.com"},
		{"", ""},
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
		{"<a@contoso.com> <x@evil.example>", "?@a ?@contoso.com ?@com ?@x ?@evil.example ?@example "
						     "?@a ?@contoso.com ?@com ?@x ?@evil.example "
						     "?@example (searched)"},
		{"=?utf-8?q?ceo=40contoso=2Ecom?=",
		 "?@utf-8 ?@q ?@ceo ?@40contoso ?@2ecom ?@ceo ?@contoso.com ?@com (searched)"},
		{"=?utf-16?B?YQBAAGMALgBkAA==?=", "?@utf-16 ?@b ?@yqbaagmalgbkaa ?@a ?@c.d ?@d (searched)"},
		{"a@b.example <x@y>",
		 "?@a ?@b.example ?@example ?@x ?@y ?@a ?@b.example ?@example ?@x ?@y (searched)"},
		{"a@b: x@y;", "?@a ?@b ?@x ?@y ?@a ?@b ?@x ?@y (searched)"},
		{"Mailer", "?@mailer ?@mailer (searched)"},
		{"a@b.example@x.example", "?@a ?@b.example ?@example ?@x.example ?@example ?@a ?@b.example "
					  "?@example ?@x.example ?@example (searched)"},
		{"\"a@b\"@c", "?@a ?@b ?@c ?@a ?@b ?@c (searched)"},
		{"<a@b@c>", "?@a ?@b ?@c ?@a ?@b ?@c (searched)"},
		{"\"open a@contoso.com",
		 "?@open ?@a ?@contoso.com ?@com ?@open ?@a ?@contoso.com ?@com (searched)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i].body);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s", cases[i].body, got);
		free(got);
	}
}

Test(encoded_word, decodes)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"plain", "plain"},
		{"=?utf-8?q?a=40b_c?=", "a@b c"},
		{"=?utf-8?B?YUBi?= =?utf-8?B?LmM=?=", "a@b.c"},
		{"=?utf-8?B?YUBi!LmM?=", "a@b.c"},
		{"=?utf-8*en?Q?x?= y", "x y"},
		{"=?utf-8?q?open", "=?utf-8?q?open"},
		{"=?", "=?"},
		{"=?a?", "=?a?"},
		{"=?utf-8?q?a=4?=", "a=4"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = encoded_words_decode(cases[i].text);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s", cases[i].text, got);
		free(got);
	}
}
