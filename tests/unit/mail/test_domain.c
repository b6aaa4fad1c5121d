/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"

Test(domain, normal_form)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"Contoso.COM", "contoso.com"},
		{"contoso.com.", "contoso.com"},
		{"a_b-c.example", "a_b-c.example"},
		{"localhost", "localhost"},
		{"münchen.example", "xn--mnchen-3ya.example"},
		{"MÜNCHEN.example", "xn--mnchen-3ya.example"},
		{"XN--mnchen-3ya.Example.", "xn--mnchen-3ya.example"},
		{"straße.example", "xn--strae-oqa.example"}, /* non-transitional: not strasse */
		{"mail。contoso。com", "mail.contoso.com"},
		{"[192.0.2.1]", "[192.0.2.1]"},
		{"[IPv6:2001:DB8:0::1]", "[ipv6:2001:db8::1]"},
		{"[2001:db8::1]", "[ipv6:2001:db8::1]"},
		{"[IPv6:::ffff:192.0.2.1]", "[192.0.2.1]"},
		/* An address is one with brackets and without; and a number where a resolver takes it for one. */
		{"192.0.2.1", "[192.0.2.1]"},
		{"192.0.2.1.", "[192.0.2.1]"},
		{"2001:DB8::1", "[ipv6:2001:db8::1]"},
		{"IPv6:2001:db8::1", "[ipv6:2001:db8::1]"},
		{"::ffff:192.0.2.1", "[192.0.2.1]"},
		{"\xef\xbc\x91\xef\xbc\x99\xef\xbc\x92.0.2.1", "[192.0.2.1]"}, /* full-width 192 */
		{"0xC0000201", "[192.0.2.1]"},
		{"3221225985", "[192.0.2.1]"},
		{"0300.0.0x2.1", "[192.0.2.1]"},
		{"192.0.2.010", "[192.0.2.8]"},
		{"192.513", "[192.0.2.1]"},
		{"192.0.2.256", "192.0.2.256"},
		{"192.0.2.09", "192.0.2.09"},
		{"1.2.3.4.5", "1.2.3.4.5"},
		{"4294967296", "4294967296"},
		{"a.1", "a.1"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char domain[DOMAIN_SIZE];

		cr_expect_eq(domain_normalise(cases[i].text, strlen(cases[i].text), domain), DOMAIN_OK, "%s",
			     cases[i].text);
		cr_expect_str_eq(domain, cases[i].want);
	}
}

Test(domain, what_is_no_domain)
{
	static const char *const texts[] = {
		"",          ".",     "..",         "a..b",       ".a",           "a b", "a@b",
		"a/b",       "[",     "[]",         "[1.2.3]",    "[0xc0000201]", "::g", "192.0.2.1:25",
		"fe80::1%1", "ipv6:", "[192.0.2.1", "192.0.2.1]", "[foo]",        "*.a", "a\tb",
		"a;b",       "a:b",   "a..",        "%"};
	char domain[DOMAIN_SIZE], label[80];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect_eq(domain_normalise(texts[i], strlen(texts[i]), domain), DOMAIN_INVALID, "%s",
			     texts[i]);
	memset(label, 'a', sizeof label);
	cr_expect_eq(domain_normalise(label, 63, domain), DOMAIN_OK);
	cr_expect_eq(domain_normalise(label, 64, domain), DOMAIN_INVALID);
	cr_expect_eq(domain_normalise("a\0b", 3, domain), DOMAIN_INVALID);
}

Test(domain, length_limit)
{
	char text[4000], domain[DOMAIN_SIZE];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 == 0 ? 'a' : '.';
	cr_expect_eq(domain_normalise(text, 253, domain), DOMAIN_OK);
	cr_expect_eq(domain_normalise(text, 254, domain), DOMAIN_OK); /* with the trailing dot */
	cr_expect_eq(domain_normalise(text, 255, domain), DOMAIN_INVALID);
	cr_expect_eq(domain_normalise(text, sizeof text, domain), DOMAIN_INVALID);
}

