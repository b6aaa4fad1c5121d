/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

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
	require.min_cipher_bits = 1;
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

Test(demand, an_issuer_beside_a_fingerprint_has_to_be_verified)
{
	add_entry(NULL, "Test Root CA", 0, 0);
	pin_entry(PINNED);
	show(PINNED, NULL);
	session.facts.certificate.issuer_cn = "Test Root CA";
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_NONE);
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

static void expect_said(const char *what, struct strbuf *said, const char *want)
{
	char *got = strbuf_take(said);

	cr_expect_str_eq(got, want, "%s: got %s, want %s", what, got, want);
	free(got);
}

/* What the demand of this key says of require and of the session; refused: NULL where nothing is added. */
static void expect_words(const char *key, const char *wanted, const char *seen, const char *refused)
{
	const struct envelope envelope = facts_envelope(&session.facts, 0, 0);
	const struct transaction transaction = {policy, &session.facts, &envelope};
	const struct connector connector = {.require = require};
	const struct candidate candidate = {.connector = &connector};
	const struct refusal refusal = {policy, &session.facts, &candidate, REASON_CIPHER};
	size_t at = 0;
	struct strbuf said = {0};

	while (at < demand_count && strcmp(demands[at].key, key) != 0)
		at++;
	cr_assert_lt(at, demand_count, "%s", key);
	demands[at].print_wanted(&require, &said);
	expect_said(key, &said, wanted);
	demands[at].print_seen(&transaction, &said);
	expect_said(key, &said, seen);
	cr_assert_eq(demands[at].print_refused == NULL, refused == NULL, "%s", key);
	if (refused == NULL)
		return;
	demands[at].print_refused(&refusal, &said);
	expect_said(key, &said, refused);
}

Test(demand, says_what_it_wants_and_what_was_seen_of_tls)
{
	require.min_cipher_bits = 256;
	require.forward_secrecy = true;
	expect_words("min_version", "TLSv1.2 or better", "TLSv1.2",
		     "TLSv1.2 or better required, got TLSv1.2");
	expect_words("ciphers", "one of ciphers, below TLSv1.3", "ECDHE-RSA-AES256-GCM-SHA384",
		     "ECDHE-RSA-AES256-GCM-SHA384");
	expect_words("ciphersuites", "one of ciphersuites, with TLSv1.3", "ECDHE-RSA-AES256-GCM-SHA384",
		     "ECDHE-RSA-AES256-GCM-SHA384");
	expect_words("min_cipher_bits", "256 bits or more", "256", "256 bits or more required, got 256");
	expect_words("forward_secrecy", "a cipher with forward secrecy", "ECDHE-RSA-AES256-GCM-SHA384",
		     "ECDHE-RSA-AES256-GCM-SHA384");
	session.facts.tls.bits = 0;
	expect_words("min_cipher_bits", "256 bits or more", "0", "256 bits or more required, got 0");
	/* What OpenSSL counts first is a cipher that we know as well. */
	session.facts.tls.cipher = "TLS_AES_256_GCM_SHA384";
	expect_words("ciphersuites", "one of ciphersuites, with TLSv1.3", "TLS_AES_256_GCM_SHA384",
		     "TLS_AES_256_GCM_SHA384");
	session.facts.tls.cipher = "ADH-AES128-GCM-SHA256"; /* the first of the catalogue */
	expect_words("ciphers", "one of ciphers, below TLSv1.3", "ADH-AES128-GCM-SHA256",
		     "ADH-AES128-GCM-SHA256");
	session.facts.tls = (struct tls_facts){.bits = -1, .cipher = "the peer's own words"};
	expect_words("min_version", "TLSv1.2 or better", "-",
		     "TLSv1.2 or better required, got an unknown version");
	expect_words("ciphers", "one of ciphers, below TLSv1.3", "the peer's own words", "an unknown cipher");
	expect_words("min_cipher_bits", "256 bits or more", "-",
		     "256 bits or more required, got an unknown number");
	session.facts.tls.cipher = NULL;
	expect_words("ciphers", "one of ciphers, below TLSv1.3", "-", "an unknown cipher");
}

Test(demand, says_what_it_wants_and_what_was_seen_of_encryption)
{
	const struct envelope envelope = facts_envelope(&session.facts, 0, 0);
	const struct transaction transaction = {policy, &session.facts, &envelope};
	struct strbuf said = {0};

	cr_assert_str_eq(demands[0].key, "tls");
	demands[0].print_wanted(&require, &said);
	expect_said("wanted", &said, "TLS");
	demands[0].print_seen(&transaction, &said);
	expect_said("seen", &said, "TLS");
	session.facts.tls.present = false;
	demands[0].print_seen(&transaction, &said);
	expect_said("seen", &said, "plaintext");
}

