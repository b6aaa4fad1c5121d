/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "mail/encoded_word.h"
#include "mail/from_header.h"
#include "mail/from_search.h"
#include "util/memory.h"

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

struct field_case {
	const char *body, *want; /* of read_field */
};

static void expect_fields(const struct field_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *got = read_field(cases[i].body);

		cr_expect_str_eq(got, cases[i].want, "%s: got %s", cases[i].body, got);
		free(got);
	}
}

Test(from_header, addresses)
{
	static const struct field_case cases[] = {
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
		{"a@[IPv6:2001:db8::1]", "a@[ipv6:2001:db8::1] "},
		{"\"a b\"@contoso.com", "a b@contoso.com "},
		{"a@m\xc3\xbcnchen.example", "a@xn--mnchen-3ya.example "},
		{" , a@contoso.com,, ", "a@contoso.com "},
		{"", ""},
		{"A. B. C. <a.b.c@contoso.com>", "a.b.c@contoso.com "},
		{"a.b@contoso.com.", "a.b@contoso.com "},
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

	expect_fields(cases, sizeof cases / sizeof cases[0]);
}

/* Each could be contoso.com, and not just anybody. */
Test(from_header, what_cannot_be_read_is_searched)
{
	static const char *const cases[] = {
		"<a@contoso.com> <x@evil.example>",
		"=?utf-8?q?ceo=40contoso=2Ecom?=",
		"=?utf-16?B?YwBAAGMAbwBuAHQAbwBzAG8ALgBjAG8AbQA=?=",
		"a@contoso.com <x@y>",
		"a@contoso.com: x@y;",
		"a@contoso.com@x.example",
		"\"a@b\"@contoso.com",
		"<a@b@contoso.com>",
		"\"open a@contoso.com",
		"(open a@contoso.com",
		"a@contoso.com) , b@x",
		"ceo@contoso.com..",
		"ceo@..contoso.com",
		"ceo@contoso.com-",
		"\"\" ceo@contoso(x).(y) com",
		"<\"x\" ceo@\"contoso\".com>",
		/* Local parts that are cut somewhere, or written in another way. */
		".ceo@contoso.com",
		"x..ceo@contoso.com",
		"\"ceo\".@contoso.com",
		"a.\"b\".c@contoso.com",
		"\"ceo \"@contoso.com",
		"\"a\\\"b\"@contoso.com",
		"\"< b\"@contoso.com",
		"m\xc3\xbcller@contoso.com",
		/* Obsolete. */
		"a(x)@contoso.com",
		"a @ contoso .\r\n com",
		"<@relay.example:a@contoso.com>",
		"<@contoso.com,@next.example:a@x.example>",
		/* Words side by side: joined, or cut? */
		"ceo@x contoso.com",
		"ceo@conto so.com",
		"x ceo@contoso.com",
		"ceo@conto(x)so.com",
		"ceo\\@contoso.com",
		/* Other signs for "@", which some turn into one. */
		("ceo\xef\xbc\xa0"
		 "contoso.com"),
		"contoso.com!ceo",
		"\"ceo@contoso.com\" <>",
		/* Beyond ASCII. */
		"\"x@contoso.com m\xc3\xbcnchen.example",
		"\"\xff x@contoso.com",
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i]);

		cr_expect(strstr(got, "?@contoso.com ") != NULL && strstr(got, "(searched)") != NULL,
			  "%s: got %s", cases[i], got);
		free(got);
	}
}

