/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Milter macros. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/fields.h"
#include "fuzz/must.h"
#include "milter/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static_assert(MACRO_COUNT < FIELDS_MAX, "a field for each macro, behind one");

/* A field "-" is a macro that the MTA does not send, like those that are not there. */
static void read_macros(const struct fields *fields, struct milter_macros *macros)
{
	const char *texts[MACRO_COUNT] = {0};

	for (size_t i = 0; i < MACRO_COUNT; i++)
		if (fields->texts[i + 1] != NULL && strcmp(fields->texts[i + 1], "-") != 0)
			texts[i] = fields->texts[i + 1];
	memcpy(macros, texts, sizeof texts);
}

/* All that there is, by the length of a banner: what is in it says nothing. */
static struct mta_knowledge read_knowledge(const struct fields *fields)
{
	size_t length = fields->texts[0] != NULL ? strlen(fields->texts[0]) : 0;

	return (struct mta_knowledge){.set = (enum mta)(length % 3), .took_list = length / 3 % 2 == 1};
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Undoing escapes never makes a name longer, and what has no escape stays as it is. */
static void check_name(const char *name, const char *macro)
{
	if (name == NULL)
		return;
	MUST(macro != NULL && strlen(name) <= strlen(macro));
	MUST(strchr(macro, '+') != NULL || strcmp(name, macro) == 0);
}

/* The common name stands in the distinguished one alone, and is wanted for what it may select. */
static bool is_taken_from_dn(const struct milter_macros *macros, enum mta mta)
{
	return mta == MTA_UNKNOWN &&
	       (macros->cn_subject == NULL || strncmp(macros->cn_subject, "BadCertificate", 14) == 0);
}

/* Of an MTA that nobody knows names may be in either macro. */
static void check_names(const struct milter_macros *macros, enum mta mta,
			const struct certificate_facts *certificate)
{
	bool short_names = mta == MTA_POSTFIX || (mta == MTA_UNKNOWN && macros->cert_subject != NULL &&
						  certificate->subject_cn == macros->cert_subject);

	if (short_names) {
		MUST(certificate->subject_dn == NULL && certificate->issuer_dn == NULL);
		check_name(certificate->subject_cn, macros->cert_subject);
		check_name(certificate->issuer_cn, macros->cert_issuer);
		return;
	}
	if (!is_taken_from_dn(macros, mta))
		check_name(certificate->subject_cn, macros->cn_subject);
	check_name(certificate->issuer_cn, macros->cn_issuer);
	check_name(certificate->subject_dn, macros->cert_subject);
	check_name(certificate->issuer_dn, macros->cert_issuer);
}

static void check_certificate(const struct milter_macros *macros, enum mta mta, const struct facts *facts)
{
	const struct certificate_facts *certificate = &facts->certificate;

	MUST(certificate->state != CERTIFICATE_VERIFIED ||
	     (mta != MTA_UNKNOWN && macros->tls_version != NULL &&
	      (mta == MTA_SENDMAIL ? strcmp(macros->verify, "OK") == 0 : macros->cert_issuer != NULL)));
	MUST(mta != MTA_UNKNOWN || macros->tls_version == NULL || certificate->state == CERTIFICATE_UNTOLD);
	MUST(certificate->altnames == NULL ||
	     (mta == MTA_SENDMAIL && certificate->state == CERTIFICATE_VERIFIED &&
	      certificate->altnames[0] != '\0' &&
	      strncmp(macros->altnames, certificate->altnames, strlen(certificate->altnames)) == 0 &&
	      macros->altnames[strlen(certificate->altnames)] == ','));
	if (certificate->state == CERTIFICATE_NONE)
		MUST(certificate->subject_cn == NULL && certificate->subject_dn == NULL);
	else
		check_names(macros, mta, certificate);
}

static void check_facts(const struct milter_macros *macros, enum mta mta, const struct facts *facts)
{
	MUST(facts->tls.present == (macros->tls_version != NULL));
	MUST(facts->tls.present || facts->tls.version == TLS_VERSION_UNKNOWN);
	MUST(facts->tls.bits >= -1);
	MUST(macros->cipher_bits != NULL || facts->tls.bits == -1);
	MUST(facts->authenticated == facts_login(macros->auth_type, macros->auth_authen));
	MUST(facts->client_name == NULL || facts->client_name == macros->client_name);
	check_certificate(macros, mta, facts);
}

/* A copy says the same once the macros themselves are gone. */
static void check_kept(const struct facts *facts, enum mta mta, const struct kept_macros *kept)
{
	struct facts again = {0};
	struct macro_storage storage = {0};
	const struct certificate_facts *was = &facts->certificate, *is = &again.certificate;

	macros_to_facts(&kept->macros, mta, &again, &storage);
	check_facts(&kept->macros, mta, &again);
	MUST(facts->authenticated == again.authenticated);
	MUST(facts->tls.version == again.tls.version && facts->tls.bits == again.tls.bits);
	MUST(same_text(facts->tls.cipher, again.tls.cipher));
	MUST(was->state == is->state && same_text(was->subject_cn, is->subject_cn) &&
	     same_text(was->issuer_cn, is->issuer_cn) && same_text(was->subject_dn, is->subject_dn) &&
	     same_text(was->issuer_dn, is->issuer_dn) && same_text(was->altnames, is->altnames));
	macro_storage_fini(&storage);
}

/* Fields: what is known of the MTA, and the macros in the order of MILTER_MACROS. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct milter_macros macros = {0};
	struct macro_storage storage = {0};
	struct facts facts = {0};
	struct kept_macros kept;
	struct mta_knowledge known;
	struct fields fields;
	enum mta mta;
	const char *name;

	fields_init(&fields, data, size);
	read_macros(&fields, &macros);
	known = read_knowledge(&fields);
	mta = macros_mta(&macros, &known);
	macros_to_facts(&macros, mta, &facts, &storage);
	check_facts(&macros, mta, &facts);
	name = macros_verified_client_name(&macros);
	MUST(name == NULL || (name == facts.client_name && strcmp(macros.client_resolve, "OK") == 0));
	macros_keep(&macros, &kept);
	check_kept(&facts, mta, &kept);
	kept_macros_fini(&kept);
	macro_storage_fini(&storage);
	fields_fini(&fields);
	return 0;
}
