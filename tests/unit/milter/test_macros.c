/* SPDX-License-Identifier: MIT */
#include "milter/macros.h"

#include <criterion/criterion.h>
#include <stdio.h>
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
	 {.state = CERTIFICATE_VERIFIED, .subject_cn = "mail.partner.example", .issuer_cn = "Test Root CA"}},
	{"two CNs",
	 {.cert_subject = "first.example", .cert_issuer = "Test Root CA"},
	 {.state = CERTIFICATE_VERIFIED, .subject_cn = "first.example", .issuer_cn = "Test Root CA"}},
	{"signed, SAN alone or empty subject",
	 {.cert_subject = "", .cert_issuer = "Test Root CA"},
	 {.state = CERTIFICATE_VERIFIED, .subject_cn = "", .issuer_cn = "Test Root CA"}},
	{"issuer without CN and O",
	 {.cert_subject = "mail.partner.example", .cert_issuer = ""},
	 {.state = CERTIFICATE_VERIFIED, .subject_cn = "mail.partner.example", .issuer_cn = ""}},
	{"via intermediate",
	 {.cert_subject = "mail.partner.example", .cert_issuer = "Test Intermediate"},
	 {.state = CERTIFICATE_VERIFIED,
	  .subject_cn = "mail.partner.example",
	  .issuer_cn = "Test Intermediate"}},
	{"CN in UTF-8",
	 {.cert_subject = "m\xc3\xbcller.partner.example", .cert_issuer = "Test Root CA"},
	 {.state = CERTIFICATE_VERIFIED,
	  .subject_cn = "m\xc3\xbcller.partner.example",
	  .issuer_cn = "Test Root CA"}},
	{"odd bytes are raw",
	 {.cert_subject = "we ird)host+x=1(;%n.example", .cert_issuer = "CA +2B BadCertificateUnknown"},
	 {.state = CERTIFICATE_VERIFIED,
	  .subject_cn = "we ird)host+x=1(;%n.example",
	  .issuer_cn = "CA +2B BadCertificateUnknown"}},
	{"a subject alone is no proof",
	 {.cert_subject = "mail.partner.example"},
	 {.subject_cn = "mail.partner.example"}},
};

