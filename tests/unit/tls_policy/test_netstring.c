/* SPDX-License-Identifier: MIT */
#include "tls_policy/netstring.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(netstring);

#define MAX ((size_t)10000)

static enum netstring_result parse(const char *text, size_t length, const char **payload_r,
				   size_t *payload_length_r, size_t *used_r)
{
	return netstring_parse(text, length, MAX, payload_r, payload_length_r, used_r);
}

Test(netstring, whole)
{
	static const struct {
		const char *text;
		size_t length;
		const char *payload;
		size_t payload_length, used;
	} cases[] = {
		{"0:,", 3, "", 0, 3},           {"1:a,", 4, "a", 1, 4},
		{"5:a b,c,", 8, "a b,c", 5, 8}, {"10:0123456789,", 14, "0123456789", 10, 14},
		{"3:\0:,,", 6, "\0:,", 3, 6},   {"1:a,1:b,", 8, "a", 1, 4},
		{"0:,nonsense", 11, "", 0, 3},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *payload = NULL;
		size_t payload_length = 0, used = 0;

		cr_assert(parse(cases[i].text, cases[i].length, &payload, &payload_length, &used) ==
				  NETSTRING_DONE,
			  "%s", cases[i].text);
		cr_expect(payload_length == cases[i].payload_length && used == cases[i].used, "%s: %zu, %zu",
			  cases[i].text, payload_length, used);
		cr_expect(memcmp(payload, cases[i].payload, payload_length) == 0, "%s", cases[i].text);
	}
}

Test(netstring, each_beginning_wants_more)
{
	static const char text[] = "12:hello world!,";
	const char *payload;
	size_t payload_length, used;

	for (size_t i = 0; i < sizeof text - 1; i++)
		cr_expect(parse(text, i, &payload, &payload_length, &used) == NETSTRING_MORE, "%zu", i);
	cr_expect(parse(text, sizeof text - 1, &payload, &payload_length, &used) == NETSTRING_DONE);
}

Test(netstring, invalid)
{
	static const char *const cases[] = {
		":a,",   ",",      "a",      " 1:a,", "-1:a,",       "+1:a,",  "00:,",
		"01:a,", "0x1:a,", "1 :a,",  "1;a,",  "1:a;",        "1:ab,",  "0:a",
		"1:,;",  "10001",  "10001:", "\n",    "99999999999", "1\n:a,", "18446744073709551617:a,",
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *payload;
		size_t payload_length, used;

		cr_expect(parse(cases[i], strlen(cases[i]), &payload, &payload_length, &used) ==
				  NETSTRING_INVALID,
			  "%s", cases[i]);
	}
}

/* The limit speaks at the digit that goes over it. */
Test(netstring, length_limit)
{
	const char *payload;
	size_t payload_length, used;

	cr_expect(parse("10000", 5, &payload, &payload_length, &used) == NETSTRING_MORE);
	cr_expect(parse("10000:", 6, &payload, &payload_length, &used) == NETSTRING_MORE);
	cr_expect(parse("1000", 4, &payload, &payload_length, &used) == NETSTRING_MORE);
	cr_expect(parse("10001", 5, &payload, &payload_length, &used) == NETSTRING_INVALID);
	cr_expect(netstring_parse("1", 1, 0, &payload, &payload_length, &used) == NETSTRING_INVALID);
	cr_expect(netstring_parse("0:,", 3, 0, &payload, &payload_length, &used) == NETSTRING_DONE);
}

Test(netstring, add_is_read_back)
{
	struct strbuf out = {0};
	const char *payload;
	size_t payload_length, used;

	netstring_add(&out, "", 0);
	netstring_add(&out, "a,\0b", 4);
	cr_expect(out.length == 10 && memcmp(out.text, "0:,4:a,\0b,", 10) == 0);
	cr_assert(parse(out.text, out.length, &payload, &payload_length, &used) == NETSTRING_DONE);
	cr_assert(parse(out.text + used, out.length - used, &payload, &payload_length, &used) ==
		  NETSTRING_DONE);
	cr_expect(payload_length == 4 && memcmp(payload, "a,\0b", 4) == 0);
	strbuf_fini(&out);
}
