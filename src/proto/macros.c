/* SPDX-License-Identifier: MIT */
/*
 * Milter macros become facts. All that differs between MTAs in what a macro
 * means is here; who sends macros and when is the door's business. Decides
 * nothing, and does not know libmilter.
 */
#include "proto/macros.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/certificate.h"
#include "core/decimal.h"
#include "core/memory.h"
#include "core/tls_version.h"

#define TLS_SYMBOLS                                                                                          \
	"{tls_version} {cipher} {cipher_bits} {verify} {cert_subject} {cert_issuer} {cn_subject} "           \
	"{cn_issuer}"
#define CLIENT_SYMBOLS "v j {client_name} {client_resolve}"
#define MESSAGE_SYMBOLS "i {auth_authen} {mail_addr}"

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

enum mta macros_mta(const char *v)
{
	static const char postfix[] = "Postfix";

	if (v == NULL)
		return MTA_UNKNOWN;
	return strncmp(v, postfix, sizeof postfix - 1) == 0 ? MTA_POSTFIX : MTA_OTHER;
}

/* A client without a name: Postfix says "unknown", Sendmail repeats the address in brackets. */
static const char *client_name_of(const char *name)
{
	if (name == NULL || name[0] == '\0' || name[0] == '[' || strcmp(name, "unknown") == 0)
		return NULL;
	return name;
}

static struct tls_facts tls_of(const struct milter_macros *macros)
{
	return (struct tls_facts){
		.present = macros->tls_version != NULL,
		.version = tls_version_from_name(macros->tls_version),
		.version_text = macros->tls_version,
		.cipher = macros->cipher,
		.bits = decimal_parse(macros->cipher_bits),
	};
}

static bool is_verified(const struct milter_macros *macros, enum mta mta)
{
	if (macros->verify != NULL)
		return strcmp(macros->verify, "OK") == 0;
	return mta == MTA_POSTFIX && macros->cert_issuer != NULL;
}

/* Postfix writes the CN, or nothing for a certificate without one, and never a distinguished name. */
static struct certificate_facts names_of_postfix(const struct milter_macros *macros)
{
	return (struct certificate_facts){.subject_cn = macros->cert_subject,
					  .issuer_cn = macros->cert_issuer};
}

/* With TLS, Sendmail sends names always: empty ones where none was shown (NO) or asked for (NOT). */
static bool shows_certificate(const char *verify)
{
	return verify == NULL || (strcmp(verify, "NO") != 0 && strcmp(verify, "NOT") != 0);
}

static struct certificate_facts names_of_sendmail(const struct milter_macros *macros,
						  struct macro_storage *storage)
{
	const char *const encoded[] = {macros->cn_subject, macros->cn_issuer, macros->cert_subject,
				       macros->cert_issuer};

	if (!shows_certificate(macros->verify))
		return (struct certificate_facts){0};
	for (size_t i = 0; i < sizeof encoded / sizeof *encoded; i++)
		storage->texts[i] = certificate_name_from_sendmail(encoded[i]);
	return (struct certificate_facts){
		.subject_cn = storage->texts[0],
		.issuer_cn = storage->texts[1],
		.subject_dn = storage->texts[2],
		.issuer_dn = storage->texts[3],
	};
}

void macros_to_facts(const struct milter_macros *macros, struct facts *facts_r, struct macro_storage *storage)
{
	facts_r->mta = macros_mta(macros->v);
	facts_r->client_name = client_name_of(macros->client_name);
	facts_r->authenticated = macros->auth_authen != NULL && macros->auth_authen[0] != '\0';
	facts_r->tls = tls_of(macros);
	if (facts_r->mta == MTA_POSTFIX)
		facts_r->certificate = names_of_postfix(macros);
	else
		facts_r->certificate = names_of_sendmail(macros, storage);
	facts_r->certificate.verified = is_verified(macros, facts_r->mta);
}

void macro_storage_fini(struct macro_storage *storage)
{
	for (size_t i = 0; i < sizeof storage->texts / sizeof *storage->texts; i++) {
		free(storage->texts[i]);
		storage->texts[i] = NULL;
	}
}

static const size_t members[] = {
	offsetof(struct milter_macros, v),
	offsetof(struct milter_macros, j),
	offsetof(struct milter_macros, tls_version),
	offsetof(struct milter_macros, cipher),
	offsetof(struct milter_macros, cipher_bits),
	offsetof(struct milter_macros, verify),
	offsetof(struct milter_macros, cert_subject),
	offsetof(struct milter_macros, cert_issuer),
	offsetof(struct milter_macros, cn_subject),
	offsetof(struct milter_macros, cn_issuer),
	offsetof(struct milter_macros, client_name),
	offsetof(struct milter_macros, client_resolve),
	offsetof(struct milter_macros, auth_authen),
	offsetof(struct milter_macros, mail_addr),
	offsetof(struct milter_macros, rcpt_addr),
	offsetof(struct milter_macros, queue_id),
};
#define MEMBERS (sizeof members / sizeof *members)
_Static_assert(MEMBERS * sizeof(const char *) == sizeof(struct milter_macros), "a macro is not kept");

static const char **member(struct milter_macros *macros, size_t at)
{
	return (const char **)(void *)((char *)macros + members[at]);
}

void macros_keep(const struct milter_macros *macros, struct kept_macros *kept_r)
{
	size_t size = 0;
	char *next;

	kept_r->macros = *macros;
	for (size_t i = 0; i < MEMBERS; i++)
		if (*member(&kept_r->macros, i) != NULL)
			size += strlen(*member(&kept_r->macros, i)) + 1;
	next = kept_r->storage = xmalloc(size);
	for (size_t i = 0; i < MEMBERS; i++) {
		const char **text = member(&kept_r->macros, i);

		if (*text == NULL)
			continue;
		size = strlen(*text) + 1;
		*text = memcpy(next, *text, size);
		next += size;
	}
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