/* Found by asking other programs: at least one of them reads each of these as contoso.com. */
Test(from_header, what_other_programs_read)
{
	static const char *const cases[] = {
		/* Comments that end elsewhere, brackets that are left out, quotes that are not. */
		"ceo@contoso(\\().com",
		"ceo@contoso.c(\\))om",
		"c eo@contoso.\\)com",
		"ceo@cont(x\\)>;)oso.com",
		"<ceo@(x)contoso.((x)y)com(x)(x)a@b>",
		"<([;)ceo@con\"\"toso.com(:>)e>",
		"x@y, ceo@cont(;co<>x\\(\r\n )oso.com",
		"(.)(;\\()<ceo@con( \\))toso.com>(\\(\r\n )",
		"ceo@ma >il(<)a@b).contoso((x)y).com",
		": <ceo@conto<so.com>;",
		"<())ceo@contoso.co<>m>",
		"\"a b\"@\t con>(x)hen.exa<toso.com>, x@x.example",
		"a <ceo@contoso. <com>",
		"\"ceo\"@contoso.>com,xample",
		"ceo@[192.0.2.1",
		/* A name or a comment that is the address to some. */
		"x@evil.example, \"ceo@contoso.com\" [x] < \"a b\"@evil.example>",
		"\"a \\\", ceo@contoso.com ,\\\" b\" <list@x.example>",
		"=?utf-8?q?ceo=40contoso=2Ecom?= Boss <x@evil.example.>",
		"=?utf-8?q?ceo=40contoso=2Ecom?= \"x@y\"]\xc2\xa0<x@evil.example>",
		"=f-8?b?Y2VvQGNvbnRvc28uY29t?= ([])(, ()<a.b@a.b>",
		"x (;) (\r\n (x)ceo@contoso.com,\\)) <x@evil.example>",
		"(ceo@contoso.com;\\)) <x@evil.example>",
		/* Half an encoded word, and what stands behind it is cut. */
		"=?utf-8?q?ceo?_@contoso.comxx",
		"\"a@=)utf-8?q?"
		"?=xx\"@mail.contoso.comxx",
		"x@evil.example,=?u,tf-8?q?ceo?=@contoso.com",
		/* A-labels that none is made of, bytes at which a word ends. */
		"ceo@xn--CONTOSO-.com",
		"<ceo@contoso.com\x01>",
		"<x\x01"
		"ceo@contoso.com>",
		"ceo@contoso.com\r, x@evil.example",
		"ceo@contoso.com\xc3\xa9.example",
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i]);

		cr_expect(strstr(got, "?@contoso.com ") != NULL || strstr(got, "(unknown)") != NULL,
			  "%s: got %s", cases[i], got);
		free(got);
	}
}

/* Part of an address, or another spelling, beside the address as it stands. */
Test(from_header, what_other_programs_see_of_an_address)
{
	static const struct field_case cases[] = {
		{"+ceo@contoso.com", "+ceo@contoso.com ceo@contoso.com "},
		{"a@contoso.com.\xd1\x80\xd1\x84", "a@contoso.com.xn--p1ai ?@contoso.com "},
		{"a@xn--mncen-3ya.example", "a@xn--mncen-3ya.example a@xn--mncen-9ya.example "},
		{"a@xn--ls8h.example", "a@xn--ls8h.example "},
	};

	expect_fields(cases, sizeof cases / sizeof cases[0]);
}

/* What people and programs get wrong every day is no doubt about anybody else. */
Test(from_header, common_mistakes_do_not_mean_anybody)
{
	static const char *const cases[] = {
		"Doe, John <a@contoso.com>",
		"=?utf-8?Q?Doe,_John?= <a@contoso.com>",
		"=?utf-8?Q?Doe John <a@contoso.com>",
		"DOMAIN\\user <a@contoso.com>",
		"Foo :-) <a@contoso.com>",
		"Foo (Bar <a@contoso.com>",
		"\"Foo <a@contoso.com>",
		"Foo \"Bar <a@contoso.com>",
		"a@contoso.com <a@contoso.com>",
		"'a@contoso.com' via List <a@contoso.com>",
		"\"\\\"a@contoso.com\\\"\" <a@contoso.com>",
		"a@contoso.com (Foo (Bar))",
		"Foo Bar a@contoso.com",
		"Foo [Bar] <<a@contoso.com>>",
		"mailto:a@contoso.com",
		"<a@contoso.com",
		"a@contoso.com>",
		"a@contoso.com, ",
		"a@contoso.com;",
		"a@contoso.com b@contoso.com",
		"Foo <a..b@contoso.com>",
		"Foo <a.@contoso.com>",
		"Foo < a@contoso.com >",
		"M\xfcller <a@contoso.com>",
		"\"M\xfcller\" a@contoso.com",
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i]);

		cr_expect(strstr(got, "@contoso.com ") != NULL && strstr(got, "(unknown)") == NULL,
			  "%s: got %s", cases[i], got);
		free(got);
	}
}