Test(domain, beyond_ascii_and_not_convertible)
{
	static const char *const texts[] = {"\xff.example", "a\xc3.example", "\xe2\x80\xae.example",
					    "xn--\xc3\xbc.example"};
	char domain[DOMAIN_SIZE];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect_eq(domain_normalise(texts[i], strlen(texts[i]), domain), DOMAIN_UNCONVERTIBLE,
			     "case %zu", i);
	cr_expect_neq(domain_normalise("\xc2\xad", 2, domain), DOMAIN_OK,
		      "a soft hyphen, of which nothing is left");
}

Test(domain, names_keep_their_digits)
{
	static const struct {
		const char *text;
		enum domain_result result;
		const char *want;
	} cases[] = {
		{"Contoso.COM.", DOMAIN_OK, "contoso.com"}, {"192.0.2.1", DOMAIN_OK, "192.0.2.1"},
		{"\xef\xbc\x91", DOMAIN_OK, "1"},           {"[192.0.2.1]", DOMAIN_INVALID, ""},
		{"2001:db8::1", DOMAIN_INVALID, ""},        {"\xff.example", DOMAIN_UNCONVERTIBLE, ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char domain[DOMAIN_SIZE];

		cr_expect_eq(domain_normalise_name(cases[i].text, strlen(cases[i].text), domain),
			     cases[i].result, "%s", cases[i].text);
		if (cases[i].result == DOMAIN_OK)
			cr_expect_str_eq(domain, cases[i].want);
	}
	cr_expect(domain_ends_in_number("a.1"));
	cr_expect(domain_ends_in_number("123"));
	cr_expect_not(domain_ends_in_number("a.1b"));
	cr_expect_not(domain_ends_in_number("1.a"));
	cr_expect_not(domain_ends_in_number(""));
}

Test(domain, below)
{
	cr_expect(domain_is_below("a.contoso.com", "contoso.com"));
	cr_expect(domain_is_below("a.b.contoso.com", "contoso.com"));
	cr_expect_not(domain_is_below("contoso.com", "contoso.com"));
	cr_expect_not(domain_is_below("notcontoso.com", "contoso.com"));
	cr_expect_not(domain_is_below("com", "contoso.com"));
	cr_expect_eq(domain_labels("a.b.c"), 3);
	cr_expect_eq(domain_labels("a"), 1);
	cr_expect_eq(domain_labels(""), 0);
}

Test(domain, u_labels)
{
	static const struct {
		const char *domain;
		const char *shown;
	} cases[] = {
		{"xn--mnchen-3ya.example", "m\xc3\xbcnchen.example"},
		{"mail.xn--mnchen-3ya.example", "mail.m\xc3\xbcnchen.example"},
		{"contoso.com", NULL},
		{"xn--.example", NULL},
		{"[192.0.2.1]", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *shown = domain_u_labels(cases[i].domain);

		if (cases[i].shown == NULL)
			cr_expect_null(shown, "%s: %s", cases[i].domain, shown);
		else
			cr_expect_str_eq(shown, cases[i].shown, "%s: %s", cases[i].domain, shown);
		free(shown);
	}
}

static enum domain_result normalise(const char *text, char domain_r[DOMAIN_SIZE])
{
	return domain_normalise(text, strlen(text), domain_r);
}

/* Between letters, each byte: a part of a name, the dot between two, or none. */
Test(domain, every_byte)
{
	for (int c = 1; c < 128; c++) {
		const char text[] = {'a', (char)c, 'Z', '\0'}, want[] = {'a', (char)tolower(c), 'z', '\0'};
		bool valid = isalnum(c) || c == '-' || c == '_' || c == '.';
		char got[DOMAIN_SIZE];

		cr_expect_eq(normalise(text, got), valid ? DOMAIN_OK : DOMAIN_INVALID, "%d", c);
		if (valid)
			cr_expect_str_eq(got, want, "%d", c);
	}
}

Test(domain, bounds_of_labels_and_names)
{
	char text[1100], got[DOMAIN_SIZE];

	memset(text, 'a', sizeof text);
	text[63] = '\0';
	cr_expect_eq(normalise(text, got), DOMAIN_OK);
	cr_expect_eq(strlen(got), 63);
	memcpy(text + 63, ".b", 3);
	cr_expect_eq(normalise(text, got), DOMAIN_OK);
	memcpy(text + 63, "a", 2);
	cr_expect_eq(normalise(text, got), DOMAIN_INVALID);
	memcpy(text + 63, "a.b", 4);
	cr_expect_eq(normalise(text, got), DOMAIN_INVALID);
	for (size_t length = 252; length <= 255; length++) {
		for (size_t i = 0; i < length; i++)
			text[i] = i % 2 == 0 ? 'a' : '.';
		text[length - 1] = text[length - 2] = 'a';
		text[length] = '\0';
		cr_expect_eq(normalise(text, got), length <= 253 ? DOMAIN_OK : DOMAIN_INVALID, "%zu", length);
		cr_expect(length > 253 || strcmp(got, text) == 0);
		memcpy(text + length, ".", 2); /* it is not counted */
		cr_expect_eq(normalise(text, got), length <= 253 ? DOMAIN_OK : DOMAIN_INVALID, "%zu.",
			     length);
	}
	cr_expect_eq(normalise("", got), DOMAIN_INVALID);
	cr_expect_eq(normalise(".", got), DOMAIN_INVALID);
	cr_expect_eq(normalise("..", got), DOMAIN_INVALID);
	cr_expect_eq(normalise(".a", got), DOMAIN_INVALID);
	cr_expect_eq(normalise("a..b", got), DOMAIN_INVALID);
	cr_expect_eq(domain_normalise("a\0b", 3, got), DOMAIN_INVALID);
	cr_expect_str_eq(got, "");
}

/* No longer than what can become a domain is looked at; of any length it is not let in. */
Test(domain, bounds_beyond_ascii)
{
	char text[1100], got[DOMAIN_SIZE];

	for (size_t length = 1000; length < sizeof text - 1; length++) {
		memset(text, 'a', length);
		memcpy(text, "\xc3\xb6", 2);
		text[length] = '\0';
		cr_expect_eq(normalise(text, got), length < 1024 ? DOMAIN_UNCONVERTIBLE : DOMAIN_INVALID,
			     "%zu", length);
	}
}

Test(domain, addresses)
{
	static const char *const cases[][2] = {
		{"[192.0.2.1]", "[192.0.2.1]"},
		{"192.0.2.1", "[192.0.2.1]"},
		{"2001:db8::1", "[ipv6:2001:db8::1]"},
		{"[2001:DB8::1]", "[ipv6:2001:db8::1]"},
		{"[IPv6:2001:db8::1]", "[ipv6:2001:db8::1]"},
		{"ipv6:2001:db8::1", "[ipv6:2001:db8::1]"},
		{"[]", NULL},
		{"[", NULL},
		{"[1", NULL},
		{"[192.0.2.1", NULL},
		{"[ipv6:]", NULL},
		{"ipv6:", NULL},
		{"a:b", NULL},
		{"[a.example]", NULL},
		{"[2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa]", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char got[DOMAIN_SIZE];
		enum domain_result result = normalise(cases[i][0], got);

		cr_expect_eq(result, cases[i][1] != NULL ? DOMAIN_OK : DOMAIN_INVALID, "%s", cases[i][0]);
		if (cases[i][1] != NULL)
			cr_expect_str_eq(got, cases[i][1], "%s", got);
	}
}

Test(domain, labels_and_what_is_below)
{
	cr_expect_eq(domain_labels(""), 0);
	cr_expect_eq(domain_labels("a"), 1);
	cr_expect_eq(domain_labels("a.b.c"), 3);
	cr_expect(domain_is_below("a.b.c", "b.c"));
	cr_expect(domain_is_below("a.b.c", "c"));
	cr_expect_not(domain_is_below("b.c", "b.c"));
	cr_expect_not(domain_is_below(".b.c", "b.c"));
	cr_expect_not(domain_is_below("ab.c", "b.c"));
	cr_expect_not(domain_is_below("a.b.d", "b.c"));
	cr_expect_not(domain_is_below("c", "b.c"));
	cr_expect(domain_ends_in_number("a.1"));
	cr_expect(domain_ends_in_number("1"));
	cr_expect(domain_ends_in_number("0.9"));
	cr_expect_not(domain_ends_in_number("1.a"));
	cr_expect_not(domain_ends_in_number("a.1a"));
	cr_expect_not(domain_ends_in_number(""));
	cr_expect_not(domain_ends_in_number("a."));
}

Test(domain, unmapped_with_its_last_dot)
{
	char domain[DOMAIN_SIZE];

	cr_expect_eq(domain_normalise_unmapped("m\xc3\xbcnchen.example.", strlen("m\xc3\xbcnchen.example."),
					       domain),
		     DOMAIN_OK);
	cr_expect_str_eq(domain, "xn--mnchen-3ya.example");
}

/* An A-label begins with "xn--"; in the middle of one that means nothing. */
Test(domain, no_a_label)
{
	char shown[DOMAIN_SIZE];

	cr_expect_null(domain_u_labels("axn--b.example"));
	cr_expect_eq(domain_as_shown("axn--b.example", shown), DOMAIN_OK);
	cr_expect_str_eq(shown, "axn--b.example");
	cr_expect_eq(domain_as_shown("a.xn--mnchen-3ya", shown), DOMAIN_OK);
	cr_expect_str_eq(shown, "a.xn--mnchen-3ya");
	cr_expect_not(domain_is_below("a.fabrikam", "contoso3"));
}

/* Nothing but an address stands in brackets: its tag has a colon, and behind it there is nothing. */
Test(domain, literals_to_the_byte)
{
	char text[100], got[DOMAIN_SIZE];

	cr_expect_eq(normalise("[ipv6x::1]", got), DOMAIN_INVALID);
	cr_expect_eq(normalise("[192.0.2.10", got), DOMAIN_INVALID);
	cr_expect_eq(normalise("[m\xc3\xbcnchen.example]", got), DOMAIN_UNCONVERTIBLE);
	for (size_t length = 2; length < sizeof text; length++) {
		memset(text, '1', length);
		text[0] = '[';
		text[length - 1] = ']';
		cr_expect_eq(domain_normalise(text, length, got), DOMAIN_INVALID, "%zu", length);
	}
}

/* Of what is no domain nothing is left, not even of what was there before. */
Test(domain, none_is_empty)
{
	char got[DOMAIN_SIZE] = "before", *nothing = calloc(1, 1);

	cr_assert_not_null(nothing);
	cr_expect_eq(normalise("[", got), DOMAIN_INVALID);
	cr_expect_str_eq(got, "");
	memcpy(got, "before", sizeof "before");
	cr_expect_eq(domain_normalise_name("", 0, got), DOMAIN_INVALID);
	cr_expect_str_eq(got, "");
	memcpy(got, "before", sizeof "before");
	cr_expect_eq(domain_normalise(nothing + 1, 0, got), DOMAIN_INVALID, "and nothing is read");
	cr_expect_str_eq(got, "");
	free(nothing);
}

Test(domain, idna2003_where_it_is_another)
{
	char got[DOMAIN_SIZE];

	cr_expect(domain_map_idna2003("xn--strae-oqa.example", got));
	cr_expect_str_eq(got, "strasse.example");
	cr_expect_not(domain_map_idna2003("xn--mnchen-3ya.example", got));
	memcpy(got, "before", sizeof "before");
	cr_expect_not(domain_map_idna2003("contoso.com", got));
	cr_expect_str_eq(got, "");
}

/* Without memory, no answer; what failed before has nothing to do with it. */
Test(domain, unmapped_after_an_error_of_somebody_else)
{
	char text[1100], got[DOMAIN_SIZE];

	errno = ENOMEM;
	cr_expect_eq(
		domain_normalise_unmapped("m\xc3\xbcnchen.example", strlen("m\xc3\xbcnchen.example"), got),
		DOMAIN_OK);
	memset(text, 'a', sizeof text);
	memcpy(text, "\xc3\xb6", 2);
	cr_expect_eq(domain_normalise_unmapped(text, sizeof text, got), DOMAIN_INVALID);
}

Test(domain, shown_otherwise_than_it_is)
{
	char shown[DOMAIN_SIZE];

	cr_expect_eq(domain_as_shown("a.xn--mncen-3ya.example", shown), DOMAIN_OK);
	cr_expect_str_eq(shown, "a.xn--mncen-9ya.example");
	cr_expect_eq(domain_as_shown("a.xn--contoso-.com", shown), DOMAIN_UNCONVERTIBLE);
}
