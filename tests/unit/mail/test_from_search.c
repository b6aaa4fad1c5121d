/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "mail/encoded_word.h"
#include "mail/from_pieces.h"
#include "mail/from_search.h"
#include "mail/from_token.h"
#include "util/memory.h"

#define PLENTY 100000

static void note_pieces(void *context, const char *domain, bool behind_at)
{
	strbuf_printf(context, "%s%s ", behind_at ? "@" : "", domain);
}

/* "(no room)" where there was too little. */
static char *join(const char *text, size_t *room_io)
{
	struct strbuf out = {0};

	if (!from_pieces_join(text, room_io, note_pieces, &out))
		strbuf_puts(&out, "(no room)");
	return strbuf_take(&out);
}

/* What is put together, and what that costs: the bytes that are found, and one for each look at a piece. */
Test(from_pieces, joins)
{
	static const struct {
		const char *text, *want;
		size_t cost;
	} cases[] = {
		{"", "", 0},
		{"a", "", 0},
		{"a b", "", 0},
		{"a,b", "", 0},
		{"a\"b", "ab ", 3},
		{"@a b", "@a @ab ", 5},
		{"@.a", "@.a ", 3},
		{"a\"@b", "@b ", 3},
		{"a\"b\"c", "ab abc bc ", 10},
		/* From any "(" to any ")". */
		{"a( ,)b", "ab ", 3},
		{"a(b,c)d", "ab ad cd ", 10},
		{"a(:b", "", 1},
		{"a,()b", "", 0},
		{"a\",)b", "", 0},
		{"a<:)b", "", 1},
		/* From one angle bracket to another, unless a list goes on between them. */
		{"a<:>b", "ab ", 3},
		{"a<b:c>d", "ab ad cd ", 10},
		{"a<b,c:d>e", "ab de ", 6},
		{"a(<b,c:d>e", "ab de ", 9},
		{"a<,>b", "", 0},
		{"a<;>b", "", 0},
		{"a<,:>b", "", 0},
		{"a\":>b", "", 0},
		{"a(:>b", "", 1},
		{"a(<,>b", "", 1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t room = PLENTY;
		char *got = join(cases[i].text, &room);

		cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].text, got);
		cr_expect_eq(PLENTY - room, cases[i].cost, "%s: %zu", cases[i].text, PLENTY - room);
		free(got);
		room = cases[i].cost;
		got = join(cases[i].text, &room);
		cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].text, got);
		free(got);
		for (size_t less = 0; less < cases[i].cost; less++) {
			room = less;
			got = join(cases[i].text, &room);
			cr_expect_not_null(strstr(got, "(no room)"), "%s with %zu: %s", cases[i].text, less,
					   got);
			free(got);
		}
	}
}

Test(from_pieces, finds_nothing_without_room)
{
	size_t room = 2;
	char *got = join("@ab", &room);

	cr_expect_str_eq(got, "(no room)");
	free(got);
}

/* Between two pieces behind an "@", each byte: part of them, passed over, or the end. */
Test(from_pieces, every_byte)
{
	for (int c = 1; c < 256; c++) {
		const char text[] = {'@', 'a', (char)c, 'b', '\0'};
		bool label = c >= 0x80 || isalnum(c) || c == '-' || c == '_';
		bool passed = c < ' ' || c == 0x7f || strchr(" \"\\()<>[]", c) != NULL;
		bool tight = passed && strchr(" \t\r\n", c) == NULL;
		struct strbuf want = {0};
		size_t room = PLENTY;
		char *got = join(text, &room);

		if (label || c == '.')
			strbuf_printf(&want, "@%s ", text + 1);
		else
			strbuf_printf(&want, "@a %s%s",
				      c == '@' ? "@b "
				      : passed ? "@ab "
					       : "",
				      tight ? "ab " : "");
		cr_expect_eq(from_pieces_is_label_byte((char)c), label, "%d", c);
		cr_expect_str_eq(got, want.text, "%d: %s", c, got);
		free(got);
		strbuf_fini(&want);
	}
}

/* What is too long for a domain is not made longer. */
Test(from_pieces, domains_have_an_end)
{
	for (size_t length = DOMAIN_SIZE - 2; length < DOMAIN_SIZE + 2; length++) {
		char text[DOMAIN_SIZE + 10] = "@";
		size_t room = PLENTY;
		char *got;

		memset(text + 1, 'a', length);
		memcpy(text + 1 + length, "\"b", sizeof "\"b");
		got = join(text, &room);
		cr_expect_eq(strstr(got, "ab ") != NULL, length < DOMAIN_SIZE, "%zu: %s", length, got);
		free(got);
	}
}

