/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/deliver.h"
#include "util/memory.h"

/* A list of one or two texts, as "deliver" owns them. */
static char **list_of(const char *first, const char *second)
{
	char **list = xcalloc(2, sizeof *list);

	list[0] = xstrdup(first);
	list[1] = second != NULL ? xstrdup(second) : NULL;
	return list;
}

static void expect_answer(struct deliver *deliver, const char *answer)
{
	deliver_finish(deliver);
	cr_assert_not_null(deliver->answer);
	cr_expect_str_eq(deliver->answer, answer, "got \"%s\"", deliver->answer);
	deliver_fini(deliver);
	cr_expect_null(deliver->answer);
}

Test(deliver, versions_are_exclusions)
{
	static const struct {
		enum tls_version min_version;
		const char *answer;
	} cases[] = {
		{TLS_VERSION_1_0, "secure protocols=!SSLv2:!SSLv3"},
		{TLS_VERSION_1_1, "secure protocols=!SSLv2:!SSLv3:!TLSv1"},
		{TLS_VERSION_1_2, "secure protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"},
		{TLS_VERSION_1_3, "secure protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct deliver deliver = {.level = DELIVER_SECURE, .min_version = cases[i].min_version};

		expect_answer(&deliver, cases[i].answer);
	}
}

Test(deliver, all_of_it)
{
	struct deliver deliver = {
		.level = DELIVER_SECURE,
		.min_version = TLS_VERSION_1_2,
		.match = list_of("mail.contoso.com", ".contoso.com"),
		.match_count = 2,
		.ciphers = DELIVER_GRADE_HIGH,
		.exclude = list_of("aNULL", "MD5"),
		.exclude_count = 2,
		.servername = xstrdup("mail.contoso.com"),
		.connection_reuse = DELIVER_REUSE_YES,
	};

	expect_answer(&deliver,
		      "secure match=mail.contoso.com:.contoso.com protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1 "
		      "ciphers=high exclude=aNULL:MD5 servername=mail.contoso.com connection_reuse=yes");
}

/* A session that is kept at this level serves every destination on the same server. */
Test(deliver, no_session_is_kept_at_encrypt)
{
	static const enum deliver_reuse words[] = {DELIVER_REUSE_DEFAULT, DELIVER_REUSE_NO,
						   DELIVER_REUSE_YES};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct deliver deliver = {.level = DELIVER_ENCRYPT, .connection_reuse = words[i]};

		expect_answer(&deliver, "encrypt protocols=!SSLv2:!SSLv3 connection_reuse=no");
	}
}

Test(deliver, fingerprints)
{
	struct deliver deliver = {.level = DELIVER_FINGERPRINT,
				  .min_version = TLS_VERSION_1_0,
				  .ciphers = DELIVER_GRADE_MEDIUM};
	char text[2 * FINGERPRINT_TEXT_SIZE + 128], first[FINGERPRINT_TEXT_SIZE],
		second[FINGERPRINT_TEXT_SIZE];

	deliver.fingerprint_count = 2;
	deliver.fingerprints = xcalloc(2, sizeof *deliver.fingerprints);
	memset(deliver.fingerprints[1].bytes, 0xab, FINGERPRINT_BYTES);
	deliver.connection_reuse = DELIVER_REUSE_NO;
	(void)snprintf(text, sizeof text,
		       "fingerprint match=%s|%s protocols=!SSLv2:!SSLv3 ciphers=medium connection_reuse=no",
		       fingerprint_print(&deliver.fingerprints[0], first),
		       fingerprint_print(&deliver.fingerprints[1], second));
	expect_answer(&deliver, text);
}

Test(deliver, none_has_no_answer)
{
	struct deliver deliver = {.nothing = true};

	deliver_finish(&deliver);
	cr_expect_null(deliver.answer);
	deliver_fini(&deliver);
}

Test(deliver, levels)
{
	static const char *const names[] = {"encrypt",   "fingerprint", "dane",
					    "dane-only", "verify",      "secure"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		cr_expect_str_eq(deliver_level_name((enum deliver_level)i), names[i]);
}

Test(deliver, host_names)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{"mail.contoso.com", true}, {"localhost", true},
		{"a_b.contoso.com", true},  {"1and1.example", true},
		{"192.0.2.1.x", true},      {"xn--mnchen-3ya.example", true},
		{"192.0.2.1", false},       {"25", false},
		{"[192.0.2.1]", false},     {"-a.example", false},
		{"a-.example", false},      {"a.-example", false},
		{"a.example-", false},      {"[ipv6:::1]", false},
		{"a-b.example", true},      {"", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(deliver_is_host_name(cases[i].text), cases[i].is, "\"%s\"", cases[i].text);
}
