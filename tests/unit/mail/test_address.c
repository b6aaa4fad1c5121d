/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/local_part.h"
#include "util/memory.h"

/* "local|domain", "local|" without domain, "null", or why there is none. */
static char *show(enum address_result result, const struct address *address)
{
	static const char *const reasons[] = {
		[ADDRESS_INVALID] = "invalid",         [ADDRESS_UNCONVERTIBLE] = "unconvertible",
		[ADDRESS_ROUTED] = "routed",           [ADDRESS_HOMELESS] = "homeless",
		[ADDRESS_UNQUALIFIED] = "unqualified",
	};
	struct strbuf text = {0};

	if (result != ADDRESS_OK)
		strbuf_puts(&text, reasons[result]);
	else if (address->local == NULL)
		strbuf_puts(&text, address->domain == NULL ? "null" : "broken");
	else
		strbuf_printf(&text, "%s|%s", address->local, address->domain != NULL ? address->domain : "");
	return strbuf_take(&text);
}

struct address_case {
	const char *text, *want; /* of show */
};

static void expect_addresses(const struct address_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct address address;
		char *storage, *got = show(address_parse(cases[i].text, &address, &storage), &address);

		cr_expect_str_eq(got, cases[i].want, "%s is %s", cases[i].text, got);
		free(got);
		free(storage);
	}
}

Test(address, forms)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"<a@contoso.com>", "a|contoso.com"},
		{"a@contoso.com", "a|contoso.com"},
		{"< a@contoso.com >", "a|contoso.com"},
		{"  <A.B@Contoso.COM.>  ", "a.b|contoso.com"},
		{"<@relay.example:v@recv.example>", "v|recv.example"},
		{"<@a.example,@b.example:v@recv.example>", "v|recv.example"},
		{"<@[IPv6:::1]:v@recv.example>", "v|recv.example"},
		{"<@a.example:@b.example:v@recv.example>", "v|recv.example"},
		{"<\"quoted local\"@recv.example>", "quoted local|recv.example"},
		{"<\"simple\"@recv.example>", "simple|recv.example"},
		{"<\"u@evil\"@send.example>", "u@evil|send.example"},
		{"<\"u>evil\"@send.example>", "u>evil|send.example"},
		{"<\"u\\\"v\"@send.example>", "u\"v|send.example"},
		{"<\"u\\\\\"@send.example>", "u\\|send.example"},
		{"<u(comment)@send.example>", "u|send.example"},
		{"<u@(c)send.example>", "u|send.example"},
		{"<u@send.example(a(b)c\\)d)>", "u|send.example"},
		{"<u@se\\nd.example>", "u|send.example"},
		{"<u@send . example>", "u|send.example"},
		{"<a@b@recv.example>", "a@b|recv.example"},
		{"<v@[127.0.0.1]>", "v|[127.0.0.1]"},
		{"<v@[IPv6:::1]>", "v|[ipv6:::1]"},
		{"<postmaster>", "postmaster|"},
		{"<>", "null"},
		{"", "null"},
		{" < > ", "null"},
		{"<()>", "null"},
		{"Some Body <a@contoso.com>", "a|contoso.com"},
		{"<\xc3\xbc@m\xc3\xbcnchen.example>", "\xc3\xbc|xn--mnchen-3ya.example"},
		{"<\xc3\x9c@contoso.com>", "\xc3\xbc|contoso.com"},
		{"<\xfc@contoso.com>", "\xfc|contoso.com"},
		{"<v%recv.example@mx.example>", "v%recv.example|mx.example"},
		{"<\"\"@contoso.com>", "|contoso.com"},
		{"<@contoso.com>", "|contoso.com"},
		{"<a@>", "invalid"},
		{"<a@contoso..com>", "invalid"},
		{"<a@[300.0.0.1]>", "invalid"},
		{"<a@contoso.com", "invalid"},
		{"a@contoso.com>", "invalid"},
		{"<a@contoso.com>>", "invalid"},
		{"<<a@contoso.com>", "invalid"},
		{"<a@contoso.com> x", "invalid"},
		{"<\"a@contoso.com>", "invalid"},
		{"<(a@contoso.com>", "invalid"},
		{"<a@[192.0.2.1>", "invalid"},
		{"<a@contoso.com\\", "invalid"},
		{"<\"a\\", "invalid"},
		{"<(a\\", "invalid"},
		{"<a@con\x01toso.com>", "invalid"},
		{"<@relay.example>", "|relay.example"},
		{"<@relay.example:>", "invalid"},
		{"<u@\xff.example>", "unconvertible"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct address address;
		char *storage;
		char *got = show(address_parse(cases[i].text, &address, &storage), &address);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s, want %s", cases[i].text, got,
				 cases[i].want);
		free(got);
		free(storage);
	}
}

