/* SPDX-License-Identifier: MIT */
#include "proto/macros.h"

#include <criterion/criterion.h>
#include <string.h>

/* What client certificates look like in macros, measured with Postfix 3.7 and 3.12, and Sendmail 8.17. */
struct certificate_case {
	const char *name;
	struct milter_macros macros;
	struct certificate_facts want;
};

static const struct certificate_case postfix_cases[] = {
	{"none, expired, for servers alone, self-signed, of another CA: all the same", {0}, {0}},
	{"signed, with CN",
	 {.cert_subject = "mail.partner.example", .cert_issuer = "Test Root CA"},
	 {.verified = true, .subject_cn = "mail.partner.example", .issuer_cn = "Test Root CA"}},
	{"two CNs",
	 {.cert_subject = "first.example", .cert_issuer = "Test Root CA"},
	 {.verified = true, .subject_cn = "first.example", .issuer_cn = "Test Root CA"}},
	{"signed, SAN alone or empty subject",
	 {.cert_subject = "", .cert_issuer = "Test Root CA"},
	 {.verified = true, .subject_cn = "", .issuer_cn = "Test Root CA"}},
	{"issuer without CN and O",
	 {.cert_subject = "mail.partner.example", .cert_issuer = ""},
	 {.verified = true, .subject_cn = "mail.partner.example", .issuer_cn = ""}},
	{"via intermediate",
	 {.cert_subject = "mail.partner.example", .cert_issuer = "Test Intermediate"},
	 {.verified = true, .subject_cn = "mail.partner.example", .issuer_cn = "Test Intermediate"}},
	{"CN in UTF-8",
	 {.cert_subject = "m\xc3\xbcller.partner.example", .cert_issuer = "Test Root CA"},
	 {.verified = true, .subject_cn = "m\xc3\xbcller.partner.example", .issuer_cn = "Test Root CA"}},
	{"odd bytes are raw",
	 {.cert_subject = "we ird)host+x=1(;%n.example", .cert_issuer = "CA +2B BadCertificateUnknown"},
	 {.verified = true,
	  .subject_cn = "we ird)host+x=1(;%n.example",
	  .issuer_cn = "CA +2B BadCertificateUnknown"}},
	{"a subject alone is no proof",
	 {.cert_subject = "mail.partner.example"},
	 {.subject_cn = "mail.partner.example"}},
};