Test(from_search, what_a_domain_costs)
{
	static const struct {
		const char *domain;
		size_t cost;
	} cases[] = {
		{"", 32},
		{"a.com", 32 + 5},
		{"a-b.c", 32 + 5},
		{"a--b", 32 + 4 + 128},
		{"\xc3\xbc", 32 + 2 + 128},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t length = strlen(cases[i].domain), room = cases[i].cost;

		cr_expect(from_search_spend(&room, cases[i].domain, length), "%s", cases[i].domain);
		cr_expect_eq(room, 0, "%s: %zu", cases[i].domain, room);
		room = cases[i].cost - 1;
		cr_expect_not(from_search_spend(&room, cases[i].domain, length), "%s", cases[i].domain);
		cr_expect_eq(room, 0, "%s: %zu", cases[i].domain, room);
	}
}

static void note_domain(void *context, const char *domain)
{
	strbuf_printf(context, "%s ", domain);
}

/* "(doubt)" where anything may be meant. */
static char *search(const char *text, size_t *room_io)
{
	struct strbuf out = {0};

	if (!from_search(text, room_io, note_domain, &out))
		strbuf_puts(&out, "(doubt)");
	return strbuf_take(&out);
}

/* Each domain as often as it is found, and what that costs: nobody looks at one twice. */
Test(from_search, finds)
{
	static const struct {
		const char *text, *want;
		size_t cost;
	} cases[] = {
		{"", "", 0},          {"a.b", "a.b ", 35}, {"a.b. c", "a.b c ", 68}, {"a..b", "a b ", 66},
		{"a-.", "a- a ", 67}, {"-", "- ", 33},     {"--", "-- ", 162},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t room = PLENTY;
		char *got = search(cases[i].text, &room);

		cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].text, got);
		cr_expect_eq(PLENTY - room, cases[i].cost, "%s: %zu", cases[i].text, PLENTY - room);
		free(got);
	}
}

/* Beyond ASCII, label by label, and in encoded words, with what is beside them and without. */
Test(from_search, finds_what_is_converted)
{
	static const char *const cases[][2] = {
		{"a.\xc3\xbc.b", "a b a.xn--tda.b "},
		{"\xc3\xbc", "xn--tda "},
		{"a.\xff.b", "a b a b "},
		{"a\x80 b", "a b b "},
		{"\xef\xbc\xa1.b", "b a.b "},
		{"x=?utf-8?q?a?=y", "x utf-8 q a y xay x a y "},
		{"xn--mncen-3ya", "xn--mncen-3ya xn--mncen-9ya "},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t room = PLENTY;
		char *got = search(cases[i][0], &room);

		cr_expect_str_eq(got, cases[i][1], "%s: %s", cases[i][0], got);
		free(got);
	}
}

/* What may be any domain, and what looks like that and is not. */
Test(from_search, doubts)
{
	static const struct {
		const char *text;
		bool doubt;
	} cases[] = {
		{"xn--contoso-.com", true},
		{"a@b.\xff", true},
		{"a.\xff", false},
		{"a@b, \xff", false},
		{"a@b \xff", true}, /* for who joins them */
		{"\x01 \xff", true},
		{"[x]", false},
		{"a@b, [x]", false},
		{"a@[x", true},
		{"a@ [x", true},
		{"a@(x[", true},
		{"a@@[x", true},
		{"a@b@[x", true},
		{"a\xef\xbc\xa0[x]", true},
		{"a\xef\xb9\xab[x]", true},
		{"a\xef\xbc\xa1[x]", false},
		{"a\xef\xb9\x90[x]", false},
		{"=?", true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t room = PLENTY;
		char *got = search(cases[i].text, &room);

		cr_expect_eq(strstr(got, "(doubt)") != NULL, cases[i].doubt, "%s: %s", cases[i].text, got);
		free(got);
	}
}

/* A label of ASCII is none to convert, whatever stands beside it. */
Test(from_search, leaves_ascii_alone)
{
	char text[100] = "a@", *got;
	size_t room = PLENTY;

	memset(text + 2, 'a', 64);
	memcpy(text + 66, ".\xc3\xbc", sizeof ".\xc3\xbc");
	got = search(text, &room);
	cr_expect_null(strstr(got, "(doubt)"), "%s", got);
	free(got);
}

Test(from_search, every_control_character)
{
	for (int c = 1; c < 128; c++) {
		const char text[] = {'a', (char)c, 'b', '\0'};
		size_t room = PLENTY;
		char *got = search(text, &room);
		bool control = (c < ' ' && c != '\t' && c != '\n') || c == 0x7f;

		cr_expect_eq(strstr(got, "(doubt)") != NULL, control, "%d: %s", c, got);
		free(got);
	}
}

/* What there is no room for may be anything. */
Test(from_search, without_room)
{
	static const struct {
		const char *text;
		size_t room;
		const char *want;
	} cases[] = {
		{"a", 33, "a "},
		{"a", 32, "(doubt)"},
		{"a b", 34, "a (doubt)"},
		{"\xc3\xbc", 161, "(doubt)"},
		{"\xff", 162, ""},
		{"\xff", 160, "(doubt)"},
		{"a \"b", 66, "a b (doubt)"},
		/* Just enough for what ends there, and not for the rest. */
		{"a", 33, "a "},
		{"a b", 33, "a (doubt)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t room = cases[i].room;
		char *got = search(cases[i].text, &room);

		cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].text, got);
		free(got);
	}
}