Test(from_header, several_fields)
{
	cr_expect_eq(from_header_both(FROM_HEADER_READ, FROM_HEADER_READ), FROM_HEADER_READ);
	/* "ceo@contoso(" and ").com": who joins them has an address. */
	cr_expect_eq(from_header_both(FROM_HEADER_SEARCHED, FROM_HEADER_READ), FROM_HEADER_UNKNOWN);
	cr_expect_eq(from_header_both(FROM_HEADER_READ, FROM_HEADER_SEARCHED), FROM_HEADER_UNKNOWN);
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
		/* Encoded words in an address (RFC 2047, 5): not allowed, and decoded by some. */
		"=?utf-8?b?Y2VvQGNvbnRvc28uY29t?=@evil.example",
		"\"=?utf-8?q?ceo=40contoso.com=3e?=\"@evil.example",
		"=?a?b?=?utf-8?q?ceo=40contoso=2Ecom?=",
		"\"ceo@[IPv6:2001:db8::1]",
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_field(cases[i]);

		cr_expect_not_null(strstr(got, "(unknown)"), "%s: got %s", cases[i], got);
		free(got);
	}
}

Test(encoded_word, halves)
{
	static const struct {
		const char *text;
		bool whole;
	} cases[] = {
		{"", true},
		{"plain = ? text", true},
		{"=?utf-8?q?a?= =?utf-8?b?YQ==?==?utf-8?q?x?=", true},
		{"=?utf-8?q?a", false},
		{"a?=", false},
		{"utf-8?Q?a", false},
		{"=?utf-8?q?a?= b?=", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(encoded_words_are_whole(cases[i].text), cases[i].whole, "%s", cases[i].text);
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

Test(from_header, what_is_left_to_be_searched)
{
	static const struct field_case cases[] = {
		/* An address in one's own word, and what others cut out of it. */
		{"!@contoso.com", "!@contoso.com @contoso.com "},
		{"!_a@contoso.com", "!_a@contoso.com _a@contoso.com "},
		{"a@.", "?@a (searched)"},
		{"a@[192.0.2.1].b", "?@a ?@[192.0.2.1] ?@b ?@192.0.2.1.b (unknown)"},
		/* Two that nobody can convert. */
		{"a@\xff.example, b@\xff.example", "?@a ?@example ?@b (unknown)"},
		/* A name that may have an address in it, where it is decoded. */
		{"\xef\xb9\xab"
		 "contoso.com: a@x.example;",
		 "a@x.example ?@contoso.com ?@a ?@x.example (searched)"},
		{"=?us-ascii@x?q?a?= <a@x.example.>", "?@us-ascii ?@x ?@q ?@a ?@x.example ?@aa (unknown)"},
		{"=?utf-8?q?a <a@x.example.>", "?@utf-8 ?@q ?@a ?@x.example ?@aa (unknown)"},
		{"(c) =?utf-8?q?a?= <a@x.example.>",
		 "?@c ?@utf-8 ?@q ?@a ?@x.example ?@ca ?@caa ?@aa (searched)"},
		{"Some (nice) Body <a@contoso.com>", "a@contoso.com "},
		{"A <a@contoso.com> b", "?@a ?@contoso.com ?@b ?@aa ?@ab ?@contoso.comb (searched)"},
		{"<a@contoso.com>>", "?@a ?@contoso.com (searched)"},
		{"\"a\\\"b\" <a@contoso.com>", "a@contoso.com "},
		{"\"a\\", "?@a (searched)"},
		{"<a@(c) [192.0.2.1", "?@a ?@c ?@[192.0.2.1] ?@c192.0.2.1 (unknown)"},
		{"<a@(c) xn--mncen-3ya.example", "?@a ?@c ?@xn--mncen-3ya.example ?@xn--mncen-9ya.example "
						 "?@cxn--mncen-3ya.example (searched)"},
		{"<a@xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		 "?@a (searched)"},
		{"Staff: [x] <a@contoso.com>;", "a@contoso.com "},
	};

	expect_fields(cases, sizeof cases / sizeof cases[0]);
}

static void note_domain(void *context, const char *domain)
{
	strbuf_printf(context, "%s ", domain);
}

/* "(doubt)" where anything may be meant. */
static char *search_field(const char *body, size_t room)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "");
	if (!from_search(body, &room, note_domain, &out))
		strbuf_puts(&out, "(doubt)");
	return strbuf_take(&out);
}

Test(from_header, searching_ends_where_its_room_does)
{
	struct strbuf torn = {0};
	size_t room = 1 << 14, needed;

	for (int i = 0; i < 300; i++)
		strbuf_puts(&torn, "a");
	strbuf_puts(&torn, ".b (c.d) e.f (<g.h>) @m\xc3\xbcnchen.example m\xc3\xbcnchen.example i\x7f"
			   "j.k");
	free(search_field(torn.text, room));
	for (needed = 0; needed < 2000; needed++) {
		char *got = search_field(torn.text, needed);

		cr_expect(needed >= room || strstr(got, "(doubt)") != NULL);
		free(got);
	}
	strbuf_fini(&torn);
}

Test(encoded_word, what_is_none)
{
	bool ascii_based;
	char *text = encoded_words_decode("=?utf-8?q?a?= =b", "", &ascii_based);

	cr_expect_str_eq(text, "a =b");
	free(text);
	text = encoded_words_decode("=?utf-8?qq?x?=", "", &ascii_based);
	cr_expect_str_eq(text, "=?utf-8?qq?x?=");
	free(text);
	text = encoded_words_decode("=?x-unknown?q?a?= =?utf-8?q?b?=", "", &ascii_based);
	cr_expect_not(ascii_based);
	free(text);
	cr_expect(encoded_words_are_whole("what?"));
	cr_expect(encoded_words_are_whole("a?bc"));
	cr_expect_not(encoded_words_are_whole("a?b?c"));
}

/* What is read, and what is searched instead, to the byte. */
Test(from_header, read_or_searched)
{
	static const struct field_case cases[] = {
		/* Local parts and domains of plain words. */
		{"\"a.b\"@x.example", "a.b@x.example "},
		{"\" a\"@x.example", "?@a ?@x.example (searched)"},
		{"\"\"@x.example", "?@x.example (searched)"},
		{"a.@x.example", "?@a ?@x.example (searched)"},
		{"\xff"
		 "a@x.example",
		 "?@a ?@x.example (searched)"},
		{"a@\"b\"", "?@a ?@b (searched)"},
		{"a@b.com-.", "?@a ?@b.com- ?@b.com (searched)"},
		{"a@b.com-\xc3\xbc.example", "a@b.xn--com--3ra.example ?@b.com "},
		{"a@\xc3\xbc.example", "a@xn--tda.example "},
		/* Names: plain ones may have an "@" in quotes, others none at all. */
		{"\"b@c\" A. <a@x.example>", "a@x.example "},
		{"a@x.example, \"b@c\" <d@x.example>", "a@x.example d@x.example "},
		{"G: \"b@c\" <d@x.example>;", "d@x.example "},
		{"[List] =?utf-8?q?x?= <a@x.example>", "a@x.example "},
		{"A (c@d) B <a@x.example>",
		 "?@a ?@c ?@d ?@b ?@x.example ?@ac ?@ab ?@aba ?@db ?@dba ?@ba (searched)"},
		{"A (c@d) <a@x.example>", "?@a ?@c ?@d ?@x.example ?@ac ?@aa ?@da (searched)"},
		{"\"(\" [x] =?utf-8?q?a?= <a@x.example>",
		 "?@x ?@utf-8 ?@q ?@a ?@x.example ?@xa ?@xaa ?@aa (searched)"},
		/* Brackets that do not pair up. */
		{"<a", "?@a (searched)"},
		{"<a,<b@x.example>", "?@a ?@b ?@x.example (searched)"},
		{"<a:<b@x.example>", "?@a ?@b ?@x.example (searched)"},
		{"\r\n a@x.example\r", "a@x.example ?@a ?@x.example (unknown)"},
	};

	expect_fields(cases, sizeof cases / sizeof cases[0]);
}

/* In a local part, each byte: as it stands in one, or nothing that is read. */
Test(from_header, every_byte_of_a_local_part)
{
	for (int c = 1; c < 128; c++) {
		const char body[] = {'a', (char)c, 'b', '@', 'x', '\0'};
		char *got = read_field(body);
		const char local[] = {'a', (char)tolower(c), 'b', '@', '\0'};
		bool plain = isalnum(c) || strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL;
		bool read = strncmp(got, local, strlen(local)) == 0 && strchr(got, '(') == NULL;

		cr_expect_eq(read, plain, "%d: %s", c, got);
		free(got);
	}
}

/* Without an address in brackets, however many words there are in front. */
Test(from_header, a_word_in_brackets)
{
	struct strbuf body = {0};

	for (int words = 0; words < 40; words++) {
		struct strbuf whole = {0};
		char *got;

		strbuf_printf(&whole, "%s<b>", strbuf_text(&body));
		got = read_field(whole.text);
		cr_expect_str_eq(got, words > 0 ? "?@a ?@b ?@ab (searched)" : "?@b (searched)", "%s: %s",
				 whole.text, got);
		free(got);
		strbuf_fini(&whole);
		strbuf_puts(&body, "a ");
	}
	strbuf_fini(&body);
}

/* A domain too long for any, though each of its labels can be converted. */
Test(from_header, beyond_conversion_as_a_whole)
{
	struct strbuf body = {0};
	char *got;

	strbuf_puts(&body, "a@\xc3\xbc");
	for (int i = 0; i < 30; i++)
		strbuf_puts(&body, ".aaaaaaaaa");
	got = read_field(body.text);
	cr_expect_not_null(strstr(got, "(unknown)"), "%s", got);
	free(got);
	strbuf_puts(&body, ", b@x.example");
	got = read_field(body.text);
	cr_expect_not_null(strstr(got, "b@x.example"), "%s", got);
	cr_expect_not_null(strstr(got, "(unknown)"), "%s", got);
	free(got);
	strbuf_fini(&body);
}

static char *read_many(const char *first, const char *other, int others)
{
	struct strbuf body = {0};
	char *got;

	strbuf_puts(&body, first);
	for (int i = 0; i < others; i++)
		strbuf_printf(&body, ",%s", other);
	got = read_field(body.text);
	strbuf_fini(&body);
	return got;
}

/* So many addresses and words are read, and with one more it may be anybody. */
Test(from_header, as_many_as_there_is_room_for)
{
	static const struct {
		const char *first, *other;
		int others;
	} cases[] = {{"a@b", "a@b", 398}, {"a", "a", 2046}, {"a@b", "a", 2042}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = read_many(cases[i].first, cases[i].other, cases[i].others);

		cr_expect_null(strstr(got, "("), "%s: %s", cases[i].first, got);
		free(got);
		got = read_many(cases[i].first, cases[i].other, cases[i].others + 1);
		cr_expect_not_null(strstr(got, "(unknown)"), "%s: %s", cases[i].first, got);
		free(got);
	}
}