/* All readings, separated by blanks; the result's name when there are none. */
static char *show_readings(const struct readings *readings)
{
	struct strbuf text = {0};

	if (readings->result != ADDRESS_OK)
		return show(readings->result, NULL);
	for (size_t i = 0; i < readings->count; i++) {
		char *one = show(ADDRESS_OK, &readings->addresses[i]);

		strbuf_printf(&text, "%s%s", i > 0 ? " " : "", one);
		free(one);
	}
	return strbuf_take(&text);
}

/* What Postfix 3.7 was seen to hand to a policy server. */
Test(address, without_quotes)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"a@contoso.com", "a|contoso.com"},
		{"V.x@Y.Example", "v.x|y.example"},
		{"v@y.example.", "v|y.example"},
		{"quoted local@y.example", "quoted local|y.example"},
		{"u@evil@y.example", "u@evil|y.example"},
		{"a\"b@y.example", "a\"b|y.example"},
		{"a\\b@y.example", "a\\b|y.example"},
		{"<a>@y.example", "<a>|y.example"},
		{"a(b@y.example", "a(b|y.example"},
		{" @y.example", " |y.example"},
		{"@y.example", "|y.example"},
		{"bob", "bob|"},
		{"y.example!v", "y.example!v|"},
		{"v@[127.0.0.1]", "v|[127.0.0.1]"},
		{"v@[IPv6:::1]", "v|[ipv6:::1]"},
		{"", "null"},
		{"a@", "invalid"},
		{"a@y example", "invalid"},
		{"a@b\"c", "invalid"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct address address;
		char *storage, *got = show(address_split(cases[i].text, &address, &storage), &address);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s, want %s", cases[i].text, got,
				 cases[i].want);
		free(got);
		free(storage);
	}
}

