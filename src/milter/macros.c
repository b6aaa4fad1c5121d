/* SPDX-License-Identifier: MIT */
/*
 * Milter macros become facts. All that differs between MTAs in what a macro
 * means is here; who sends macros and when is the service's business. Decides
 * nothing, and does not know libmilter.
 */
#include "milter/macros.h"

#include <stdlib.h>
#include <string.h>

#include "tls/certificate.h"
#include "util/decimal.h"
#include "tls/distinguished_name.h"
#include "tls/tls_version.h"

#define AT(stage) 1u << MACRO_AT_##stage
#define WITH(member) 1u << MACRO_##member
#define X(member, name, stages, needed) {name, stages, needed},
static const struct {
	const char *name;
	unsigned stages; /* bits by enum macro_stage */
	unsigned needed; /* bits by enum milter_macro */
} macro_table[] = {MILTER_MACROS(X)};
#undef X

static bool is_of(unsigned macro, enum macro_stage stage)
{
	return (macro_table[macro].stages & 1u << stage) != 0;
}

void macros_request(enum macro_stage stage, struct strbuf *list)
{
	for (unsigned i = 0; i < MACRO_COUNT; i++) {
		if (!is_of(i, stage))
			continue;
		if (list->length > 0)
			strbuf_putc(list, ' ');
		strbuf_puts(list, macro_table[i].name);
	}
}

struct milter_macros macros_read(enum macro_stage stage, macro_look_up *look_up, void *context)
{
	const char *texts[MACRO_COUNT] = {0};
	struct milter_macros macros;
	unsigned found = 0;

	for (unsigned i = 0; i < MACRO_COUNT; i++) {
		unsigned needed = macro_table[i].needed;

		assert(needed < 1u << i); /* it was looked for before */
		if (!is_of(i, stage) || (needed != 0 && (needed & found) == 0))
			continue;
		texts[i] = look_up(context, macro_table[i].name);
		found |= texts[i] != NULL ? 1u << i : 0;
	}
	memcpy(&macros, texts, sizeof macros);
	return macros;
}

/* By what Sendmail always sends with TLS, and Postfix never. */
static enum mta shown_mta(const struct milter_macros *macros, bool says_all)
{
	if (macros->verify != NULL)
		return MTA_SENDMAIL;
	return says_all && macros->cn_subject == NULL && macros->cn_issuer == NULL ? MTA_POSTFIX
										   : MTA_UNKNOWN;
}

enum mta macros_mta(const struct milter_macros *macros, const struct mta_knowledge *known)
{
	enum mta shown;

	if (macros->tls_version == NULL)
		return MTA_UNKNOWN;
	shown = shown_mta(macros, known->took_list || known->set == MTA_POSTFIX);
	return known->set == MTA_UNKNOWN || known->set == shown ? shown : MTA_UNKNOWN;
}

bool macros_are_of_local_program(const struct milter_macros *macros)
{
	return macros->queue_id != NULL && macros->client_resolve == NULL;
}

/* A client without a name: Postfix says "unknown", Sendmail repeats the address in brackets. */
static const char *client_name_of(const char *name)
{
	if (name == NULL || name[0] == '\0' || name[0] == '[' || strcmp(name, "unknown") == 0)
		return NULL;
	return name;
}

static struct tls_facts macros_tls(const struct milter_macros *macros)
{
	return (struct tls_facts){
		.present = macros->tls_version != NULL,
		.version = tls_version_from_name(macros->tls_version),
		.version_text = macros->tls_version,
		.cipher = macros->cipher,
		.bits = decimal_parse(macros->cipher_bits),
	};
}

/* Postfix writes the CN, or nothing for a certificate without one, and never a distinguished name. */
static struct certificate_facts certificate_of_postfix(const struct milter_macros *macros)
{
	return (struct certificate_facts){
		.state = macros->cert_issuer != NULL ? CERTIFICATE_VERIFIED : CERTIFICATE_UNTOLD,
		.subject_cn = macros->cert_subject,
		.issuer_cn = macros->cert_issuer,
	};
}

/* With TLS, Sendmail sends names always: empty ones where none was shown (NO) or asked for (NOT). */
static enum certificate_state state_of_sendmail(const char *verify)
{
	if (strcmp(verify, "OK") == 0)
		return CERTIFICATE_VERIFIED;
	return strcmp(verify, "NO") == 0 || strcmp(verify, "NOT") == 0 ? CERTIFICATE_NONE
								       : CERTIFICATE_UNVERIFIED;
}

static struct certificate_facts names_of_sendmail(const struct milter_macros *macros,
						  struct macro_storage *storage)
{
	const char *const encoded[] = {macros->cn_subject, macros->cn_issuer, macros->cert_subject,
				       macros->cert_issuer};

	for (size_t i = 0; i < sizeof encoded / sizeof *encoded; i++)
		storage->texts[i] = certificate_name_from_sendmail(encoded[i]);
	return (struct certificate_facts){
		.subject_cn = storage->texts[0],
		.issuer_cn = storage->texts[1],
		.subject_dn = storage->texts[2],
		.issuer_dn = storage->texts[3],
	};
}

