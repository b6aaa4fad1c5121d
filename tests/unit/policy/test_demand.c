/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "unit/policy/build.h"
#include "policy/demand.h"
#include "util/memory.h"

static struct policy *policy;
static struct session session;
static struct require require;

static void open_case(void)
{
	policy = policy_new();
	cr_assert_not_null(policy);
	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	require = (struct require){.min_version = TLS_VERSION_1_2};
}

static void close_case(void)
{
	for (size_t i = 0; i < require.certificate_count; i++)
		certificate_entry_fini(&require.certificates[i]);
	free(require.certificates);
	cipher_set_free(&require.ciphers);
	cipher_set_free(&require.ciphersuites);
	cidr_set_fini(&require.allowed_clients);
	pattern_index_free(&require.allowed_senders);
	build_session_fini(&session);
	policy_free(&policy);
}

TestSuite(demand, .init = open_case, .fini = close_case);

static void expect(enum reason want)
{
	const struct envelope envelope = facts_envelope(&session.facts, 0, 0);
	const struct demand *unmet;
	enum reason got =
		demands_judge(&require, &(struct transaction){policy, &session.facts, &envelope}, &unmet);

	cr_expect_eq(got, want, "got %s, want %s", reason_name(got), reason_name(want));
	cr_expect_eq(unmet == NULL, want == REASON_NONE);
}

static void set_tls(enum tls_version version, const char *cipher, int bits)
{
	session.facts.tls = (struct tls_facts){.present = true,
					       .version = version,
					       .version_text = tls_version_name(version),
					       .cipher = cipher,
					       .bits = bits};
}

Test(demand, tls_and_version)
{
	expect(REASON_NONE);
	session.facts.tls.present = false;
	expect(REASON_PLAINTEXT);
	require.nothing = true;
	expect(REASON_NONE);
	require.nothing = false;
	set_tls(TLS_VERSION_1_1, "ECDHE-RSA-AES256-SHA", 256);
	expect(REASON_VERSION);
	set_tls(TLS_VERSION_UNKNOWN, "ECDHE-RSA-AES256-SHA", 256);
	expect(REASON_VERSION);
	require.min_version = TLS_VERSION_1_0;
	expect(REASON_VERSION);
	set_tls(TLS_VERSION_1_3, "TLS_AES_256_GCM_SHA384", 256);
	require.min_version = TLS_VERSION_1_3;
	expect(REASON_NONE);
}

Test(demand, a_cipher_without_encryption_is_plaintext)
{
	session.facts.tls.cipher = "ECDHE-RSA-NULL-SHA";
	expect(REASON_PLAINTEXT);
	session.facts.tls.cipher = "ECDHE-MADE-UP";
	session.facts.tls.bits = 0;
	expect(REASON_PLAINTEXT);
}

Test(demand, bits)
{
	require.min_cipher_bits = 256;
	expect(REASON_NONE);
	session.facts.tls.bits = 255;
	expect(REASON_BITS);
	session.facts.tls.bits = -1;
	expect(REASON_BITS);
}

Test(demand, forward_secrecy)
{
	require.forward_secrecy = true;
	expect(REASON_NONE);
	session.facts.tls.cipher = "AES256-GCM-SHA384";
	expect(REASON_FORWARD_SECRECY);
	session.facts.tls.cipher = "ECDHE-MADE-UP";
	expect(REASON_FORWARD_SECRECY);
	session.facts.tls.cipher = NULL;
	expect(REASON_FORWARD_SECRECY);
	set_tls(TLS_VERSION_1_3, NULL, 256);
	expect(REASON_FORWARD_SECRECY);
}

Test(demand, cipher_lists)
{
	require.ciphers = cipher_set_from_list(policy->ciphers, "AES256-GCM-SHA384");
	require.ciphersuites = cipher_set_from_suites(policy->ciphers, "TLS_AES_256_GCM_SHA384");
	expect(REASON_CIPHER);
	session.facts.tls.cipher = "AES256-GCM-SHA384";
	expect(REASON_NONE);
	session.facts.tls.cipher = NULL;
	expect(REASON_CIPHER);
	set_tls(TLS_VERSION_1_3, "TLS_AES_256_GCM_SHA384", 256);
	expect(REASON_NONE);
	set_tls(TLS_VERSION_1_3, "TLS_AES_128_GCM_SHA256", 128);
	expect(REASON_CIPHER);
	set_tls(TLS_VERSION_1_3, NULL, 128);
	expect(REASON_CIPHER);
}