Test(readings, recipient)
{
	static const struct {
		const char *argument, *macro, *want;
	} cases[] = {
		{"<v@recv.example>", "v@recv.example", "v|recv.example"},
		{"<V@RECV.example>", NULL, "v|recv.example"},
		{"<@relay.example:v@recv.example>", "v@recv.example", "v|recv.example"},
		{"<v%recv.example@mx.example>", "v@recv.example", "v%recv.example|mx.example v|recv.example"},
		{"<v%recv.example@mx.example>", NULL, "v%recv.example|mx.example v|recv.example"},
		{"<\"v%recv.example\"@mx.example>", NULL, "v%recv.example|mx.example v|recv.example"},
		{"<recv.example!v>", "v@recv.example",
		 "recv.example!v| v|recv.example recv.example!v|mx.test"},
		{"<recv.example!v>", NULL, "recv.example!v| v|recv.example recv.example!v|mx.test"},
		{"<a%b.example%c.example@d.example>", NULL,
		 "a%b.example%c.example|d.example a%b.example|c.example a|b.example"},
		{"<x.example!y.example!v>", NULL,
		 "x.example!y.example!v| y.example!v|x.example x.example!y.example!v|mx.test v|y.example"},
		{"<\"v@recv.example\"@mx.example>", "\"v@recv.example\"@mx.example",
		 "v@recv.example|mx.example v|recv.example"},
		{"<v%recv.example@mx.example>", "v%recv.example@mx.example",
		 "v%recv.example|mx.example v|recv.example"},
		{"<50%!@mx.example>", NULL, "50%!|mx.example"},
		{"<\"a quoted user\"@mx.example>", NULL, "a quoted user|mx.example"},
		{"<\"v%recv.example \"@mx.example>", NULL, "routed"},
		{"<\"recv.example !v\"@mx.example>", NULL, "routed"},
		{"<\"v@recv\\\\.example\"@mx.example>", NULL, "routed"},
		{"<\"v%\\\"recv.example\\\"\"@mx.example>", NULL, "routed"},
		{"<\"v%recv(x).example\"@mx.example>", NULL, "routed"},
		{"<a@con toso..com>", "a@contoso.com", "a|contoso.com"},
		{"<a@contoso.com>", "a@b@@", "invalid"},
		{"<root>", "root", "root| root|mx.test"},
		{"<root%hospital.example>", "root",
		 "root%hospital.example| root| root|hospital.example "
		 "root%hospital.example|mx.test root|mx.test"},
		{"<%contoso.com@mx.example>", "\"\"@contoso.com", "%contoso.com|mx.example |contoso.com"},
		{"<v%[contoso.com]@[127.0.0.1]>", "v@[contoso.com]", "invalid"},
		{"<v%contoso.com@gw.example>", "\"", "invalid"},
		{"<v%contoso.com@gw.example>", "", "v%contoso.com|gw.example v|contoso.com"},
		{"<>", "", "invalid"},
		{"<a@contoso..com>", NULL, "invalid"},
		{"<a@contoso.com>", "a@\xff", "unconvertible"},
		{"<a@\xff>", "a@contoso.com", "unconvertible"},
		{"<a%\xff@contoso.com>", NULL, "routed"},
		{"<a%\xff@contoso.com>", "a@contoso.com", "routed"},
		{"<postmaster>", "postmaster@mx.example",
		 "postmaster| postmaster|mx.example postmaster|mx.test"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct readings readings;
		char *got;

		readings_of_recipient(&readings, &(struct written_address){.argument = cases[i].argument,
									   .macro = cases[i].macro,
									   .local_host = "mx.test",
									   .myorigin = "mx.test",
									   .mydomain = ""});
		got = show_readings(&readings);
		cr_expect_str_eq(got, cases[i].want, "%s: got %s, want %s", cases[i].argument, got,
				 cases[i].want);
		free(got);
		readings_fini(&readings);
	}
}

/* Where nobody says what the MTA made of it: all that its settings may lead to, or nothing. */
Test(readings, without_the_word_of_the_mta)
{
	static const struct {
		const char *address, *myorigin, *mydomain, *want;
	} cases[] = {
		/* As people write them: nothing to be known of Postfix. */
		{"a.b@contoso.com", NULL, NULL, "a.b|contoso.com"},
		{"o'neil+x@contoso.com", NULL, NULL, "o'neil+x|contoso.com"},
		{"SRS0=Qx3k=TZ=fabrikam.com=bob@contoso.com", NULL, NULL,
		 "srs0=qx3k=tz=fabrikam.com=bob|contoso.com"},
		{"prvs=1234abcd=bob@contoso.com", NULL, NULL, "prvs=1234abcd=bob|contoso.com"},
		{"bounces-17-bob=fabrikam.com@contoso.com", NULL, NULL,
		 "bounces-17-bob=fabrikam.com|contoso.com"},
		{"imceaex-_o=org_ou=x/cn=bob@contoso.com", NULL, NULL,
		 "imceaex-_o=org_ou=x/cn=bob|contoso.com"},
		{"a quoted user@contoso.com", NULL, NULL, "a quoted user|contoso.com"},
		{"a,b@contoso.com", NULL, NULL, "a,b|contoso.com"},
		{"\\boss@contoso.com", NULL, NULL, "\\boss|contoso.com boss|contoso.com"},
		{"\xc3\xbc@m\xc3\xbcnchen.example", NULL, NULL, "\xc3\xbc|xn--mnchen-3ya.example"},
		{"v@[192.0.2.1]", NULL, NULL, "v|[192.0.2.1]"},
		{"v%recv.example@mx.example", NULL, NULL, "v%recv.example|mx.example v|recv.example"},
		{"v@recv.example@mx.example", NULL, NULL, "v@recv.example|mx.example v|recv.example"},
		/* No domain. */
		{"bob", NULL, NULL, "homeless"},
		{"bob", "contoso.com", NULL, "bob| bob|contoso.com"},
		{"recv.example!v", NULL, NULL, "homeless"},
		{"recv.example!v", "contoso.com", NULL,
		 "recv.example!v| v|recv.example recv.example!v|contoso.com"},
		/* A domain without a dot. */
		{"v@sub", NULL, NULL, "unqualified"},
		{"v@sub", NULL, "", "v|sub"},
		{"v@sub", NULL, "contoso.com", "v|sub v|sub.contoso.com"},
		{"50%off@shop.example", NULL, NULL, "unqualified"},
		{"50%off@shop.example", NULL, "", "50%off|shop.example 50|off"},
		{"50%off@shop.example", NULL, "contoso.com", "50%off|shop.example 50|off 50|off.contoso.com"},
		{"v@50", NULL, "", "v|[0.0.0.50]"},
		{"v@50", NULL, "contoso.com", "unqualified"},
		{"v@192.0.2.1", NULL, NULL, "v|[192.0.2.1]"},
		{"v%192.0.2.1@mx.example", NULL, NULL, "v%192.0.2.1|mx.example v|[192.0.2.1]"},
		/* Hops that are not cut in one place alone. */
		{"!prot.example!postmaster", "contoso.com", "", "routed"},
		{"boss%prot.example%@mx.example", NULL, "",
		 "boss%prot.example%|mx.example boss%prot.example|mx.example boss|prot.example"},
		{"boss%%prot.example@mx.example", NULL, "",
		 "boss%%prot.example|mx.example boss%|prot.example boss|prot.example"},
		{"sales%@shop.example", NULL, NULL, "sales%|shop.example sales|shop.example"},
		{"win!@shop.example", NULL, "", "routed"},
		{"boss%prot.example @mx.example", NULL, "", "routed"},
		{"x(y%prot.example@mx.example", NULL, "", "routed"},
		{"a\tb@mx.example", NULL, "", "routed"},
		{"@mx.example", NULL, "", "routed"},
		{"v%a..example@mx.example", NULL, "", "routed"},
		{"v%a=b@mx.example", NULL, "", "v%a=b|mx.example"},
		/* IDNA of 2003, and letters that are two when case is folded. */
		{"v@stra\xc3\x9f"
		 "e.example",
		 NULL, NULL, "v|xn--strae-oqa.example v|strasse.example"},
		{"v@\xc3\x9f--prot.example", NULL, NULL, "v|xn----prot-9sa.example v|ss--prot.example"},
		{"v@xn--strae-oqa.gro\xc3\x9f.example", NULL, NULL,
		 "v|xn--strae-oqa.xn--gro-7ka.example v|xn--strae-oqa.gross.example v|strasse.gross.example"},
		{"v%stra\xc3\x9f"
		 "e.example@mx.example",
		 NULL, NULL, "v%strasse.example|mx.example v|xn--strae-oqa.example v|strasse.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct readings readings;
		char *got;

		readings_of_recipient(&readings, &(struct written_address){.argument = cases[i].address,
									   .myorigin = cases[i].myorigin,
									   .mydomain = cases[i].mydomain,
									   .unquoted = true});
		got = show_readings(&readings);
		cr_expect_str_eq(got, cases[i].want, "%s: got %s, want %s", cases[i].address, got,
				 cases[i].want);
		free(got);
		readings_fini(&readings);
	}
}

/* What a client wrote, where no macro says what became of it, and beyond ASCII where one does. */
Test(readings, what_is_not_written_plainly)
{
	static const struct {
		const char *argument, *macro, *want;
	} cases[] = {
		{"<v@recv.example>", NULL, "v|recv.example"},
		{"< v@recv.example >", NULL, "v|recv.example"},
		{"v@recv.example", NULL, "v|recv.example"},
		{"<@relay.example,@b.example:v@recv.example>", NULL, "v|recv.example"},
		{"<\"quoted local\"@recv.example>", NULL, "quoted local|recv.example"},
		{"<v@[IPv6:2001:db8::1]>", NULL, "v|[ipv6:2001:db8::1]"},
		{"<v(comment)@recv.example>", NULL, "routed"},
		{"<v(comment)@recv.example>", "v@recv.example", "v|recv.example"},
		{"<v@re\\cv.example>", NULL, "routed"},
		{"<v@recv.example,>", NULL, "routed"},
		{"<v@recv.example;x>", NULL, "routed"},
		{"<[(]v@recv.example>", NULL, "routed"},
		{"Bob <v@recv.example>", NULL, "routed"},
		{"<boss%(f)a\xc3\x9f@mx.example,>", "boss@ass", "routed"},
		{"<v%fa\xc3\x9f@mx.example@>", "v@fass", "invalid"},
		{"<v@fa\xc3\x9f.example>", "v@fass.example", "v|xn--fa-hia.example v|fass.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct readings readings;
		char *got;

		readings_of_recipient(&readings, &(struct written_address){.argument = cases[i].argument,
									   .macro = cases[i].macro});
		got = show_readings(&readings);
		cr_expect_str_eq(got, cases[i].want, "%s: got %s, want %s", cases[i].argument, got,
				 cases[i].want);
		free(got);
		readings_fini(&readings);
	}
}

Test(readings, null_sender)
{
	static const struct {
		const char *argument, *macro, *helo, *client_name, *want;
	} cases[] = {
		{"<>", "", "mail.contoso.com", NULL, "postmaster|mail.contoso.com"},
		{"<>", NULL, "mail.contoso.com", "out.contoso.com",
		 "postmaster|mail.contoso.com postmaster|out.contoso.com"},
		{"<>", NULL, "mail.contoso.com", "MAIL.contoso.com", "postmaster|mail.contoso.com"},
		{"<>", "", "not a host", "out.contoso.com", "postmaster|out.contoso.com"},
		{"<>", "", "[192.0.2.1]", NULL, "postmaster|[192.0.2.1]"},
		{"<>", "", NULL, NULL, "null"},
		{"<>", "", "\xff", NULL, "null"},
		{"<>", "", "not a host", NULL, "null"},
		{"<a@b.example>", "a@b.example", "mail.contoso.com", "out.contoso.com", "a|b.example"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct readings readings;
		char *got;

		readings_of_sender(
			&readings,
			&(struct written_address){.argument = cases[i].argument, .macro = cases[i].macro},
			cases[i].helo, cases[i].client_name);
		got = show_readings(&readings);
		cr_expect_str_eq(got, cases[i].want, "case %zu: got %s, want %s", i, got, cases[i].want);
		free(got);
		readings_fini(&readings);
	}
}

Test(readings, too_many_hops_are_unreadable)
{
	struct strbuf text = {0};
	struct readings readings;

	for (int i = 0; i < READINGS_MAX + 1; i++)
		strbuf_puts(&text, "u%a.example");
	strbuf_puts(&text, "@b.example");
	readings_of_recipient(&readings, &(struct written_address){.argument = text.text});
	cr_expect_eq(readings.result, ADDRESS_INVALID);
	cr_expect_eq(readings.count, 0);
	readings_fini(&readings);
	strbuf_fini(&text);
}

/* The names that the null sender is read as come last, and none is added to readings that are given up. */
Test(readings, too_many_readings_stay_none_for_the_null_sender)
{
	static const char macro[] = "u%a.example%b.example%c.example%d.example%e.example%f.example@g.example";
	struct readings readings;

	readings_of_sender(&readings, &(struct written_address){.argument = "<>", .macro = macro}, NULL,
			   NULL);
	cr_expect_eq(readings.result, ADDRESS_OK);
	cr_expect_eq(readings.count, READINGS_MAX);
	readings_fini(&readings);
	readings_of_sender(&readings, &(struct written_address){.argument = "<>", .macro = macro},
			   "helo.example", "name.example");
	cr_expect_eq(readings.result, ADDRESS_INVALID);
	cr_expect_eq(readings.count, 0);
	readings_fini(&readings);
}

Test(address, what_is_no_part_of_it)
{
	static const struct address_case cases[] = {
		{"<a\t@\rcontoso\n.com>", "a|contoso.com"},
		{"\"u@v\"", "u@v|"}, /* a quoted "@" separates nothing */
		{"\"@\"a:v@recv.example", "@a:v|recv.example"}, /* nor does it begin a route */
	};

	expect_addresses(cases, sizeof cases / sizeof cases[0]);
}

/* Folding makes two letters of one: a label may become too long by that, and is no domain then. */
Test(address, a_folded_domain_that_is_none)
{
	struct strbuf text = {0};
	struct address address;
	char *storage;

	strbuf_puts(&text, "a@");
	for (int i = 0; i < 32; i++)
		strbuf_puts(&text, "\xc3\x9f");
	strbuf_puts(&text, ".example");
	cr_expect_eq(address_parse(text.text, &address, &storage), ADDRESS_OK);
	cr_expect_null(address.folded_domain);
	free(storage);
	strbuf_fini(&text);
}

Test(address, plainly_written)
{
	static const char *const plain[] = {
		"",
		"<>",
		"< >",
		" <a@b.example>\t",
		"a@b.example",
		" a@b.example ",
		"< a@b.example >",
		"\"a\\\"b\"@c.example",
		"<@c.example,@d.example:a@b.example>",
		"a@[192.0.2.1]",
		"postmaster",
		"\"a b\"",
	};
	static const char *const not_plain[] = {
		"<a@b.example",     "\"a\"b@c.example", "\"a",
		"a@[192.0.2.1x",    "a@[192.0.2.1",     "@[192.0.2.1]:a@b.example",
		"@c d:a@b.example", "@a.example:",      "a b@c.example",
		"a@b(c).example",
	};

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		cr_expect(address_is_plain(plain[i]), "%s", plain[i]);
	for (size_t i = 0; i < sizeof not_plain / sizeof *not_plain; i++)
		cr_expect_not(address_is_plain(not_plain[i]), "%s", not_plain[i]);
}

static void expect_readings(const struct written_address *written, const char *want)
{
	struct readings readings;
	struct strbuf text = {0};

	strbuf_puts(&text, "");
	readings_of_recipient(&readings, written);
	if (readings.result != ADDRESS_OK)
		strbuf_puts(&text, "none");
	for (size_t i = 0; i < readings.count; i++) {
		char *one = show(ADDRESS_OK, &readings.addresses[i]);

		strbuf_printf(&text, "%s ", one);
		free(one);
	}
	cr_expect_str_eq(text.text, want, "%s is %s, not %s", written->argument, text.text, want);
	strbuf_fini(&text);
	readings_fini(&readings);
}

Test(readings, steps_that_spoil_or_add)
{
	static const struct {
		struct written_address written;
		const char *want;
	} cases[] = {
		/* A host beyond conversion, as a hop, as the MTA's own name, and as what it appends. */
		{{.argument = "a%\xff@b.example"}, "none"},
		{{.argument = "a", .macro = "a", .local_host = "\xff", .myorigin = "b.example"}, "none"},
		{{.argument = "a@b", .macro = "a@b", .mydomain = "\xff"}, "none"},
		/* Behind a mark there is nobody; without a domain there is none to go on with. */
		{{.argument = "a%", .macro = "a%"}, "a%| a| "},
		{{.argument = "\"a%b c\"@d.example", .macro = "\"a%b c\"@d.example"}, "none"},
		{{.argument = "\"\\\\root\"", .macro = "\"\\\\root\""}, "\\root| root| "},
		/* The word of the MTA is not all beyond ASCII. */
		{{.argument = "\xc3\xbc", .macro = "\xc3\xbc"}, "\xc3\xbc| "},
		{{.argument = "\xc3\xbc@b", .macro = "\xc3\xbc@b"}, "\xc3\xbc|b "},
		{{.argument = "\xc3\xbc@\xc3\xbc", .macro = "\xc3\xbc@\xc3\xbc"}, "none"},
		{{.argument = "a\x7f@b.example"}, "none"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_readings(&cases[i].written, cases[i].want);
}

/* Two letters that fold alike are one reader's mailbox each. */
Test(readings, differ_in_what_was_written)
{
	static const struct address bare = {.local = "strasse", .domain = "b.example"},
				    local = {.local = "a"};
	struct readings readings;

	readings_of_recipient(&readings, &(struct written_address){.argument = "<stra\xc3\x9f"
									       "e@b.example>",
								   .macro = "strasse@b.example",
								   .mydomain = ""});
	cr_expect_eq(readings.count, 2);
	cr_expect(readings_add(&readings, &bare));
	cr_expect_eq(readings.count, 3, "nobody knows how that one was written");
	cr_expect(readings_add(&readings, &bare));
	cr_expect_eq(readings.count, 3);
	cr_expect(readings_add(&readings, &local));
	cr_expect_null(readings.addresses[3].domain);
	readings_fini(&readings);
}

/* Marks, and hosts that are read in one way or in three: where the room ends, nothing is left that would pass for all. */
Test(readings, room_ends_anywhere)
{
	static const char *const locals[] = {"v", "\\\\v"};

	for (int i = 0; i < 2 * READINGS_MAX * READINGS_MAX; i++) {
		int plain = i / 2 % READINGS_MAX, folded = i / 2 / READINGS_MAX;
		struct strbuf macro = {0};
		struct readings readings;

		strbuf_printf(&macro, "\"%s", locals[i % 2]);
		for (int hop = 0; hop < plain; hop++)
			strbuf_printf(&macro, "%%h%d.example", hop);
		for (int hop = 0; hop < folded; hop++)
			strbuf_printf(&macro,
				      "%%stra\xc3\x9f"
				      "e%d.example",
				      hop);
		strbuf_puts(&macro, "\"@b.example");
		readings_of_recipient(
			&readings, &(struct written_address){.argument = "a@b.example", .macro = macro.text});
		cr_expect_eq(readings.result == ADDRESS_OK, readings.count > 0, "%s", macro.text);
		cr_expect(plain + folded > 0 || readings.count > 0, "%s", macro.text);
		cr_expect(plain + folded < READINGS_MAX || readings.count == 0, "%s", macro.text);
		readings_fini(&readings);
		strbuf_fini(&macro);
	}
}

Test(local_part, gaps)
{
	cr_expect(local_part_has_gap("a%"));
	cr_expect(local_part_has_gap("%a"));
	cr_expect(local_part_has_gap("a%!b"));
	cr_expect_not(local_part_has_gap("a%b"));
	cr_expect_not(local_part_has_gap("a"));
	cr_expect_not(local_part_has_gap(""));
}

/* Within brackets behind an "@" blanks stay, elsewhere they go; what a backslash stands before means nothing. */
Test(address, where_brackets_are_a_literal)
{
	static const struct address_case cases[] = {
		{"[a b]@contoso.com", "[ab]|contoso.com"},
		{"a[b c]@contoso.com", "a[bc]|contoso.com"},
		{"a@b[c d]@contoso.com", "a@b[c d]|contoso.com"},
		{"<@relay.example:[a b]@contoso.com>", "[ab]|contoso.com"},
		{"u\\@v", "u@v|"},
		{"a@contoso.com\\", "invalid"},
		{">", "invalid"},
		{">a@contoso.com", "invalid"},
	};

	expect_addresses(cases, sizeof cases / sizeof cases[0]);
}

Test(address, null_sender_of_a_policy_service)
{
	struct address address;
	char *storage;

	cr_expect_eq(address_split("", &address, &storage), ADDRESS_OK);
	cr_expect(address.null_sender);
	cr_expect_null(storage);
	cr_expect_eq(address_split("a@contoso.com", &address, &storage), ADDRESS_OK);
	cr_expect_not(address.null_sender);
	free(storage);
}

/* Letters alone have a case, also beside bytes that are not UTF-8. */
Test(address, folds_letters_alone)
{
	char text[] = "?@contoso.com", beyond[] = "?\xff@contoso.com";
	struct address address;
	char *storage;

	for (int c = '!'; c < 0x7f; c++) {
		int folded = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;

		text[0] = beyond[0] = (char)c;
		cr_assert_eq(address_split(text, &address, &storage), ADDRESS_OK);
		cr_expect_eq(address.local[0], folded, "%c is %s", c, address.local);
		free(storage);
		cr_assert_eq(address_split(beyond, &address, &storage), ADDRESS_OK);
		cr_expect_eq(address.local[0], folded, "%c is %s", c, address.local);
		free(storage);
	}
}

/* Where folding makes no other domain of one, there is none beside it. */
Test(address, a_folded_domain_that_is_the_same)
{
	static const char *const texts[] = {"a@contoso.com", "a@m\xc3\xbcnchen.example", "a"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct address address;
		char *storage;

		cr_assert_eq(address_parse(texts[i], &address, &storage), ADDRESS_OK);
		cr_expect_null(address.folded_domain, "%s", texts[i]);
		free(storage);
	}
}

Test(address, plain_to_its_end)
{
	cr_expect(address_is_plain("postmaster\r\n"));
	cr_expect(address_is_plain("a@b.example\r\n"));
	cr_expect(address_is_plain("@a.example:\"a b\"@c.example"));
	cr_expect_not(address_is_plain("a@[192.0.2.1]x"));
	cr_expect_not(address_is_plain("a@b.example>"));
}

Test(readings, of_what_is_known_in_part)
{
	static const struct {
		struct written_address written;
		const char *want;
	} cases[] = {
		/* A hop of 2003, though one reading is all that there is. */
		{{.argument = "v@xn--strae-oqa.example"}, "v|xn--strae-oqa.example v|strasse.example "},
		/* No A-label, and what the MTA appended was there to see. */
		{{.argument = "\xc3\xbc@xn-a", .macro = "\xc3\xbc@xn-a"}, "\xc3\xbc|xn-a "},
		/* What is given up has no other names any more. */
		{{.argument = "a@stra\xc3\x9f"
			      "e",
		  .macro = "a@stra\xc3\x9f"
			   "e",
		  .mydomain = "\xff"},
		 "none"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_readings(&cases[i].written, cases[i].want);
}

/* A mark and a host that is none: no hop, and nobody else. */
Test(readings, sender_with_a_hop_that_is_none)
{
	struct readings readings;

	readings_of_sender(
		&readings,
		&(struct written_address){.argument = "<v%a=b@mx.example>", .macro = "v%a=b@mx.example"},
		"mail.contoso.com", NULL);
	cr_assert_eq(readings.count, 1);
	cr_expect_str_eq(readings.addresses[0].local, "v%a=b");
	cr_expect_str_eq(readings.addresses[0].domain, "mx.example");
	readings_fini(&readings);
}

/* The first reason stays, and no reading beside it. */
Test(readings, one_reason)
{
	struct readings readings;

	readings_of_recipient(&readings,
			      &(struct written_address){.argument = "<a@\xff>", .macro = "a@contoso.com"});
	cr_expect_eq(readings.result, ADDRESS_UNCONVERTIBLE);
	cr_expect_eq(readings.count, 0);
	readings_of_recipient(&readings, &(struct written_address){.argument = "<a(c)@\xff.example>"});
	cr_expect_eq(readings.result, ADDRESS_UNCONVERTIBLE);
	cr_expect_eq(readings.count, 0);
}

/* Wherever the room ends, also behind a backslash and where a domain is appended: what is given up is not read again. */
Test(readings, room_ends_behind_a_backslash)
{
	for (unsigned dots = 0; dots < 1U << 6; dots++)
		for (unsigned hops = 0; hops <= 6; hops++) {
			struct strbuf macro = {0};
			struct readings readings;

			strbuf_puts(&macro, "\"\\\\v");
			for (unsigned hop = 0; hop < hops; hop++)
				strbuf_printf(&macro, "%%h%u%s", hop,
					      (dots >> hop & 1) != 0 ? ".example" : "");
			strbuf_puts(&macro, "\"@b");
			readings_of_recipient(&readings,
					      &(struct written_address){.argument = "<a@b.example>",
									.macro = macro.text,
									.mydomain = "c.example"});
			cr_expect_eq(readings.result == ADDRESS_OK, readings.count > 0, "%s", macro.text);
			cr_expect(hops < 4 || readings.count == 0, "%s", macro.text);
			readings_fini(&readings);
			strbuf_fini(&macro);
		}
}

Test(local_part, hop_to_its_end)
{
	struct hop hop;

	cr_assert(local_part_cut("b.example!v", '!', &hop));
	cr_expect_eq(hop.user_length, 1);
	cr_expect_eq(hop.host_length, strlen("b.example"));
	cr_assert(local_part_cut("v%b.example", '%', &hop));
	cr_expect_eq(hop.user_length, 1);
	cr_expect_eq(hop.host_length, strlen("b.example"));
}
