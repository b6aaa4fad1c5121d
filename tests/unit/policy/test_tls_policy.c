/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tls_policy.h"
#include "util/memory.h"

/* A list of one or two texts, as "deliver" owns them. */
static char **list_of(const char *first, const char *second)
{
	char **list = xcalloc(2, sizeof *list);

	list[0] = xstrdup(first);
	list[1] = second != NULL ? xstrdup(second) : NULL;
	return list;
}

static void expect_answer(struct tls_policy *tls_policy, const char *answer)
{
	tls_policy_finish(tls_policy);
	cr_assert_not_null(tls_policy->answer);
	cr_expect_str_eq(tls_policy->answer, answer, "got \"%s\"", tls_policy->answer);
	tls_policy_fini(tls_policy);
	cr_expect_null(tls_policy->answer);
}

Test(tls_policy, versions_are_exclusions)
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
		struct tls_policy tls_policy = {.level = TLS_POLICY_SECURE,
						.min_version = cases[i].min_version};

		expect_answer(&tls_policy, cases[i].answer);
	}
}

Test(tls_policy, all_of_it)
{
	struct tls_policy tls_policy = {
		.level = TLS_POLICY_SECURE,
		.min_version = TLS_VERSION_1_2,
		.match = list_of("mail.contoso.com", ".contoso.com"),
		.match_count = 2,
		.ciphers = TLS_POLICY_GRADE_HIGH,
		.exclude = list_of("aNULL", "MD5"),
		.exclude_count = 2,
		.servername = xstrdup("mail.contoso.com"),
		.connection_reuse = TLS_POLICY_REUSE_YES,
	};

	expect_answer(&tls_policy,
		      "secure match=mail.contoso.com:.contoso.com protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1 "
		      "ciphers=high exclude=aNULL:MD5 servername=mail.contoso.com connection_reuse=yes");
}

/* A session that is kept at this level serves every destination on the same server. */
Test(tls_policy, no_session_is_kept_at_encrypt)
{
	static const enum tls_policy_reuse words[] = {TLS_POLICY_REUSE_DEFAULT, TLS_POLICY_REUSE_NO,
						      TLS_POLICY_REUSE_YES};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct tls_policy tls_policy = {.level = TLS_POLICY_ENCRYPT, .connection_reuse = words[i]};

		expect_answer(&tls_policy, "encrypt protocols=!SSLv2:!SSLv3 connection_reuse=no");
	}
}

Test(tls_policy, fingerprints)
{
	struct tls_policy tls_policy = {.level = TLS_POLICY_FINGERPRINT,
					.min_version = TLS_VERSION_1_0,
					.ciphers = TLS_POLICY_GRADE_MEDIUM};
	char text[2 * FINGERPRINT_TEXT_SIZE + 128], first[FINGERPRINT_TEXT_SIZE],
		second[FINGERPRINT_TEXT_SIZE];

	tls_policy.fingerprint_count = 2;
	tls_policy.fingerprints = xcalloc(2, sizeof *tls_policy.fingerprints);
	memset(tls_policy.fingerprints[1].bytes, 0xab, FINGERPRINT_BYTES);
	tls_policy.connection_reuse = TLS_POLICY_REUSE_NO;
	(void)snprintf(text, sizeof text,
		       "fingerprint match=%s|%s protocols=!SSLv2:!SSLv3 ciphers=medium connection_reuse=no",
		       fingerprint_print(&tls_policy.fingerprints[0], first),
		       fingerprint_print(&tls_policy.fingerprints[1], second));
	expect_answer(&tls_policy, text);
}

Test(tls_policy, none_has_no_answer)
{
	struct tls_policy tls_policy = {.nothing = true};

	tls_policy_finish(&tls_policy);
	cr_expect_null(tls_policy.answer);
	tls_policy_fini(&tls_policy);
}

Test(tls_policy, levels)
{
	static const char *const names[] = {"encrypt",   "fingerprint", "dane",
					    "dane-only", "verify",      "secure"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		cr_expect_str_eq(tls_policy_level_name((enum tls_policy_level)i), names[i]);
}

Test(tls_policy, host_names)
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
		cr_expect_eq(tls_policy_is_host_name(cases[i].text), cases[i].is, "\"%s\"", cases[i].text);
}

Test(tls_policy, trust_anchors)
{
	struct tls_policy tls_policy = {.level = TLS_POLICY_VERIFY, .trust_anchor_count = 2};

	tls_policy.trust_anchors = xcalloc(2, sizeof *tls_policy.trust_anchors);
	tls_policy.trust_anchors[0] = xstrdup("/etc/a.pem");
	tls_policy.trust_anchors[1] = xstrdup("/etc/b.pem");
	expect_answer(&tls_policy, "verify tafile=/etc/a.pem tafile=/etc/b.pem protocols=!SSLv2:!SSLv3");
}

Test(tls_policy, labels_that_are_none)
{
	cr_expect_not(tls_policy_is_host_name(".a.example"));
	cr_expect_not(tls_policy_is_host_name("a..example"));
}