/* Sent only where an algorithm is set, and empty where there is no certificate; what contradicts itself tells nothing. */
static struct fingerprints fingerprints_of_sendmail(const char *cert_fp, enum certificate_state state)
{
	struct fingerprints shown = {.seen = FINGERPRINTS_UNSEEN};

	if (cert_fp == NULL || (cert_fp[0] == '\0') != (state == CERTIFICATE_NONE))
		return shown;
	if (state == CERTIFICATE_NONE) {
		shown.seen = FINGERPRINTS_NONE;
	} else if (fingerprint_parse(cert_fp, &shown.list[0]) != FINGERPRINT_OK) {
		shown.seen = FINGERPRINTS_FOREIGN;
	} else {
		shown.seen = FINGERPRINTS_SHOWN;
		shown.count = 1;
	}
	return shown;
}

/* Each has a comma behind it: what has none was cut off. */
static const char *altnames_of_sendmail(const char *altnames, struct macro_storage *storage)
{
	size_t length = 0, count = 0;

	for (size_t i = 0; altnames != NULL && altnames[i] != '\0' && count < CERTIFICATE_ALTNAMES_MAX; i++)
		if (altnames[i] == ',') {
			length = i;
			count++;
		}
	if (length > 0)
		storage->texts[4] = xstrndup(altnames, length);
	return storage->texts[4];
}

static struct certificate_facts certificate_of_sendmail(const struct milter_macros *macros,
							struct macro_storage *storage)
{
	enum certificate_state state = state_of_sendmail(macros->verify);
	struct certificate_facts certificate = {0};

	if (state != CERTIFICATE_NONE)
		certificate = names_of_sendmail(macros, storage);
	certificate.state = state;
	certificate.fingerprints = fingerprints_of_sendmail(macros->cert_fp, state);
	if (state == CERTIFICATE_VERIFIED)
		certificate.altnames = altnames_of_sendmail(macros->altnames, storage);
	return certificate;
}

/* The names in whichever way they are written: of Postfix's, what looks like a distinguished name is taken for one. */
static struct certificate_facts certificate_of_somebody(const struct milter_macros *macros,
							struct macro_storage *storage)
{
	const char *subject = macros->cert_subject, *issuer = macros->cert_issuer;
	struct certificate_facts certificate;

	if (macros->cn_subject == NULL && subject != NULL && subject[0] != '/')
		return (struct certificate_facts){.subject_cn = subject, .issuer_cn = issuer};
	certificate = names_of_sendmail(macros, storage);
	if (certificate.subject_cn == NULL && certificate.subject_dn != NULL)
		certificate.subject_cn = storage->texts[0] =
			distinguished_name_common_name(certificate.subject_dn);
	return certificate;
}

static struct certificate_facts macros_certificate(const struct milter_macros *macros, enum mta mta,
						   struct macro_storage *storage)
{
	if (macros->tls_version == NULL)
		return (struct certificate_facts){.state = CERTIFICATE_NONE};
	switch (mta) {
	case MTA_POSTFIX:
		return certificate_of_postfix(macros);
	case MTA_SENDMAIL:
		return certificate_of_sendmail(macros, storage);
	case MTA_UNKNOWN:
		break;
	}
	return certificate_of_somebody(macros, storage);
}

void macros_to_facts(const struct milter_macros *macros, enum mta mta, struct facts *facts_r,
		     struct macro_storage *storage)
{
	facts_r->client_name = client_name_of(macros->client_name);
	facts_r->authenticated = facts_login(macros->auth_type, macros->auth_authen);
	facts_r->tls = macros_tls(macros);
	facts_r->certificate = macros_certificate(macros, mta, storage);
}

void macro_storage_fini(struct macro_storage *storage)
{
	for (size_t i = 0; i < sizeof storage->texts / sizeof *storage->texts; i++) {
		free(storage->texts[i]);
		storage->texts[i] = NULL;
	}
}

void macros_keep(const struct milter_macros *macros, struct kept_macros *kept_r)
{
	const char *texts[MACRO_COUNT];
	size_t size = 0;
	char *next;

	memcpy(texts, macros, sizeof texts);
	for (size_t i = 0; i < MACRO_COUNT; i++)
		size += texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
	next = kept_r->storage = xmalloc(size);
	for (size_t i = 0; i < MACRO_COUNT; i++) {
		if (texts[i] == NULL)
			continue;
		size = strlen(texts[i]) + 1;
		texts[i] = memcpy(next, texts[i], size);
		next += size;
	}
	memcpy(&kept_r->macros, texts, sizeof texts);
}

void kept_macros_fini(struct kept_macros *kept)
{
	free(kept->storage);
	*kept = (struct kept_macros){0};
}

const char *macros_verified_client_name(const struct milter_macros *macros)
{
	if (macros->client_resolve == NULL || strcmp(macros->client_resolve, "OK") != 0)
		return NULL;
	return client_name_of(macros->client_name);
}
