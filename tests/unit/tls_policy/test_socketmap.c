/* SPDX-License-Identifier: MIT */
#include "tls_policy/socketmap.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(socketmap);

Test(socketmap, queries)
{
	static const struct {
		const char *payload, *map, *key;
	} cases[] = {
		{"tls contoso.com", "tls", "contoso.com"},
		{"tls [mx.a.example]:25", "tls", "[mx.a.example]:25"},
		{"m  a", "m", " a"},
		{"m ", "m", ""},
		{"m a b c", "m", "a b c"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct socketmap_query query;
		struct strbuf text = {0};
		size_t used;

		netstring_add(&text, cases[i].payload, strlen(cases[i].payload));
		cr_assert(socketmap_parse(text.text, text.length, &query, &used) == NETSTRING_DONE, "%s",
			  cases[i].payload);
		cr_expect(used == text.length);
		cr_expect(query.map_length == strlen(cases[i].map) &&
				  memcmp(query.map, cases[i].map, query.map_length) == 0,
			  "%s", cases[i].payload);
		cr_expect(query.key_length == strlen(cases[i].key) &&
				  memcmp(query.key, cases[i].key, query.key_length) == 0,
			  "%s", cases[i].payload);
		strbuf_fini(&text);
	}
}

Test(socketmap, invalid_queries)
{
	static const char *const cases[] = {"0:,", "1:m,", "3:map,", "1: ,", "4: key,", "3:a b;", "10001:"};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct socketmap_query query;
		size_t used;

		cr_expect(socketmap_parse(cases[i], strlen(cases[i]), &query, &used) == NETSTRING_INVALID,
			  "%s", cases[i]);
	}
}

Test(socketmap, greatest_query)
{
	struct strbuf text = {0};
	struct socketmap_query query;
	size_t used;
	char *payload = xmalloc(SOCKETMAP_QUERY_MAX + 1);

	memset(payload, 'k', SOCKETMAP_QUERY_MAX + 1);
	payload[1] = ' ';
	netstring_add(&text, payload, SOCKETMAP_QUERY_MAX);
	cr_expect(text.length == SOCKETMAP_REQUEST_MAX);
	cr_expect(socketmap_parse(text.text, text.length - 1, &query, &used) == NETSTRING_MORE);
	cr_expect(socketmap_parse(text.text, text.length, &query, &used) == NETSTRING_DONE);
	cr_expect(query.key_length == SOCKETMAP_QUERY_MAX - 2);
	strbuf_fini(&text);
	netstring_add(&text, payload, SOCKETMAP_QUERY_MAX + 1);
	cr_expect(socketmap_parse(text.text, text.length, &query, &used) == NETSTRING_INVALID);
	strbuf_fini(&text);
	free(payload);
}

Test(socketmap, replies)
{
	struct strbuf out = {0};

	socketmap_reply(&out, SOCKETMAP_OK, "secure match=a.example");
	socketmap_reply(&out, SOCKETMAP_NOTFOUND, "");
	socketmap_reply(&out, SOCKETMAP_TEMP, "try again later");
	/* Postfix wants the blank behind NOTFOUND as well. */
	cr_expect_str_eq(out.text, "25:OK secure match=a.example,9:NOTFOUND ,20:TEMP try again later,");
	strbuf_fini(&out);
}

Test(socketmap, reply_limit)
{
	struct strbuf text = {0}, out = {0};

	for (size_t i = 0; i < SOCKETMAP_REPLY_MAX - 3; i++)
		strbuf_putc(&text, 'x');
	socketmap_reply(&out, SOCKETMAP_OK, text.text);
	cr_expect(strncmp(out.text, "100000:OK xxx", 13) == 0);
	strbuf_fini(&out);
	strbuf_putc(&text, 'x');
	socketmap_reply(&out, SOCKETMAP_OK, text.text);
	cr_expect_str_eq(out.text, "27:TEMP the answer is too long,");
	strbuf_fini(&out);
	strbuf_fini(&text);
}