/* Adds an entry; NULL and 0 for what it lacks. */
static void add_entry(const char *subject, const char *issuer, date_t from, date_t to)
{
	struct certificate_entry *entry;
	const char *error;

	require.certificates = xreallocarray(require.certificates, require.certificate_count + 1,
					     sizeof *require.certificates);
	entry = &require.certificates[require.certificate_count++];
	*entry = (struct certificate_entry){.has_subject = subject != NULL,
					    .has_issuer = issuer != NULL,
					    .valid_from = from,
					    .valid_to = to};
	cr_assert(subject == NULL || certificate_subject_parse(subject, &entry->subject, &error));
	cr_assert(issuer == NULL || certificate_issuer_parse(issuer, &entry->issuer, &error));
}

Test(demand, any_certificate)
{
	require.any_certificate = true;
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_NONE);
}

Test(demand, one_entry_suffices_and_the_furthest_gives_the_reason)
{
	add_entry("mail.contoso.com", NULL, 0, 0);
	session.facts.certificate =
		(struct certificate_facts){.subject_cn = "mail.contoso.com", .issuer_cn = "CA 1"};
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_NONE);
	session.facts.certificate.subject_cn = "mail.fabrikam.com";
	expect(REASON_SUBJECT);
	session.facts.certificate.subject_cn = NULL;
	expect(REASON_SUBJECT);
	session.facts.certificate.subject_cn = "new.contoso.com";
	add_entry("new.contoso.com", "CA 2", 0, 0);
	expect(REASON_ISSUER);
	session.facts.certificate.issuer_cn = NULL;
	expect(REASON_ISSUER);
	session.facts.certificate.issuer_cn = "CA 1";
	add_entry(NULL, "CA 1", 0, 20261122);
	expect(REASON_EXPIRED_ENTRY);
	add_entry("*.contoso.com", NULL, 0, 0);
	expect(REASON_NONE);
}

Test(demand, alternative_name_of_a_verified_certificate)
{
	add_entry("mail.contoso.com", "CA 1", 0, 0);
	session.facts.certificate = (struct certificate_facts){.state = CERTIFICATE_UNVERIFIED,
							       .subject_cn = "other.example",
							       .issuer_cn = "CA 1",
							       .altnames = "a.example,mail.contoso.com"};
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_NONE);
	session.facts.certificate.altnames = "a.example";
	expect(REASON_SUBJECT);
}

Test(demand, days_are_inclusive)
{
	session.facts.certificate =
		(struct certificate_facts){.state = CERTIFICATE_VERIFIED, .subject_cn = "mail.contoso.com"};
	add_entry("mail.contoso.com", NULL, 20261123, 20261123);
	expect(REASON_NONE);
	session.facts.date = 20261122;
	expect(REASON_EXPIRED_ENTRY);
	session.facts.date = 20261124;
	expect(REASON_EXPIRED_ENTRY);
	session.facts.date = 0;
	expect(REASON_EXPIRED_ENTRY);
	require.certificates[0].valid_from = 0;
	expect(REASON_EXPIRED_ENTRY);
}

#define PINNED                                                                                               \
	"E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"
#define OTHER                                                                                                \
	"00:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"

static void pin_entry(const char *fingerprint)
{
	struct certificate_entry *entry = &require.certificates[require.certificate_count - 1];

	entry->has_fingerprint = true;
	cr_assert_eq(fingerprint_parse(fingerprint, &entry->fingerprint), FINGERPRINT_OK);
}

/* What the client shows: fingerprints of certificate and key, NULL for none. */
static void show(const char *certificate, const char *key)
{
	const char *const texts[] = {certificate, key};
	struct fingerprints *shown = &session.facts.certificate.fingerprints;

	*shown = (struct fingerprints){.seen = FINGERPRINTS_SHOWN};
	for (size_t i = 0; i < 2; i++)
		if (texts[i] != NULL)
			cr_assert_eq(fingerprint_parse(texts[i], &shown->list[shown->count++]),
				     FINGERPRINT_OK);
}