/* More bytes than a domain has are not looked up, and cost nothing. */
Test(from_search, too_long_for_a_domain)
{
	char text[DOMAIN_SIZE + 1];
	size_t room = PLENTY;

	memset(text, 'a', DOMAIN_SIZE);
	text[DOMAIN_SIZE] = '\0';
	cr_expect(from_search(text, &room, note_domain, NULL));
	cr_expect_eq(room, PLENTY);
	text[DOMAIN_SIZE - 1] = '\0';
	cr_expect(from_search(text, &room, note_domain, NULL));
	cr_expect_eq(room, PLENTY - 32 - (DOMAIN_SIZE - 1));
}

Test(from_token, kinds)
{
	static const struct {
		const char *previous, *text;
		enum from_token_kind kind;
		size_t start, length;
	} cases[] = {
		{" ", "", FROM_TOKEN_END, 0, 0},           {" ", " \t\r\n", FROM_TOKEN_END, 4, 0},
		{" ", " ab c", FROM_TOKEN_ATOM, 1, 2},     {" ", "ab", FROM_TOKEN_ATOM, 0, 2},
		{" ", "\"\" x", FROM_TOKEN_QUOTED, 0, 2},  {" ", "\"a", FROM_TOKEN_BROKEN, 0, 0},
		{"@", "[] x", FROM_TOKEN_LITERAL, 0, 2},   {"@", "[a", FROM_TOKEN_BROKEN, 0, 0},
		{",", "[a]", FROM_TOKEN_SPECIAL, 0, 1},    {" ", "\\a", FROM_TOKEN_BROKEN, 0, 0},
		{" ", ")", FROM_TOKEN_BROKEN, 0, 0},       {" ", "(a@b) (c)x", FROM_TOKEN_ATOM, 9, 1},
		{" ", "(a;b)x", FROM_TOKEN_ATOM, 5, 1},    {" ", "(a@b;c)x", FROM_TOKEN_BROKEN, 0, 0},
		{" ", "(a@b;)x", FROM_TOKEN_BROKEN, 0, 0}, {" ", "(a", FROM_TOKEN_BROKEN, 0, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct from_token previous = {*cases[i].previous == ' ' ? FROM_TOKEN_ATOM
									      : FROM_TOKEN_SPECIAL,
						    cases[i].previous, 1};
		char *text = xstrdup(cases[i].text);
		const char *at = text;
		struct from_token token = from_token_next(&previous, &at);

		cr_expect_eq(token.kind, cases[i].kind, "%s", text);
		cr_expect_eq(token.start, text + cases[i].start, "%s", text);
		cr_expect_eq(token.length, cases[i].length, "%s", text);
		cr_expect_eq(at, token.start + token.length, "%s", text);
		free(text);
	}
}

/* A literal stands behind an "@" that is one, not behind a word that begins with one. */
Test(from_token, quoted_at)
{
	const struct from_token previous = {FROM_TOKEN_QUOTED, "@", 1};
	const char *at = "[a]";

	cr_expect_eq(from_token_next(&previous, &at).kind, FROM_TOKEN_SPECIAL);
}

Test(encoded_word, bytes_of_each_kind)
{
	static const struct {
		const char *text, *around, *want;
	} cases[] = {
		{"=?us-ascii?q?a?=", "", "a"},     {"=?utf-8?q?a40b?=", "", "a40b"},
		{"=?utf-8?q?a=00b?=", "", "ab"},   {"=?utf-8?q?a==?=", "", "a=="},
		{"x=?utf-8?q?a?=y", "|", "x|a|y"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool ascii_based;
		char *got = encoded_words_decode(cases[i].text, cases[i].around, &ascii_based);

		cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].text, got);
		cr_expect(ascii_based, "%s", cases[i].text);
		free(got);
	}
}

Test(encoded_word, parts_of_one)
{
	cr_expect_not(encoded_words_are_whole("=?"));
	cr_expect_not(encoded_words_are_whole("a=?b"));
	cr_expect_not(encoded_words_are_whole("x?utf-8?q?a?="));
	cr_expect(encoded_words_are_whole("a?x?b"));
	cr_expect(encoded_words_are_whole("a=b ==x ??"));
}
