/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_MACROS_H
#define FORCEDTLS_MILTER_MACROS_H

#include "policy/facts.h"
#include "policy/mta.h"

/*
 * The milter macros that we read, as an MTA sends them. NULL: not sent.
 * Postfix: MILTER_README; Sendmail: op.me, "TLS" and "milter" macros.
 */
struct milter_macros {
	const char *j; /* the MTA's own name */
	const char *tls_version;
	const char *cipher;
	const char *cipher_bits;
	const char *verify;
	const char *cert_subject;
	const char *cert_issuer;
	const char *cn_subject;
	const char *cn_issuer;
	const char *cert_fp; /* Sendmail's, by confCERT_FINGERPRINT_ALGORITHM */
	const char *client_name;
	const char *client_resolve;
	const char *auth_type;
	const char *auth_authen;
	const char *mail_addr;
	const char *rcpt_addr;
	const char *queue_id; /* {i} */
};

/* The names above in milter notation, separated by blanks, for smfi_setsymlist: connect, helo, mail, rcpt, data. */
extern const char *const milter_symbols_connect;
extern const char *const milter_symbols_helo;
extern const char *const milter_symbols_mail;
extern const char *const milter_symbols_rcpt;
extern const char *const milter_symbols_data;

/* What is known of the MTA beside the macros of one message. Zeroed memory knows nothing. */
struct mta_knowledge {
	enum mta set; /* by the administrator; MTA_UNKNOWN: find out */
	bool took_list; /* it sends the macros that were asked for */
};

/*
 * Whose rules hold for the certificate of a TLS session: Sendmail's where
 * {verify} is there, which Sendmail sends with {tls_version} whenever asked,
 * and Postfix never. Postfix's where it was asked for and is not there, nor is
 * {cn_subject} or {cn_issuer}, which are Sendmail's too. What the administrator
 * has set counts only where the macros do not belie it.
 * MTA_UNKNOWN otherwise, and in plaintext, where nothing turns on it.
 */
enum mta macros_mta(const struct milter_macros *macros, const struct mta_knowledge *known);

/*
 * By the macros of MAIL: the message came from no SMTP client. It has a queue
 * id already, which Postfix's smtpd(8) does not give before the first
 * recipient, and {client_resolve} is not there, which both MTAs have where
 * there is a client that they looked up.
 */
bool macros_are_of_local_program(const struct milter_macros *macros);

/* Decoded text that facts point to. Zeroed memory is empty. */
struct macro_storage {
	char *texts[4];
};

/*
 * Fills in what macros say of TLS, certificate, authentication and client
 * name; the other members of facts_r stay as they are. mta: by macros_mta().
 * facts_r points into macros and storage: keep both, end storage with
 * macro_storage_fini. Who counts as verified: Sendmail says so in {verify};
 * Postfix sends {cert_issuer} for a verified certificate only, and says nothing
 * of any other; of an MTA that is not known nobody does. Where {verify} says
 * that there was no certificate (NO, NOT), its names are NULL. The fingerprint
 * of a certificate, verified or not, only Sendmail sends.
 */
void macros_to_facts(const struct milter_macros *macros, enum mta mta, struct facts *facts_r,
		     struct macro_storage *storage);
void macro_storage_fini(struct macro_storage *storage);

/* A copy of macros, for what is judged after the callback that had them. Zeroed memory is empty. */
struct kept_macros {
	struct milter_macros macros;
	char *storage;
};
void macros_keep(const struct milter_macros *macros, struct kept_macros *kept_r);
void kept_macros_fini(struct kept_macros *kept);

/* {client_name} where the MTA says that name and address resolve to each other, else NULL. */
const char *macros_verified_client_name(const struct milter_macros *macros);

#endif
