/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tls/certificate.h"
#include "tls/distinguished_name.h"

static bool certificate_matches(const char *expected, const struct certificate_facts *shown)
{
	struct certificate_name name;
	struct certificate_host host;
	const char *error = "";
	bool matches;

	cr_assert(certificate_subject_parse(expected, &name, &error), "%s %s", expected, error);
	certificate_host_read(shown->subject_cn, &host);
	matches = certificate_subject_matches(&name, &host, shown);
	certificate_name_fini(&name);
	return matches;
}

static bool subject_matches(const char *expected, const char *cn, const char *dn)
{
	return certificate_matches(expected, &(struct certificate_facts){.subject_cn = cn, .subject_dn = dn});
}

Test(certificate, subject_as_host_name)
{
	static const struct {
		const char *expected, *cn;
		bool want;
	} cases[] = {
		{"mail.contoso.com", "mail.contoso.com", true},
		{"mail.contoso.com", "MAIL.Contoso.com", true},
		{"mail.contoso.com", "mail.contoso.com.", true},
		{"mail.contoso.com", "mail.contoso.com.evil.example", false},
		{"mail.contoso.com", "xmail.contoso.com", false},
		{"mail.contoso.com", "*.contoso.com", true},
		{"mail.contoso.com", "*.com", false},
		{"a.mail.contoso.com", "*.contoso.com", false},
		{"contoso.com", "*.contoso.com", false},
		{"contoso.com", "*.com", false},
		{"mail.contoso.com", "m*.contoso.com", false},
		{"mail.contoso.com", "*", false},
		{"mail.contoso.com", "", false},
		{"mail.contoso.com", "mail.contoso.com ", false},
		{"*.contoso.com", "contoso.com", true},
		{"*.contoso.com", "a.b.contoso.com", true},
		{"*.contoso.com", "notcontoso.com", false},
		{"*.contoso.com", "*.contoso.com", true},
		{"*.contoso.com", "*.b.contoso.com", true},
		{"*.contoso.com", "*.com", false},
		{"*.com", "*.com", false},
		{".contoso.com", "contoso.com", false},
		{".contoso.com", "a.contoso.com", true},
		{".contoso.com", "*.contoso.com", true},
		{"münchen.example", "xn--mnchen-3ya.example", true},
		{"münchen.example", "MÜNCHEN.example", true},
		{"mail.contoso.com",
		 "\xef\xbd\x8d"
		 "ail.contoso.com",
		 false},
		{"mail.contoso.com",
		 "mail\xe3\x80\x82"
		 "contoso.com",
		 false},
		{"mail.contoso.com", "ma\xc2\xadil.contoso.com", false},
		{"mail.contoso.com", "we ird)host+x=1(;%n.example", false},
		{"mail.contoso.com", "[192.0.2.1]", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(subject_matches(cases[i].expected, cases[i].cn, NULL), cases[i].want,
			     "%s against %s", cases[i].cn, cases[i].expected);
	cr_expect_not(subject_matches("mail.contoso.com", NULL, "/CN=mail.contoso.com"),
		      "a name is the CN alone");
}

Test(certificate, alternative_names_are_names_too)
{
	static const struct {
		const char *expected, *altnames;
		bool want;
	} cases[] = {
		{"mail.contoso.com", "mail.contoso.com", true},
		{"mail.contoso.com", "a.example,mail.contoso.com", true},
		{"mail.contoso.com", "mail.contoso.com,a.example", true},
		{"mail.contoso.com", "a.example,b.example", false},
		{"mail.contoso.com", "mail.contoso.co", false},
		{"mail.contoso.com", "xmail.contoso.com", false},
		{"mail.contoso.com", "a.example,*.contoso.com", true},
		{"contoso.com", "*.contoso.com", false},
		{"contoso.com", "*.com", false},
		{"*.contoso.com", "contoso.com", true},
		{"*.contoso.com", "a.example,b.contoso.com", true},
		{".contoso.com", "contoso.com", false},
		{".contoso.com", "*.contoso.com", true},
		{"/CN=mail.contoso.com", "mail.contoso.com", false},
		{"mail.contoso.com", ",", false},
		{"mail.contoso.com", "*xcontoso.com", false},
		{"x", "a,x", true},
		{"mail.contoso.com", NULL, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct certificate_facts shown = {.subject_cn = "other.example",
							.altnames = cases[i].altnames};

		cr_expect_eq(certificate_matches(cases[i].expected, &shown), cases[i].want, "%s, of %s",
			     cases[i].expected, cases[i].altnames);
	}
}

Test(certificate, alternative_name_that_is_too_long)
{
	char name[300];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	cr_expect_not(certificate_matches("mail.contoso.com", &(struct certificate_facts){.altnames = name}));
	name[DOMAIN_SIZE] = '\0';
	cr_expect_not(certificate_matches("mail.contoso.com", &(struct certificate_facts){.altnames = name}));
}

Test(certificate, subject_errors)
{
	static const char *const texts[] = {
		"",  "*",   "*.",  ".",        "mail.*.com",        "a b",   "[192.0.2.1]",
		"/", "/CN", "/=x", "/C=DE/CN", "mail..contoso.com", "//CN=x"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct certificate_name name;
		const char *error = NULL;

		cr_expect_not(certificate_subject_parse(texts[i], &name, &error), "%s", texts[i]);
		cr_expect_not_null(error);
		certificate_name_fini(&name);
	}
}

Test(certificate, issuer_is_plain_text)
{
	struct certificate_name name;
	const char *error;

	cr_assert(certificate_issuer_parse("Test Root CA", &name, &error));
	cr_expect(certificate_issuer_matches(&name, "Test Root CA", NULL));
	cr_expect_not(certificate_issuer_matches(&name, "test root ca", NULL));
	cr_expect_not(certificate_issuer_matches(&name, "Test Root CA 2", NULL));
	cr_expect_not(certificate_issuer_matches(&name, NULL, "/CN=Test Root CA"));
	certificate_name_fini(&name);
	cr_assert(certificate_issuer_parse("/CN=Test Root CA", &name, &error));
	cr_expect(certificate_issuer_matches(&name, NULL, "/CN=Test Root CA"));
	cr_expect_not(certificate_issuer_matches(&name, "Test Root CA", NULL));
	certificate_name_fini(&name);
	cr_expect_not(certificate_issuer_parse("", &name, &error));
	cr_expect_not(certificate_issuer_parse("/nothing", &name, &error));
}

Test(certificate, distinguished_names)
{
	static const struct {
		const char *a, *b;
		bool want;
	} cases[] = {
		{"/C=DE/O=Partner/CN=mail.x", "/C=DE/O=Partner/CN=mail.x", true},
		{"/C=DE/O=Partner/CN=mail.x", "/c=de/o=PARTNER/cn=MAIL.X", true},
		{"/C=DE/O=Partner/CN=mail.x", "/O=Partner/C=DE/CN=mail.x", false},
		{"/C=DE/O=Partner/CN=mail.x", "/C=DE/O=Partner", false},
		{"/C=DE/O=Partner", "/C=DE/O=Partner/CN=mail.x", false},
		{"/O=K\\xC3\\xB6ln", "/O=K\xC3\xB6ln", true},
		{"/O=a\\/CN=good", "/O=a/CN=good", false},
		{"/O=a\\/b", "/O=a\\/b", true},
		{"/OU=R\\+D", "/OU=R+D", true},
		{"/O=x", "/O=x ", false},
		{"/O=x", "O=x", false},
		{"/CN=evil/CN=good", "/CN=good", false},
		{"/O=\\x41", "/O=A", false},
		{"/O=\\x2FCN=good", "/O=/CN=good", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_expect_eq(distinguished_name_equal(cases[i].a, cases[i].b), cases[i].want, "%s and %s",
			     cases[i].a, cases[i].b);
		cr_expect_eq(distinguished_name_equal(cases[i].b, cases[i].a), cases[i].want, "%s and %s",
			     cases[i].b, cases[i].a);
	}
	cr_expect(subject_matches("/C=DE/CN=mail.x", "whatever", "/C=DE/CN=mail.x"));
	cr_expect_not(subject_matches("/C=DE/CN=mail.x", "mail.x", NULL));
}

Test(certificate, common_name_of_a_distinguished_name)
{
	static const struct {
		const char *dn, *want;
	} cases[] = {
		{"/C=DE/CN=Mail.x", "Mail.x"},
		{"/CN=first/CN=second", "first"},
		{"/O=a\\/CN=evil/CN=good", "good"},
		{"/C=DE/O=x", NULL},
		{"/CNX=a", NULL},
		{"/XCN=a", NULL},
		{"/cn=a\\/b/O=c", "a/b"},
		{"CN=a", NULL},
		{"/CN=", ""},
		{"/O=CN=evil", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = distinguished_name_common_name(cases[i].dn);

		if (cases[i].want == NULL)
			cr_expect_null(got, "%s", cases[i].dn);
		else if (got == NULL)
			cr_expect_fail("%s: nothing found", cases[i].dn);
		else
			cr_expect_str_eq(got, cases[i].want);
		free(got);
	}
}

Test(certificate, sendmail_escapes)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"mail.partner.example", "mail.partner.example"},
		{"/O=Partner,+20Inc.+20+28EU+29", "/O=Partner, Inc. (EU)"},
		{"/ST=K+5CxC3+5CxB6ln", "/ST=K\\xC3\\xB6ln"},
		{"m+C3+BCller", "m\xC3\xBCller"},
		{"a+2Bb", "a+b"},
		{"a+", "a+"},
		{"a+2", "a+2"},
		{"a+zz", "a+zz"},
		{"a+00b", "a+00b"},
		{"", ""},
		{"BadCertificat", "BadCertificat"},
		{"BadCertificatX", "BadCertificatX"},
		{"BadCertificateUnknown", NULL},
		{"BadCertificateTooLong", NULL},
		{"BadCertificateContainsNUL", NULL},
		{NULL, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = certificate_name_from_sendmail(cases[i].text);

		if (cases[i].want == NULL)
			cr_expect_null(got);
		else
			cr_expect_str_eq(got, cases[i].want);
		free(got);
	}
}

static uint32_t rank_of(const char *subject)
{
	struct certificate_name name;
	const char *error = "";
	uint32_t rank;

	cr_assert(certificate_subject_parse(subject, &name, &error), "%s %s", subject, error);
	rank = certificate_name_rank(&name);
	certificate_name_fini(&name);
	return rank;
}

/* A longer name is more specific, of one length what leaves the name itself out, and a whole name most of all. */
Test(certificate, ranks)
{
	static const char *const ordered[] = {"*.d.e", ".d.e", "*.cd.e", ".cd.e", "*.a.b.cd.e", "cd.e"};

	for (size_t i = 1; i < sizeof ordered / sizeof ordered[0]; i++)
		cr_expect_lt(rank_of(ordered[i - 1]), rank_of(ordered[i]), "%s", ordered[i]);
	cr_expect_gt(rank_of("*.e"), 1, "more than \"*\"");
	cr_expect_eq(rank_of("a.b.cd.e"), rank_of("e"));
	cr_expect_eq(rank_of("/CN=e"), rank_of("e"));
	cr_expect_leq(rank_of("e"), 512);
#define LABEL "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
	cr_expect_lt(rank_of("." LABEL "." LABEL "." LABEL "." LABEL), rank_of("e"));
}

Test(certificate, entries_are_printed)
{
	static const struct {
		bool fingerprint, subject, issuer;
		const char *want;
	} cases[] = {
		{false, false, false, "any"},
		{false, true, false, "subject:Mail.contoso.com"},
		{false, false, true, "issuer:CA 1"},
		{false, true, true, "subject:Mail.contoso.com,issuer:CA 1"},
		{true, false, false, "fingerprint:"},
		{true, true, false, "fingerprint:,subject:Mail.contoso.com"},
		{true, false, true, "fingerprint:,issuer:CA 1"},
	};
	struct certificate_entry entry = {0};
	char fingerprint[FINGERPRINT_TEXT_SIZE];
	const char *error;

	cr_assert(certificate_subject_parse("Mail.contoso.com", &entry.subject, &error));
	cr_assert(certificate_issuer_parse("CA 1", &entry.issuer, &error));
	fingerprint_print(&entry.fingerprint, fingerprint);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct strbuf got = {0}, want = {0};
		size_t begin = strlen("fingerprint:");

		entry.has_fingerprint = cases[i].fingerprint;
		entry.has_subject = cases[i].subject;
		entry.has_issuer = cases[i].issuer;
		certificate_entry_print(&entry, &got);
		if (cases[i].fingerprint)
			strbuf_printf(&want, "fingerprint:%s%s", fingerprint, cases[i].want + begin);
		else
			strbuf_puts(&want, cases[i].want);
		cr_expect_str_eq(strbuf_text(&got), strbuf_text(&want), "case %zu", i);
		strbuf_fini(&got);
		strbuf_fini(&want);
	}
	certificate_entry_fini(&entry);
}

Test(certificate, states_have_names)
{
	cr_expect_str_eq(certificate_state_name(CERTIFICATE_UNTOLD), "untold");
	cr_expect_str_eq(certificate_state_name(CERTIFICATE_NONE), "none");
	cr_expect_str_eq(certificate_state_name(CERTIFICATE_UNVERIFIED), "unverified");
	cr_expect_str_eq(certificate_state_name(CERTIFICATE_VERIFIED), "verified");
}

Test(certificate, what_an_entry_asks_for)
{
	char written[] = "x";
	struct certificate_entry entry = {.subject.written = written, .issuer.written = written};
	static const struct {
		bool has_fingerprint, has_subject, has_issuer;
		const char *want;
	} cases[] = {
		{false, false, false, "any"},
		{false, true, false, "subject:x"},
		{false, false, true, "issuer:x"},
		{false, true, true, "subject:x,issuer:x"},
		{true, false, false,
		 "fingerprint:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
		 "00:00:00:00:00:00"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct strbuf text = {0};

		entry.has_fingerprint = cases[i].has_fingerprint;
		entry.has_subject = cases[i].has_subject;
		entry.has_issuer = cases[i].has_issuer;
		certificate_entry_print(&entry, &text);
		cr_expect_str_eq(text.text, cases[i].want, "got %s", text.text);
		strbuf_fini(&text);
	}
}

/* OpenSSL escapes what is not printable: "\x" before anything else is text. */
Test(certificate, escapes_in_distinguished_names)
{
	cr_expect_not(distinguished_name_equal("/CN=a\\x01b", "/CN=a\\\\x01b"));
	cr_expect(distinguished_name_equal("/CN=a\\xZZb", "/CN=a\\xzzb"));
	cr_expect_not(distinguished_name_equal("/CN=a\\x41b", "/CN=aAb"));
}

Test(certificate, of_any_name_says_what_to_write)
{
	struct certificate_name name;
	const char *error = NULL;

	cr_assert_not(certificate_subject_parse("*", &name, &error));
	cr_expect_not_null(strstr(error, "write \"any\""), "%s", error);
}