static const struct certificate_case sendmail_cases[] = {
	{"no certificate",
	 {.verify = "NO", .cn_subject = "", .cn_issuer = "", .cert_subject = "", .cert_issuer = ""},
	 {.state = CERTIFICATE_NONE}},
	{"not asked for one",
	 {.verify = "NOT", .cn_subject = "", .cn_issuer = "", .cert_subject = "", .cert_issuer = ""},
	 {.state = CERTIFICATE_NONE}},
	{"signed, with CN",
	 {.verify = "OK",
	  .cn_subject = "mail.partner.example",
	  .cn_issuer = "Test+20Root+20CA",
	  .cert_subject =
		  "/C=DE/ST=K+5CxC3+5CxB6ln/O=Partner,+20Inc.+20+28EU+29/OU=R+5C+2BD/CN=mail.partner.example",
	  .cert_issuer = "/O=Test+20PKI/CN=Test+20Root+20CA"},
	 {.state = CERTIFICATE_VERIFIED,
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
	 {.state = CERTIFICATE_VERIFIED,
	  .issuer_cn = "Test Root CA",
	  .subject_dn = "/O=SAN Only",
	  .issuer_dn = "/CN=Test Root CA"}},
	{"signed, empty subject",
	 {.verify = "OK", .cn_subject = "BadCertificateUnknown", .cert_subject = ""},
	 {.state = CERTIFICATE_VERIFIED, .subject_dn = ""}},
	{"expired, for servers alone, self-signed, of another CA",
	 {.verify = "FAIL", .cn_subject = "mail.partner.example", .cert_issuer = "/CN=Other"},
	 {.state = CERTIFICATE_UNVERIFIED, .subject_cn = "mail.partner.example", .issuer_dn = "/CN=Other"}},
	{"of another CA, empty subject",
	 {.verify = "FAIL",
	  .cn_subject = "BadCertificateUnknown",
	  .cert_subject = "",
	  .cert_issuer = "/CN=Other"},
	 {.state = CERTIFICATE_UNVERIFIED, .subject_dn = "", .issuer_dn = "/CN=Other"}},
	{"two CNs",
	 {.verify = "OK",
	  .cn_subject = "first.example",
	  .cert_subject = "/CN=first.example/CN=second.example"},
	 {.state = CERTIFICATE_VERIFIED,
	  .subject_cn = "first.example",
	  .subject_dn = "/CN=first.example/CN=second.example"}},
	{"issuer without CN",
	 {.verify = "OK", .cn_subject = "mail.partner.example", .cn_issuer = "BadCertificateUnknown"},
	 {.state = CERTIFICATE_VERIFIED, .subject_cn = "mail.partner.example"}},
	{"CN in UTF-8",
	 {.verify = "OK",
	  .cn_subject = "m+C3+BCller.partner.example",
	  .cert_subject = "/CN=m+5CxC3+5CxBCller.x"},
	 {.state = CERTIFICATE_VERIFIED,
	  .subject_cn = "m\xc3\xbcller.partner.example",
	  .subject_dn = "/CN=m\\xC3\\xBCller.x"}},
	{"odd bytes are escaped",
	 {.verify = "OK",
	  .cn_subject = "we+20ird+29host+2Bx=1+28;%n.example",
	  .cert_subject = "/O=a+5C/b+20+3Cc+3E+20+22d+22+5C/CN=we+20ird+29host+5C+2Bx=1+28;%n.example"},
	 {.state = CERTIFICATE_VERIFIED,
	  .subject_cn = "we ird)host+x=1(;%n.example",
	  .subject_dn = "/O=a\\/b <c> \"d\"\\/CN=we ird)host\\+x=1(;%n.example"}},
	{"in any case but this one",
	 {.verify = "ok", .cn_subject = "a.example"},
	 {.state = CERTIFICATE_UNVERIFIED, .subject_cn = "a.example"}},
	{"alternative names",
	 {.verify = "OK", .altnames = "a.example,*.b.example,"},
	 {.state = CERTIFICATE_VERIFIED, .altnames = "a.example,*.b.example"}},
	{"an alternative name that was cut off",
	 {.verify = "OK", .altnames = "a.example,b.exam"},
	 {.state = CERTIFICATE_VERIFIED, .altnames = "a.example"}},
	{"nothing but one", {.verify = "OK", .altnames = "a.example"}, {.state = CERTIFICATE_VERIFIED}},
	{"no alternative name", {.verify = "OK", .altnames = ""}, {.state = CERTIFICATE_VERIFIED}},
	{"an alternative name of nobody", {.verify = "OK", .altnames = ","}, {.state = CERTIFICATE_VERIFIED}},
	{"alternative names of one that is not verified",
	 {.verify = "FAIL", .altnames = "a.example,"},
	 {.state = CERTIFICATE_UNVERIFIED}},
	{"alternative names of none",
	 {.verify = "NO", .altnames = "a.example,"},
	 {.state = CERTIFICATE_NONE}},
};

/* Names are for "presenting", wherever they are: nobody says whether one is verified. */
static const struct certificate_case unknown_cases[] = {
	{"none", {0}, {0}},
	{"empty names", {.cert_subject = "", .cert_issuer = ""}, {.subject_cn = "", .issuer_cn = ""}},
	{"alternative names", {.altnames = "a.example,"}, {0}},
	{"as Postfix has them",
	 {.cert_subject = "m+C3.partner.example", .cert_issuer = "Test Root CA"},
	 {.subject_cn = "m+C3.partner.example", .issuer_cn = "Test Root CA"}},
	{"as Sendmail has them",
	 {.verify = "OK",
	  .cn_subject = "m+C3+BCller.example",
	  .cn_issuer = "Test+20CA",
	  .cert_subject = "/O=x/CN=a.example",
	  .cert_issuer = "/CN=Test+20CA"},
	 {.subject_cn = "m\xc3\xbcller.example",
	  .issuer_cn = "Test CA",
	  .subject_dn = "/O=x/CN=a.example",
	  .issuer_dn = "/CN=Test CA"}},
	{"as Sendmail has them by default",
	 {.cert_subject = "/O=a+20b/CN=a.example", .cert_issuer = "/CN=b"},
	 {.subject_cn = "a.example", .subject_dn = "/O=a b/CN=a.example", .issuer_dn = "/CN=b"}},
	{"a distinguished name without CN",
	 {.cert_subject = "/O=x", .cert_issuer = "/CN=b"},
	 {.subject_dn = "/O=x", .issuer_dn = "/CN=b"}},
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

static void check_certificates(enum mta mta, const struct certificate_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct certificate_facts *want = &cases[i].want;
		struct milter_macros macros = cases[i].macros;
		struct macro_storage storage = {0};
		struct facts facts = {0};

		macros.tls_version = "TLSv1.3";
		macros_to_facts(&macros, mta, &facts, &storage);
		cr_expect(facts.certificate.state == want->state, "%s: %s", cases[i].name,
			  certificate_state_name(facts.certificate.state));
		check_name(cases[i].name, "subject_cn", facts.certificate.subject_cn, want->subject_cn);
		check_name(cases[i].name, "issuer_cn", facts.certificate.issuer_cn, want->issuer_cn);
		check_name(cases[i].name, "subject_dn", facts.certificate.subject_dn, want->subject_dn);
		check_name(cases[i].name, "issuer_dn", facts.certificate.issuer_dn, want->issuer_dn);
		check_name(cases[i].name, "altnames", facts.certificate.altnames, want->altnames);
		macro_storage_fini(&storage);
	}
}

Test(macros, certificates_of_postfix)
{
	check_certificates(MTA_POSTFIX, postfix_cases, sizeof postfix_cases / sizeof *postfix_cases);
}

Test(macros, certificates_of_sendmail)
{
	check_certificates(MTA_SENDMAIL, sendmail_cases, sizeof sendmail_cases / sizeof *sendmail_cases);
}

#define PRINT                                                                                                \
	"E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"

Test(macros, fingerprints_of_sendmail)
{
	static const struct {
		const char *verify, *cert_fp;
		enum fingerprints_seen want;
	} cases[] = {
		{"OK", PRINT, FINGERPRINTS_SHOWN},
		{"FAIL", PRINT, FINGERPRINTS_SHOWN},
		{"NO", "", FINGERPRINTS_NONE},
		{"NOT", "", FINGERPRINTS_NONE},
		{"OK", NULL, FINGERPRINTS_UNSEEN},
		{"NO", NULL, FINGERPRINTS_UNSEEN},
		{"OK", "D4:1D:8C", FINGERPRINTS_FOREIGN},
		{"FAIL", "x", FINGERPRINTS_FOREIGN},
		/* What contradicts itself tells nothing. */
		{"OK", "", FINGERPRINTS_UNSEEN},
		{"NO", PRINT, FINGERPRINTS_UNSEEN},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct milter_macros macros = {
			.tls_version = "TLSv1.3", .verify = cases[i].verify, .cert_fp = cases[i].cert_fp};

		for (enum mta mta = MTA_UNKNOWN; mta <= MTA_SENDMAIL; mta++) {
			struct macro_storage storage = {0};
			struct facts facts = {0};
			enum fingerprints_seen want =
				mta == MTA_SENDMAIL ? cases[i].want : FINGERPRINTS_UNSEEN;

			macros_to_facts(&macros, mta, &facts, &storage);
			cr_expect_eq(facts.certificate.fingerprints.seen, want, "case %zu, mta %d", i, mta);
			cr_expect_eq(facts.certificate.fingerprints.count, want == FINGERPRINTS_SHOWN);
			macro_storage_fini(&storage);
		}
	}
}

Test(macros, certificates_of_nobody_knows_which)
{
	check_certificates(MTA_UNKNOWN, unknown_cases, sizeof unknown_cases / sizeof *unknown_cases);
}

Test(macros, no_certificate_in_plaintext)
{
	const struct milter_macros left_over = {.verify = "OK", .cert_issuer = "Test Root CA"};

	for (enum mta mta = MTA_UNKNOWN; mta <= MTA_SENDMAIL; mta++) {
		struct macro_storage storage = {0};
		struct facts facts = {0};

		macros_to_facts(&left_over, mta, &facts, &storage);
		cr_expect_eq(facts.certificate.state, CERTIFICATE_NONE);
		cr_expect_null(facts.certificate.issuer_cn);
		macro_storage_fini(&storage);
	}
}

static struct facts facts_of(const struct milter_macros *macros)
{
	struct macro_storage storage = {0};
	struct facts facts = {.helo = "kept", .client_port = 4711};

	macros_to_facts(macros, MTA_POSTFIX, &facts, &storage);
	macro_storage_fini(&storage);
	return facts;
}

/* Whose rules hold: what {verify} says, whether our list was taken, what is set. */
Test(macros, mta)
{
	static const struct {
		const char *verify, *cn_subject;
		struct mta_knowledge known;
		enum mta want;
	} cases[] = {
		{"OK", NULL, {.took_list = true}, MTA_SENDMAIL},
		{"NOT", NULL, {.took_list = true}, MTA_SENDMAIL},
		{"OK", NULL, {.took_list = false}, MTA_SENDMAIL},
		{NULL, NULL, {.took_list = true}, MTA_POSTFIX},
		{NULL, NULL, {.took_list = false}, MTA_UNKNOWN},
		{NULL, NULL, {.set = MTA_POSTFIX, .took_list = true}, MTA_POSTFIX},
		{NULL, NULL, {.set = MTA_POSTFIX, .took_list = false}, MTA_POSTFIX},
		{"OK", NULL, {.set = MTA_SENDMAIL, .took_list = true}, MTA_SENDMAIL},
		/* Who has it set wrong gets nothing verified, rather than everything. */
		{"FAIL", NULL, {.set = MTA_POSTFIX, .took_list = true}, MTA_UNKNOWN},
		{"OK", NULL, {.set = MTA_POSTFIX, .took_list = true}, MTA_UNKNOWN},
		{NULL, NULL, {.set = MTA_SENDMAIL, .took_list = true}, MTA_UNKNOWN},
		{NULL, NULL, {.set = MTA_SENDMAIL, .took_list = false}, MTA_UNKNOWN},
		/* One that sends Sendmail's names without its word. */
		{NULL, "", {.took_list = true}, MTA_UNKNOWN},
		{NULL, "a.example", {.set = MTA_POSTFIX, .took_list = true}, MTA_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct milter_macros macros = {.tls_version = "TLSv1.3",
					       .verify = cases[i].verify,
					       .cn_subject = cases[i].cn_subject};

		cr_expect_eq(macros_mta(&macros, &cases[i].known), cases[i].want, "case %zu", i);
		macros.tls_version = NULL;
		cr_expect_eq(macros_mta(&macros, &cases[i].known), MTA_UNKNOWN, "case %zu", i);
	}
}

/* Measured: pickup(8) and sendmail -bs; smtpd(8), also with XCLIENT; Sendmail's daemon. */
Test(macros, local_programs)
{
	cr_expect(macros_are_of_local_program(&(struct milter_macros){.queue_id = "4ABC"}));
	cr_expect_not(macros_are_of_local_program(&(struct milter_macros){.client_resolve = "OK"}));
	cr_expect_not(macros_are_of_local_program(&(struct milter_macros){0}));
	cr_expect_not(macros_are_of_local_program(
		&(struct milter_macros){.queue_id = "6AQ2C9WI023480", .client_resolve = "FAIL"}));
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
	static const struct {
		const char *type, *authen;
		bool want;
	} cases[] = {
		{"PLAIN", "bob", true},      {"XCLIENT", "bob", true},  {"PLAIN", "", false},
		{"PLAIN", NULL, false},      {NULL, "bob", false},      {"", "bob", false},
		{"ANONYMOUS", "bob", false}, {"anonymous", "x", false}, {NULL, NULL, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(facts_of(&(struct milter_macros){.auth_type = cases[i].type,
							      .auth_authen = cases[i].authen})
				     .authenticated,
			     cases[i].want, "case %zu", i);
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

/* What is asked for is what is read: the client's own text, the next hop and a banner are not. */
Test(macros, requested_for_each_stage)
{
	static const char *const want[MACRO_STAGES] = {
		"{daemon_addr} {daemon_port}",
		"j",
		"j {client_name} {client_resolve} i {mail_addr}",
		"j {client_name} {tls_version} {cipher} {cipher_bits} {verify} {cert_issuer} {cert_subject} "
		"{cn_subject} {cn_issuer} {cert_fp} i {rcpt_addr} {auth_authen} {auth_type} "
		"{forcedtls_altnames}",
		"i",
	};

	for (unsigned stage = 0; stage < MACRO_STAGES; stage++) {
		struct strbuf list = {0};

		macros_request(stage, &list);
		cr_expect_str_eq(strbuf_text(&list), want[stage]);
		strbuf_fini(&list);
	}
}

/* An MTA that sends some macros, and how often it was asked for one. */
struct sender {
	const char *sent; /* each between blanks */
	unsigned count;
};

static const char *sent(void *context, const char *name)
{
	struct sender *sender = context;
	char word[32];

	sender->count++;
	(void)snprintf(word, sizeof word, " %s ", name);
	return strstr(sender->sent, word) != NULL ? name : NULL;
}

struct reading_case {
	enum macro_stage stage;
	const char *sent;
	unsigned want_count; /* how many are looked for */
	const char *want; /* those found */
};

static const struct reading_case reading_cases[] = {
	{MACRO_AT_CONNECT, " j {daemon_addr} {daemon_port} ", 2, "{daemon_addr} {daemon_port} "},
	{MACRO_AT_HELO, " {tls_version} {auth_authen} ", 1, ""},
	{MACRO_AT_MAIL, " j {client_name} {mail_addr} {rcpt_addr} ", 5, "j {client_name} {mail_addr} "},
	{MACRO_AT_DATA, " i j ", 1, "i "},
	/* Plaintext, and what nobody but a faulty configuration sends with it. */
	{MACRO_AT_RCPT, " j {client_name} {rcpt_addr} ", 6, "j {client_name} {rcpt_addr} "},
	{MACRO_AT_RCPT, " {verify} {cert_issuer} {cn_subject} {cert_fp} {auth_type} ", 6, ""},
	/* Postfix: without a certificate that counts, and with one. */
	{MACRO_AT_RCPT, " {tls_version} {cipher} {cipher_bits} ", 11,
	 "{tls_version} {cipher} {cipher_bits} "},
	{MACRO_AT_RCPT, " {tls_version} {cert_issuer} {cert_subject} i {auth_authen} {auth_type} ", 14,
	 "{tls_version} {cert_issuer} {cert_subject} i {auth_authen} {auth_type} "},
	/* Sendmail. */
	{MACRO_AT_RCPT, " {tls_version} {verify} {cn_subject} {cn_issuer} {cert_fp} {forcedtls_altnames} ",
	 15, "{tls_version} {verify} {cn_subject} {cn_issuer} {cert_fp} {forcedtls_altnames} "},
};

Test(macros, read_at_each_stage)
{
	for (size_t i = 0; i < sizeof reading_cases / sizeof *reading_cases; i++) {
		const struct reading_case *reading = &reading_cases[i];
		struct sender sender = {.sent = reading->sent};
		const struct milter_macros macros = macros_read(reading->stage, sent, &sender);
		const char *texts[MACRO_COUNT];
		struct strbuf found = {0};

		memcpy(texts, &macros, sizeof texts);
		for (unsigned macro = 0; macro < MACRO_COUNT; macro++)
			if (texts[macro] != NULL)
				strbuf_printf(&found, "%s ", texts[macro]);
		cr_expect_str_eq(strbuf_text(&found), reading->want, "case %zu", i);
		cr_expect_eq(sender.count, reading->want_count, "case %zu: %u", i, sender.count);
		strbuf_fini(&found);
	}
}

Test(macros, kept_after_the_callback)
{
	char subject[] = "mail.contoso.com", empty[] = "", queue_id[] = "4ABC", j[] = "mx";
	const struct milter_macros macros = {
		.j = j, .cert_subject = subject, .cert_issuer = empty, .queue_id = queue_id};
	struct kept_macros kept = {0};

	macros_keep(&macros, &kept);
	memset(subject, 'x', sizeof subject - 1);
	j[0] = queue_id[0] = 'x';
	cr_expect_str_eq(kept.macros.j, "mx");
	cr_expect_str_eq(kept.macros.cert_subject, "mail.contoso.com");
	cr_expect_str_eq(kept.macros.cert_issuer, "");
	cr_expect_str_eq(kept.macros.queue_id, "4ABC");
	cr_expect_null(kept.macros.verify);
	cr_expect_null(kept.macros.tls_version);
	kept_macros_fini(&kept);
	cr_expect_null(kept.macros.j);
	kept_macros_fini(&kept);
	macros_keep(&(struct milter_macros){0}, &kept);
	cr_expect_null(kept.macros.j);
	kept_macros_fini(&kept);
}
