/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "mail/next_hop.h"

Test(next_hop, forms)
{
	static const struct {
		const char *text;
		enum next_hop_result result;
		const char *domain;
	} cases[] = {
		{"contoso.com", NEXT_HOP_DOMAIN, "contoso.com"},
		{"Contoso.COM.", NEXT_HOP_DOMAIN, "contoso.com"},
		{"contoso.com:587", NEXT_HOP_DOMAIN, "contoso.com"},
		{"contoso.com:submission", NEXT_HOP_DOMAIN, "contoso.com"},
		{"contoso.com:", NEXT_HOP_DOMAIN, "contoso.com"},
		{"[mx.contoso.com]", NEXT_HOP_DOMAIN, "mx.contoso.com"},
		{"[mx.contoso.com]:25", NEXT_HOP_DOMAIN, "mx.contoso.com"},
		{"[MX.contoso.com]:smtp", NEXT_HOP_DOMAIN, "mx.contoso.com"},
		{"[mx.contoso.com]:", NEXT_HOP_DOMAIN, "mx.contoso.com"},
		{"localhost", NEXT_HOP_DOMAIN, "localhost"},
		{"m\xc3\xbcnchen.example:25", NEXT_HOP_DOMAIN, "xn--mnchen-3ya.example"},
		{"[m\xc3\xbcnchen.example]", NEXT_HOP_DOMAIN, "xn--mnchen-3ya.example"},
		{"[192.0.2.1]", NEXT_HOP_DOMAIN, "[192.0.2.1]"},
		{"[192.0.2.1]:25", NEXT_HOP_DOMAIN, "[192.0.2.1]"},
		{"192.0.2.1", NEXT_HOP_DOMAIN, "[192.0.2.1]"},
		{"192.0.2.1:25", NEXT_HOP_DOMAIN, "[192.0.2.1]"},
		{"[IPv6:2001:DB8:0::1]", NEXT_HOP_DOMAIN, "[ipv6:2001:db8::1]"},
		{"[ipv6:2001:db8::1]:25", NEXT_HOP_DOMAIN, "[ipv6:2001:db8::1]"},
		{"[2001:db8::1]:25", NEXT_HOP_DOMAIN, "[ipv6:2001:db8::1]"},
		{"2001:db8::1", NEXT_HOP_DOMAIN, "[ipv6:2001:db8::1]"},
		{"IPv6:2001:db8::1", NEXT_HOP_DOMAIN, "[ipv6:2001:db8::1]"},
		{"[0xc0000201]:25", NEXT_HOP_DOMAIN, "[192.0.2.1]"},
		{"[::ffff:192.0.2.1]", NEXT_HOP_DOMAIN, "[192.0.2.1]"},
		{".contoso.com", NEXT_HOP_PARENT, ""},
		{".", NEXT_HOP_PARENT, ""},
		{"..", NEXT_HOP_PARENT, ""},
		{"", NEXT_HOP_INVALID, ""},
		{" ", NEXT_HOP_INVALID, ""},
		{":25", NEXT_HOP_INVALID, ""},
		{"[]", NEXT_HOP_INVALID, ""},
		{"[]:25", NEXT_HOP_INVALID, ""},
		{"[", NEXT_HOP_INVALID, ""},
		{"[mx.contoso.com", NEXT_HOP_INVALID, ""},
		{"[[192.0.2.1]]", NEXT_HOP_INVALID, ""},
		{"[[192.0.2.1]", NEXT_HOP_INVALID, ""},
		{"mx.contoso.com]", NEXT_HOP_INVALID, ""},
		{"[mx.contoso.com]25", NEXT_HOP_INVALID, ""},
		{"[mx.contoso.com]:25x", NEXT_HOP_INVALID, ""},
		{"[mx.contoso.com]:2 5", NEXT_HOP_INVALID, ""},
		{"[mx.contoso.com]:[25]", NEXT_HOP_INVALID, ""},
		{"contoso.com:25:25", NEXT_HOP_INVALID, ""},
		{"contoso..com", NEXT_HOP_INVALID, ""},
		{"con toso.com", NEXT_HOP_INVALID, ""},
		{"*.contoso.com", NEXT_HOP_INVALID, ""},
		{"a@contoso.com", NEXT_HOP_INVALID, ""},
		{"/var/run/lmtp", NEXT_HOP_INVALID, ""},
		{"fe80::1%eth0", NEXT_HOP_INVALID, ""},
		{"[2001:db8::1", NEXT_HOP_INVALID, ""},
		{"\xff.example", NEXT_HOP_UNCONVERTIBLE, ""},
		{"contoso.com:25x", NEXT_HOP_INVALID, ""},
		{"contoso.com:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 NEXT_HOP_INVALID, ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct next_hop next_hop;

		cr_expect_eq(next_hop_parse(cases[i].text, &next_hop), cases[i].result, "\"%s\"",
			     cases[i].text);
		cr_expect_str_eq(next_hop.domain, cases[i].domain, "\"%s\" is \"%s\"", cases[i].text,
				 next_hop.domain);
	}
}

Test(next_hop, lengths)
{
	char text[2000];
	struct next_hop next_hop;

	for (size_t length = 1; length < sizeof text; length++) {
		memset(text, 'a', length);
		text[length] = '\0';
		cr_expect_eq(next_hop_parse(text, &next_hop),
			     length < 64 ? NEXT_HOP_DOMAIN : NEXT_HOP_INVALID, "%zu", length);
		text[0] = '[';
		cr_expect_eq(next_hop_parse(text, &next_hop), NEXT_HOP_INVALID, "%zu", length);
		memset(text, '1', length);
		cr_expect(next_hop_parse(text, &next_hop) == NEXT_HOP_DOMAIN || length >= 64, "%zu", length);
	}
}

/* A name of a service may begin with anything but a digit; a number is digits. */
Test(next_hop, ports)
{
	static const struct {
		const char *text;
		enum next_hop_result result;
	} cases[] = {
		{"contoso.com:-a", NEXT_HOP_DOMAIN},  {"contoso.com:a1", NEXT_HOP_DOMAIN},
		{"contoso.com:0a", NEXT_HOP_INVALID}, {"contoso.com:2a", NEXT_HOP_INVALID},
		{"contoso.com:9a", NEXT_HOP_INVALID}, {"contoso.com:09", NEXT_HOP_DOMAIN},
	};
	struct next_hop next_hop;
	char text[100] = "contoso.com:";
	size_t before = strlen(text);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(next_hop_parse(cases[i].text, &next_hop), cases[i].result, "%s", cases[i].text);
	for (size_t length = 1; length < sizeof text - before; length++) {
		memset(text + before, 'a', length);
		text[before + length] = '\0';
		cr_expect_eq(next_hop_parse(text, &next_hop),
			     length <= 64 ? NEXT_HOP_DOMAIN : NEXT_HOP_INVALID, "%zu", length);
	}
}