Test(demand, names_eight_of_its_clients_and_senders)
{
	require.has_allowed_clients = true;
	build_cidrs(&require.allowed_clients,
		    "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 "
		    "10.0.0.8");
	require.allowed_senders =
		build_patterns("a.example b.example c.example d.example e.example f.example "
			       "g.example h.example");
	expect_words("allowed_clients",
		     "10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, 10.0.0.6, 10.0.0.7, 10.0.0.8",
		     "192.0.2.25", NULL);
	expect_words("allowed_senders",
		     "a.example, b.example, c.example, d.example, e.example, f.example, g.example, h.example",
		     "a@contoso.com", NULL);
	cidr_set_fini(&require.allowed_clients);
	build_cidrs(&require.allowed_clients,
		    "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 "
		    "10.0.0.8 10.0.0.9 10.0.1.0/24");
	pattern_index_free(&require.allowed_senders);
	require.allowed_senders =
		build_patterns("a.example b.example c.example d.example e.example f.example "
			       "g.example h.example i.example j.example");
	expect_words(
		"allowed_clients",
		"10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, 10.0.0.6, 10.0.0.7, 10.0.0.8, and 2 more",
		"192.0.2.25", NULL);
	expect_words("allowed_senders",
		     "a.example, b.example, c.example, d.example, e.example, f.example, g.example, "
		     "h.example, and 2 more",
		     "a@contoso.com", NULL);
	build_session_fini(&session);
	build_session(&session, "<>", "<b@finance.example>");
	expect_words("allowed_senders",
		     "a.example, b.example, c.example, d.example, e.example, f.example, g.example, "
		     "h.example, and 2 more",
		     "<>", NULL);
	build_session_fini(&session);
	build_session(&session, "<postmaster>", "<b@finance.example>");
	expect_words("allowed_senders",
		     "a.example, b.example, c.example, d.example, e.example, f.example, g.example, "
		     "h.example, and 2 more",
		     "no domain", NULL);
}

Test(demand, says_what_it_wants_and_what_was_seen_of_a_certificate)
{
	require.any_certificate = true;
	expect_words("certificate", "verified", "none verified", "certificate is not the one expected");
	require.any_certificate = false;
	add_entry("mail.contoso.com", "CA 1", 20260101, 20261231);
	add_entry(NULL, NULL, 0, 0);
	pin_entry(PINNED);
	add_entry("mail.fabrikam.com", NULL, 0, 0);
	pin_entry(OTHER);
	session.facts.certificate = (struct certificate_facts){.state = CERTIFICATE_VERIFIED,
							       .subject_cn = "mail.contoso.com",
							       .issuer_cn = "CA 1",
							       .altnames = "a.example,b.example"};
	show(PINNED, OTHER);
	expect_words(
		"certificate",
		"verified subject mail.contoso.com issuer CA 1 from 2026-01-01 to 2026-12-31, or "
		"fingerprint " PINNED ", or verified, fingerprint " OTHER " subject mail.fabrikam.com",
		"verified, subject mail.contoso.com, alternative names a.example,b.example, issuer CA 1, "
		"fingerprint " PINNED ", fingerprint " OTHER,
		"certificate is not the one expected");
	session.facts.certificate.subject_dn = "/CN=mail.contoso.com";
	session.facts.certificate.issuer_dn = "/CN=CA 1";
	session.facts.certificate.altnames = NULL;
	session.facts.certificate.fingerprints = (struct fingerprints){0};
	require.certificate_count = 1;
	expect_words("certificate",
		     "verified subject mail.contoso.com issuer CA 1 from 2026-01-01 to 2026-12-31",
		     "verified, subject /CN=mail.contoso.com, issuer /CN=CA 1",
		     "certificate is not the one expected");
	require.certificate_count = 3;
}

Test(demand, a_verified_certificate_required_is_no_other_than_expected)
{
	const struct refusal refusal = {.reason = REASON_NO_CERTIFICATE};
	struct strbuf said = {0};

	for (size_t i = 0; i < demand_count; i++)
		if (strcmp(demands[i].key, "certificate") == 0)
			demands[i].print_refused(&refusal, &said);
	expect_said("certificate", &said, "verified certificate required");
}

Test(demand, says_all_of_a_few_clients)
{
	require.has_allowed_clients = true;
	build_cidrs(&require.allowed_clients, "10.0.0.1 10.0.1.0/24");
	expect_words("allowed_clients", "10.0.0.1, 10.0.1.0/24", "192.0.2.25", NULL);
}

/* An entry of nothing but days is of any certificate that the MTA verified. */
Test(demand, days_alone_need_a_verified_certificate)
{
	add_entry(NULL, NULL, 20261123, 0);
	session.facts.certificate.subject_cn = "mail.contoso.com";
	expect(REASON_NO_CERTIFICATE);
	session.facts.certificate.state = CERTIFICATE_VERIFIED;
	expect(REASON_NONE);
	session.facts.date = 20261122;
	expect(REASON_EXPIRED_ENTRY);
}
