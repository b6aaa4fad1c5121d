/* SPDX-License-Identifier: MIT */
/*
 * The entry of libFuzzer for milter macros. make check replays
 * tests/fuzz/seeds/macros through it (replay.c). To fuzz, in the top folder:
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc -Itests tests/fuzz/fuzz_macros.c \
 *       tests/fuzz/fields.c src/proto/[a-z]*.c src/core/[a-z]*.c -o fuzz-macros -lssl -lcrypto -lidn2 -lunistring -ljansson
 *   ./fuzz-macros -max_len=1024 CORPUS tests/fuzz/seeds/macros
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/fields.h"
#include "fuzz/must.h"
#include "proto/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A field "-" is a macro that the MTA does not send, like those that are not there. */
static void read_macros(const struct fields *fields, struct milter_macros *macros)
{
	const char **const members[] = {
		&macros->v,           &macros->j,         &macros->tls_version,  &macros->cipher,
		&macros->cipher_bits, &macros->verify,    &macros->cert_subject, &macros->cert_issuer,
		&macros->cn_subject,  &macros->cn_issuer, &macros->client_name,  &macros->client_resolve,
		&macros->auth_authen, &macros->mail_addr, &macros->rcpt_addr,    &macros->queue_id,
	};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (fields->texts[i] != NULL && strcmp(fields->texts[i], "-") != 0)
			*members[i] = fields->texts[i];
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

static void check_certificate(const struct milter_macros *macros, const struct facts *facts)
{
	const struct certificate_facts *certificate = &facts->certificate;

	if (certificate->verified)
		MUST(macros->verify != NULL ? strcmp(macros->verify, "OK") == 0
					    : facts->mta == MTA_POSTFIX && macros->cert_issuer != NULL);
	if (facts->mta == MTA_POSTFIX) {
		MUST(certificate->subject_dn == NULL && certificate->issuer_dn == NULL);
		check_name(certificate->subject_cn, macros->cert_subject);
		check_name(certificate->issuer_cn, macros->cert_issuer);
	} else {
		check_name(certificate->subject_cn, macros->cn_subject);
		check_name(certificate->issuer_cn, macros->cn_issuer);
		check_name(certificate->subject_dn, macros->cert_subject);
		check_name(certificate->issuer_dn, macros->cert_issuer);
	}
}

static void check_facts(const struct milter_macros *macros, const struct facts *facts)
{
	MUST(facts->tls.present == (macros->tls_version != NULL));
	MUST(facts->tls.present || facts->tls.version == TLS_VERSION_UNKNOWN);
	MUST(facts->tls.bits >= -1);
	MUST(macros->cipher_bits != NULL || facts->tls.bits == -1);
	MUST(facts->authenticated == (macros->auth_authen != NULL && *macros->auth_authen != '\0'));
	MUST((macros->v == NULL) == (facts->mta == MTA_UNKNOWN));
	MUST(facts->client_name == NULL || facts->client_name == macros->client_name);
	check_certificate(macros, facts);
}

/* A copy says the same once the macros themselves are gone. */
static void check_kept(const struct facts *facts, const struct kept_macros *kept)
{
	struct facts again = {0};
	struct macro_storage storage = {0};
	const struct certificate_facts *was = &facts->certificate, *is = &again.certificate;

	macros_to_facts(&kept->macros, &again, &storage);
	check_facts(&kept->macros, &again);
	MUST(facts->mta == again.mta && facts->authenticated == again.authenticated);
	MUST(facts->tls.version == again.tls.version && facts->tls.bits == again.tls.bits);
	MUST(same_text(facts->tls.cipher, again.tls.cipher));
	MUST(was->verified == is->verified && same_text(was->subject_cn, is->subject_cn) &&
	     same_text(was->issuer_cn, is->issuer_cn) && same_text(was->subject_dn, is->subject_dn) &&
	     same_text(was->issuer_dn, is->issuer_dn));
	macro_storage_fini(&storage);
}

/* Fields: the macros in the order of struct milter_macros. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct milter_macros macros = {0};
	struct macro_storage storage = {0};
	struct facts facts = {0};
	struct kept_macros kept;
	struct fields fields;
	const char *name;

	fields_init(&fields, data, size);
	read_macros(&fields, &macros);
	macros_to_facts(&macros, &facts, &storage);
	check_facts(&macros, &facts);
	name = macros_verified_client_name(&macros);
	MUST(name == NULL || (name == facts.client_name && strcmp(macros.client_resolve, "OK") == 0));
	macros_keep(&macros, &kept);
	check_kept(&facts, &kept);
	kept_macros_fini(&kept);
	macro_storage_fini(&storage);
	fields_fini(&fields);
	return 0;
}