Test(demand, a_fingerprint_alone_needs_nobodys_word)
{
	add_entry(NULL, NULL, 0, 0);
	pin_entry(PINNED);
	session.facts.certificate.fingerprints.seen = FINGERPRINTS_NONE;
	expect(REASON_NO_CERTIFICATE);
	show(OTHER, OTHER);
	expect(REASON_FINGERPRINT);
	show(NULL, NULL);
	session.facts.certificate.fingerprints.seen = FINGERPRINTS_FOREIGN;
	expect(REASON_INTERNAL);
	show(PINNED, OTHER);
	expect(REASON_NONE);
	show(OTHER, PINNED);
	expect(REASON_NONE);
	require.certificates[0].valid_to = 20261122;
	expect(REASON_EXPIRED_ENTRY);
}

Test(demand, a_name_beside_a_fingerprint_has_to_be_verified)
{
	add_entry("mail.contoso.com", NULL, 0, 0);
	pin_entry(PINNED);
	show(PINNED, NULL);
	session.facts.certificate.subject_cn = "mail.contoso.com";
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_NONE);
	session.facts.certificate.subject_cn = "mail.fabrikam.com";
	expect(REASON_SUBJECT);
	show(OTHER, NULL);
	expect(REASON_FINGERPRINT);
}

Test(demand, a_fingerprint_that_nobody_has_seen_cannot_be_told)
{
	add_entry(NULL, NULL, 0, 0);
	pin_entry(PINNED);
	expect(REASON_INTERNAL);
	session.facts.tls.present = false; /* what can be told comes first */
	expect(REASON_PLAINTEXT);
	session.facts.tls.present = true;
	/* Nothing but the fingerprint is missing, or it is not worth asking for. */
	require.certificates[0].valid_to = 20261122;
	expect(REASON_EXPIRED_ENTRY);
	require.certificates[0].valid_to = 0;
	add_entry("mail.contoso.com", NULL, 0, 0);
	pin_entry(OTHER);
	expect(REASON_INTERNAL);
	/* An entry that is met needs no fingerprint of another. */
	add_entry("new.contoso.com", NULL, 0, 0);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	session.facts.certificate.subject_cn = "new.contoso.com";
	expect(REASON_NONE);
}

Test(demand, a_fingerprint_beside_a_name_that_is_not_shown_is_not_asked_for)
{
	add_entry("mail.contoso.com", NULL, 0, 0);
	pin_entry(PINNED);
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	session.facts.certificate.subject_cn = "mail.fabrikam.com";
	expect(REASON_SUBJECT);
	session.facts.certificate.subject_cn = "mail.contoso.com";
	expect(REASON_INTERNAL);
}

Test(demand, clients)
{
	require.has_allowed_clients = true;
	build_cidrs(&require.allowed_clients, "192.0.2.0/24 2001:db8::/32");
	expect(REASON_NONE);
	cr_assert(ip_parse("198.51.100.1", &session.facts.client));
	expect(REASON_CLIENT);
	cr_assert(ip_parse("2001:db8::7", &session.facts.client));
	expect(REASON_NONE);
}

Test(demand, senders)
{
	require.allowed_senders = build_patterns("*.contoso.com ceo@fabrikam.com");
	expect(REASON_NONE);
	build_session_fini(&session);
	build_session(&session, "<cto@fabrikam.com>", "<b@finance.example>");
	expect(REASON_SENDER);
	build_session_fini(&session);
	build_session(&session, "<ceo@fabrikam.com>", "<b@finance.example>");
	expect(REASON_NONE);
	build_session_fini(&session);
	build_session(&session, "<postmaster>", "<b@finance.example>");
	expect(REASON_SENDER);
	readings_fini(&session.sender);
	readings_of_sender(&session.sender, &(struct written_address){.argument = "<>"}, "mail.fabrikam.com",
			   NULL);
	expect(REASON_NONE);
	readings_fini(&session.sender);
	readings_of_sender(&session.sender, &(struct written_address){.argument = "<>"}, NULL, NULL);
	expect(REASON_NONE);
}

Test(demand, order_of_reasons)
{
	require.min_cipher_bits = 512;
	require.forward_secrecy = true;
	require.any_certificate = true;
	require.has_allowed_clients = true;
	require.ciphers = cipher_set_from_list(policy->ciphers, "AES128-SHA");
	set_tls(TLS_VERSION_1_1, "AES256-SHA", 256);
	expect(REASON_VERSION);
	set_tls(TLS_VERSION_1_2, "AES256-SHA", 256);
	expect(REASON_CIPHER);
	session.facts.tls.cipher = "AES128-SHA";
	expect(REASON_BITS);
	session.facts.tls.bits = 512;
	expect(REASON_FORWARD_SECRECY);
	require.forward_secrecy = false;
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_CLIENT);
}
