/* SPDX-License-Identifier: MIT */
/*
 * What a connector demands of a session, as the manual tells it, and what
 * becomes of one that does not meet it. Must not call the core: what it shares
 * with it are the names of verdicts and reasons.
 */
#include <string.h>

#include "property/naive.h"
#include "property/oracle.h"

static enum tls_version version_named(const char *name)
{
	static const char *const names[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
	size_t i = 0;

	while (i < 3 && strcmp(names[i], name) != 0)
		i++;
	return TLS_VERSION_1_0 + (enum tls_version)i;
}

/* The generator's ciphers with ephemeral keys. */
static bool has_forward_secrecy(const char *cipher)
{
	return cipher != NULL && (strncmp(cipher, "ECDHE-", 6) == 0 || strncmp(cipher, "TLS_", 4) == 0);
}

static enum reason judge_cipher(const struct model_require *require, const struct tls_facts *tls)
{
	const char *list = tls->version == TLS_VERSION_1_3 ? require->ciphersuites : require->ciphers;

	if (list != NULL && !naive_list_has(list, tls->cipher))
		return REASON_CIPHER;
	if (require->min_cipher_bits > 0 && tls->bits < require->min_cipher_bits)
		return REASON_BITS;
	return require->forward_secrecy && !has_forward_secrecy(tls->cipher) ? REASON_FORWARD_SECRECY
									     : REASON_NONE;
}

/* A fingerprint of the policy against what is known of the session's. */
static enum reason judge_fingerprint(const char *wanted, const struct model_fingerprints *known)
{
	if (known->seen == FINGERPRINTS_NONE)
		return REASON_NO_CERTIFICATE;
	if (naive_is_unseen(known))
		return REASON_INTERNAL;
	for (size_t i = 0; i < known->count; i++)
		if (naive_fingerprint_met(wanted, known->texts[i]))
			return REASON_NONE;
	return REASON_FINGERPRINT;
}

/*
 * How far an entry gets: fingerprint, subject, issuer, date. "An entry with
 * fingerprint alone needs no verification by the MTA; one with subject or
 * issuer does, also beside fingerprint." A day that is not known is no day on
 * which it counts. An entry that lacks nothing but a fingerprint that nobody
 * has seen is an error of our own.
 */
static enum reason judge_entry(const struct model_entry *entry, const struct model_session *session)
{
	enum reason fingerprint = entry->fingerprint != NULL
					  ? judge_fingerprint(entry->fingerprint, &session->fingerprints)
					  : REASON_NONE;

	if (fingerprint == REASON_NO_CERTIFICATE || fingerprint == REASON_FINGERPRINT)
		return fingerprint;
	if ((entry->subject != NULL || entry->issuer != NULL) &&
	    session->certificate.state != CERTIFICATE_VERIFIED)
		return REASON_NO_CERTIFICATE;
	if (entry->subject != NULL && !naive_subject_met(entry->subject, &session->certificate))
		return REASON_SUBJECT;
	if (entry->issuer != NULL && !naive_issuer_met(entry->issuer, &session->certificate))
		return REASON_ISSUER;
	if ((entry->valid_from != 0 || entry->valid_to != 0) && session->date == 0)
		return REASON_EXPIRED_ENTRY;
	if (session->date < entry->valid_from || (entry->valid_to != 0 && session->date > entry->valid_to))
		return REASON_EXPIRED_ENTRY;
	return fingerprint;
}

/*
 * "Of several entries none of which is met, the one that got furthest gives
 * the reason"; one that may be met after all got further than any.
 */
static enum reason judge_certificate(const struct model_require *require, const struct model_session *session)
{
	static const enum reason nearest_first[] = {REASON_NO_CERTIFICATE, REASON_FINGERPRINT,
						    REASON_SUBJECT,        REASON_ISSUER,
						    REASON_EXPIRED_ENTRY,  REASON_INTERNAL};
	size_t furthest = 0;

	if (require->any_certificate)
		return session->certificate.state == CERTIFICATE_VERIFIED ? REASON_NONE
									  : REASON_NO_CERTIFICATE;
	if (require->entry_count == 0)
		return REASON_NONE;
	for (size_t i = 0; i < require->entry_count; i++) {
		enum reason reason = judge_entry(&require->entries[i], session);
		size_t reached = 0;

		if (reason == REASON_NONE)
			return REASON_NONE;
		while (nearest_first[reached] != reason)
			reached++;
		furthest = reached > furthest ? reached : furthest;
	}
	return nearest_first[furthest];
}

enum reason oracle_demands(const struct model_connector *connector, const struct oracle_mail *mail)
{
	const struct model_require *require = &connector->require;
	const struct tls_facts *tls = &mail->session->tls;
	const char *version = require->min_version != NULL            ? require->min_version
			      : mail->policy->default_version != NULL ? mail->policy->default_version
								      : "TLSv1.2";
	enum reason reason;

	if (require->kind == DEMAND_NONE)
		return REASON_NONE;
	/* A cipher that does not encrypt is no TLS. */
	if (!tls->present || tls->bits == 0 || (tls->cipher != NULL && strstr(tls->cipher, "NULL") != NULL))
		return REASON_PLAINTEXT;
	if (tls->version < version_named(version))
		return REASON_VERSION;
	reason = judge_cipher(require, tls);
	if (reason == REASON_NONE)
		reason = judge_certificate(require, mail->session);
	if (reason != REASON_NONE)
		return reason;
	if (require->allowed_clients.count > 0 &&
	    fit_client(&require->allowed_clients, mail->session->client).class == FIT_NONE)
		return REASON_CLIENT;
	if (require->allowed_senders.count > 0 && !mail->null_sender &&
	    fit_address(&require->allowed_senders, &mail->sender, mail->policy->delimiter).class == FIT_NONE)
		return REASON_SENDER;
	return REASON_NONE;
}

enum verdict oracle_action(const struct model_connector *connector, enum reason reason,
			   const struct oracle_mail *mail)
{
	const char *action = connector->on_failure != NULL              ? connector->on_failure
			     : mail->policy->default_on_failure != NULL ? mail->policy->default_on_failure
									: "tempfail";

	/* "Our own errors: tempfail, whatever on_failure says." */
	if (reason == REASON_INTERNAL)
		return VERDICT_TEMPFAIL;
	if (strcmp(action, "reject") == 0)
		return VERDICT_REJECT;
	return strcmp(action, "quarantine") == 0 && mail->session->can_quarantine ? VERDICT_QUARANTINE
										  : VERDICT_TEMPFAIL;
}