static const struct certificate_case sendmail_cases[] = {
	{"no certificate",
	 {.verify = "NO", .cn_subject = "", .cn_issuer = "", .cert_subject = "", .cert_issuer = ""},
	 {0}},
	{"not asked for one",
	 {.verify = "NOT", .cn_subject = "", .cn_issuer = "", .cert_subject = "", .cert_issuer = ""},
	 {0}},
	{"signed, with CN",
	 {.verify = "OK",
	  .cn_subject = "mail.partner.example",
	  .cn_issuer = "Test+20Root+20CA",
	  .cert_subject =
		  "/C=DE/ST=K+5CxC3+5CxB6ln/O=Partner,+20Inc.+20+28EU+29/OU=R+5C+2BD/CN=mail.partner.example",
	  .cert_issuer = "/O=Test+20PKI/CN=Test+20Root+20CA"},
	 {.verified = true,
	  .subject_cn = "mail.partner.example",
	  .issuer_cn = "Test Root CA",
	  .subject_dn = "/C=DE/ST=K\\xC3\\xB6ln/O=Partner, Inc. (EU)/OU=R\\+D/CN=mail.partner.example",
	  .issuer_dn = "/O=Test PKI/CN=Test Root CA"}},
	{"signed, SAN alone",
	 {.verify = "OK",
	  .cn_subject = "BadCertificateUnknown",
	  .cn_issuer = "Test+20Root+20CA",
	  .cert_subject = "/O=SAN+20Only",
	  .cert_issuer = "/CN=Test+20Root+20CA"},
	 {.verified = true,
	  .issuer_cn = "Test Root CA",
	  .subject_dn = "/O=SAN Only",
	  .issuer_dn = "/CN=Test Root CA"}},
	{"signed, empty subject",
	 {.verify = "OK", .cn_subject = "BadCertificateUnknown", .cert_subject = ""},
	 {.verified = true, .subject_dn = ""}},
	{"expired, for servers alone, self-signed, of another CA",
	 {.verify = "FAIL", .cn_subject = "mail.partner.example", .cert_issuer = "/CN=Other"},
	 {.subject_cn = "mail.partner.example", .issuer_dn = "/CN=Other"}},
	{"of another CA, empty subject",
	 {.verify = "FAIL",
	  .cn_subject = "BadCertificateUnknown",
	  .cert_subject = "",
	  .cert_issuer = "/CN=Other"},
	 {.subject_dn = "", .issuer_dn = "/CN=Other"}},
	{"two CNs",
	 {.verify = "OK",
	  .cn_subject = "first.example",
	  .cert_subject = "/CN=first.example/CN=second.example"},
	 {.verified = true,
	  .subject_cn = "first.example",
	  .subject_dn = "/CN=first.example/CN=second.example"}},
	{"issuer without CN",
	 {.verify = "OK", .cn_subject = "mail.partner.example", .cn_issuer = "BadCertificateUnknown"},
	 {.verified = true, .subject_cn = "mail.partner.example"}},
	{"CN in UTF-8",
	 {.verify = "OK",
	  .cn_subject = "m+C3+BCller.partner.example",
	  .cert_subject = "/CN=m+5CxC3+5CxBCller.x"},
	 {.verified = true,
	  .subject_cn = "m\xc3\xbcller.partner.example",
	  .subject_dn = "/CN=m\\xC3\\xBCller.x"}},
	{"odd bytes are escaped",
	 {.verify = "OK",
	  .cn_subject = "we+20ird+29host+2Bx=1+28;%n.example",
	  .cert_subject = "/O=a+5C/b+20+3Cc+3E+20+22d+22+5C/CN=we+20ird+29host+5C+2Bx=1+28;%n.example"},
	 {.verified = true,
	  .subject_cn = "we ird)host+x=1(;%n.example",
	  .subject_dn = "/O=a\\/b <c> \"d\"\\/CN=we ird)host\\+x=1(;%n.example"}},
	{"in any case but this one",
	 {.verify = "ok", .cn_subject = "a.example"},
	 {.subject_cn = "a.example"}},
	{"without {verify} nothing is verified",
	 {.cert_subject = "/CN=a.example", .cert_issuer = "/CN=b"},
	 {.subject_dn = "/CN=a.example", .issuer_dn = "/CN=b"}},
};

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_name(const char *test, const char *which, const char *got, const char *want)
{
	cr_expect(same(got, want), "%s: %s: got %s, want %s", test, which, got != NULL ? got : "NULL",
		  want != NULL ? want : "NULL");
}

static void check_certificates(const char *v, const struct certificate_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct certificate_facts *want = &cases[i].want;
		struct milter_macros macros = cases[i].macros;
		struct macro_storage storage = {0};
		struct facts facts = {0};

		macros.v = v;
		macros.tls_version = "TLSv1.3";
		macros_to_facts(&macros, &facts, &storage);
		cr_expect(facts.certificate.verified == want->verified, "%s: verified is %d", cases[i].name,
			  facts.certificate.verified);
		check_name(cases[i].name, "subject_cn", facts.certificate.subject_cn, want->subject_cn);
		check_name(cases[i].name, "issuer_cn", facts.certificate.issuer_cn, want->issuer_cn);
		check_name(cases[i].name, "subject_dn", facts.certificate.subject_dn, want->subject_dn);
		check_name(cases[i].name, "issuer_dn", facts.certificate.issuer_dn, want->issuer_dn);
		macro_storage_fini(&storage);
	}
}

