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
#include "util/memory.h"
#include "tls/tls_version.h"

#define TLS_SYMBOLS                                                                                          \
	"{tls_version} {cipher} {cipher_bits} {verify} {cert_subject} {cert_issuer} {cn_subject} "           \
	"{cn_issuer} {cert_fp}"
#define CLIENT_SYMBOLS "j {client_name} {client_resolve}"
#define MESSAGE_SYMBOLS "i {auth_type} {auth_authen} {mail_addr}"

/*
 * A macro that a later stage lacks is found at an earlier one. That is wanted
 * for TLS, which a session can gain and never loses. It is not for
 * {auth_authen}: in Postfix STARTTLS ends an authentication made before it, and
 * only what belongs to the message is newer than any STARTTLS. Sendmail keeps
 * the authentication, and says so with the message.
 */
const char *const milter_symbols_connect = CLIENT_SYMBOLS " {daemon_addr} {daemon_port}";
const char *const milter_symbols_helo = CLIENT_SYMBOLS " " TLS_SYMBOLS;
const char *const milter_symbols_mail = CLIENT_SYMBOLS " " TLS_SYMBOLS " " MESSAGE_SYMBOLS;
const char *const milter_symbols_rcpt = CLIENT_SYMBOLS " " TLS_SYMBOLS " " MESSAGE_SYMBOLS " {rcpt_addr}";
const char *const milter_symbols_data = "i";

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

static struct certificate_facts certificate_of_sendmail(const struct milter_macros *macros,
							struct macro_storage *storage)
{
	enum certificate_state state = state_of_sendmail(macros->verify);
	struct certificate_facts certificate = {0};

	if (state != CERTIFICATE_NONE)
		certificate = names_of_sendmail(macros, storage);
	certificate.state = state;
	certificate.fingerprints = fingerprints_of_sendmail(macros->cert_fp, state);
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
	const char *texts[sizeof *macros / sizeof(const char *)]; /* it has no other members */
	size_t size = 0;
	char *next;

	memcpy(texts, macros, sizeof texts);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		size += texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
	next = kept_r->storage = xmalloc(size);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
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