Test(macros, certificates_of_postfix)
{
	check_certificates("Postfix 3.7.11", postfix_cases, sizeof postfix_cases / sizeof *postfix_cases);
	check_certificates("Postfix", postfix_cases, sizeof postfix_cases / sizeof *postfix_cases);
}

Test(macros, certificates_of_sendmail)
{
	check_certificates("8.17.1.9", sendmail_cases, sizeof sendmail_cases / sizeof *sendmail_cases);
	check_certificates(NULL, sendmail_cases, sizeof sendmail_cases / sizeof *sendmail_cases);
}

Test(macros, verify_counts_whoever_sends_it)
{
	const struct milter_macros macros = {
		.v = "Postfix 3.7.11", .verify = "FAIL", .cert_issuer = "Test Root CA"};
	struct macro_storage storage = {0};
	struct facts facts = {0};

	macros_to_facts(&macros, &facts, &storage);
	cr_expect(!facts.certificate.verified);
	macro_storage_fini(&storage);
}

static struct facts facts_of(const struct milter_macros *macros)
{
	struct macro_storage storage = {0};
	struct facts facts = {.helo = "kept", .client_port = 4711};

	macros_to_facts(macros, &facts, &storage);
	macro_storage_fini(&storage);
	return facts;
}

Test(macros, mta)
{
	static const struct {
		const char *v;
		enum mta want;
	} cases[] = {
		{NULL, MTA_UNKNOWN},     {"Postfix 3.7.11", MTA_POSTFIX}, {"Postfix", MTA_POSTFIX},
		{"8.17.1.9", MTA_OTHER}, {"postfix 3", MTA_OTHER},        {" Postfix", MTA_OTHER},
		{"", MTA_OTHER},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect(facts_of(&(struct milter_macros){.v = cases[i].v}).mta == cases[i].want, "case %zu",
			  i);
}

Test(macros, tls)
{
	struct facts facts = facts_of(&(struct milter_macros){
		.tls_version = "TLSv1.2",
		.cipher = "ECDHE-RSA-AES256-GCM-SHA384",
		.cipher_bits = "256",
	});

	cr_expect(facts.tls.present);
	cr_expect(facts.tls.version == TLS_VERSION_1_2);
	cr_expect_str_eq(facts.tls.version_text, "TLSv1.2");
	cr_expect_str_eq(facts.tls.cipher, "ECDHE-RSA-AES256-GCM-SHA384");
	cr_expect(facts.tls.bits == 256);
	cr_expect_str_eq(facts.helo, "kept");
	cr_expect(facts.client_port == 4711);
}

Test(macros, plaintext)
{
	struct facts facts = facts_of(&(struct milter_macros){.cipher = "left over", .cipher_bits = "256"});

	cr_expect(!facts.tls.present);
	cr_expect(facts.tls.version == TLS_VERSION_UNKNOWN);
}

Test(macros, unknown_version_is_tls_all_the_same)
{
	cr_expect(facts_of(&(struct milter_macros){.tls_version = ""}).tls.present);
	cr_expect(facts_of(&(struct milter_macros){.tls_version = "TLSv9"}).tls.present);
	cr_expect(facts_of(&(struct milter_macros){.tls_version = "TLSv9"}).tls.version ==
		  TLS_VERSION_UNKNOWN);
}

Test(macros, bits)
{
	static const struct {
		const char *text;
		int want;
	} cases[] = {
		{"128", 128},
		{"0", 0},
		{"2147483647", 2147483647},
		{"2147483648", -1},
		{"99999999999999999999", -1},
		{"", -1},
		{"-1", -1},
		{"+128", -1},
		{" 128", -1},
		{"128 ", -1},
		{"256 bits", -1},
		{"0x80", -1},
		{NULL, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int got = facts_of(&(struct milter_macros){.cipher_bits = cases[i].text}).tls.bits;

		cr_expect(got == cases[i].want, "\"%s\": got %d",
			  cases[i].text != NULL ? cases[i].text : "NULL", got);
	}
}

Test(macros, authentication)
{
	cr_expect(facts_of(&(struct milter_macros){.auth_authen = "bob"}).authenticated);
	cr_expect(!facts_of(&(struct milter_macros){.auth_authen = ""}).authenticated);
	cr_expect(!facts_of(&(struct milter_macros){.auth_authen = NULL}).authenticated);
}

Test(macros, client_name)
{
	static const struct {
		const char *name, *resolve, *want, *want_verified;
	} cases[] = {
		{"mail.a.example", "OK", "mail.a.example", "mail.a.example"},
		{"mail.a.example", "FAIL", "mail.a.example", NULL},
		{"mail.a.example", "TEMP", "mail.a.example", NULL},
		{"mail.a.example", "FORGED", "mail.a.example", NULL},
		{"mail.a.example", NULL, "mail.a.example", NULL},
		{"mail.a.example", "", "mail.a.example", NULL},
		{"unknown", "OK", NULL, NULL},
		{"[192.0.2.1]", "OK", NULL, NULL},
		{"", "OK", NULL, NULL},
		{NULL, "OK", NULL, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct milter_macros macros = {.client_name = cases[i].name,
						     .client_resolve = cases[i].resolve};

		cr_expect(same(facts_of(&macros).client_name, cases[i].want), "case %zu", i);
		cr_expect(same(macros_verified_client_name(&macros), cases[i].want_verified), "case %zu", i);
	}
}

/* True when list has name between blanks. */
static bool has_symbol(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(list, name); at != NULL; at = strstr(at + 1, name))
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

Test(macros, requested_symbols)
{
	static const char *const judged[] = {
		"v",           "{tls_version}",  "{cipher}",         "{cipher_bits}",
		"{verify}",    "{cert_subject}", "{cert_issuer}",    "{cn_subject}",
		"{cn_issuer}", "{client_name}",  "{client_resolve}", "{auth_authen}",
		"{mail_addr}",
	};

	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		cr_expect(has_symbol(milter_symbols_rcpt, judged[i]), "%s at RCPT", judged[i]);
		cr_expect(has_symbol(milter_symbols_mail, judged[i]), "%s at MAIL", judged[i]);
	}
	cr_expect(has_symbol(milter_symbols_rcpt, "{rcpt_addr}"));
	cr_expect(has_symbol(milter_symbols_rcpt, "i"));
	cr_expect(has_symbol(milter_symbols_helo, "{tls_version}"));
	/* It would outlive the STARTTLS that ends the authentication. */
	cr_expect(!has_symbol(milter_symbols_connect, "{auth_authen}"));
	cr_expect(!has_symbol(milter_symbols_helo, "{auth_authen}"));
	/* The client's own text, and the next hop: never asked for. */
	cr_expect(!has_symbol(milter_symbols_mail, "{auth_author}"));
	cr_expect(!has_symbol(milter_symbols_rcpt, "{rcpt_host}"));
}

Test(macros, kept_after_the_callback)
{
	char subject[] = "mail.contoso.com", empty[] = "", queue_id[] = "4ABC", v[] = "Postfix";
	const struct milter_macros macros = {
		.v = v, .cert_subject = subject, .cert_issuer = empty, .queue_id = queue_id};
	struct kept_macros kept = {0};

	macros_keep(&macros, &kept);
	memset(subject, 'x', sizeof subject - 1);
	v[0] = queue_id[0] = 'x';
	cr_expect_str_eq(kept.macros.v, "Postfix");
	cr_expect_str_eq(kept.macros.cert_subject, "mail.contoso.com");
	cr_expect_str_eq(kept.macros.cert_issuer, "");
	cr_expect_str_eq(kept.macros.queue_id, "4ABC");
	cr_expect_null(kept.macros.verify);
	cr_expect_null(kept.macros.tls_version);
	kept_macros_fini(&kept);
	cr_expect_null(kept.macros.v);
	kept_macros_fini(&kept);
	macros_keep(&(struct milter_macros){0}, &kept);
	cr_expect_null(kept.macros.v);
	kept_macros_fini(&kept);
}
