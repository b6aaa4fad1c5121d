/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_MACROS_H
#define FORCEDTLS_MILTER_MACROS_H

#include <assert.h>

#include "policy/facts.h"
#include "policy/mta.h"
#include "util/memory.h"

/*
 * The milter macros that we read (Postfix: MILTER_README; Sendmail: op.me, "TLS" and "milter" macros): what it is
 * called here and by an MTA, at which stages it is asked for and read, and what has to be there for it to be looked
 * for: one of these, or nothing. To look for what is nowhere costs most, since libmilter goes through all that the
 * stages before have left, and so does what is asked for and not read.
 *
 * {verify}, {cn_subject}, {cn_issuer} and {cert_fp} are Sendmail's alone, and {forcedtls_altnames} that of rules of
 * ours there (cli/export_altnames.c), of which no more counts than what session_altnames() believes. {auth_authen} is asked for with the
 * recipient only: in Postfix STARTTLS ends an authentication made before it, and a later stage that lacks a macro
 * has it from an earlier one. For an empty list Postfix sends what its own says: so that HELO has one too.
 */
#define MILTER_MACROS(X)                                                                                     \
	X(j, "j", AT(HELO) | AT(MAIL) | AT(RCPT), 0) /* the MTA's own name */                                \
	X(client_name, "{client_name}", AT(MAIL) | AT(RCPT), 0)                                              \
	X(client_resolve, "{client_resolve}", AT(MAIL), 0)                                                   \
	X(daemon_addr, "{daemon_addr}", AT(CONNECT), 0)                                                      \
	X(daemon_port, "{daemon_port}", AT(CONNECT), 0)                                                      \
	X(tls_version, "{tls_version}", AT(RCPT), 0)                                                         \
	X(cipher, "{cipher}", AT(RCPT), WITH(tls_version))                                                   \
	X(cipher_bits, "{cipher_bits}", AT(RCPT), WITH(tls_version))                                         \
	X(verify, "{verify}", AT(RCPT), WITH(tls_version))                                                   \
	X(cert_issuer, "{cert_issuer}", AT(RCPT), WITH(tls_version))                                         \
	X(cert_subject, "{cert_subject}", AT(RCPT), WITH(tls_version))                                       \
	X(cn_subject, "{cn_subject}", AT(RCPT), WITH(verify) | WITH(cert_issuer))                            \
	X(cn_issuer, "{cn_issuer}", AT(RCPT), WITH(verify) | WITH(cert_issuer))                              \
	X(cert_fp, "{cert_fp}", AT(RCPT), WITH(verify)) /* by confCERT_FINGERPRINT_ALGORITHM */              \
	X(queue_id, "i", AT(MAIL) | AT(RCPT) | AT(DATA), 0)                                                  \
	X(mail_addr, "{mail_addr}", AT(MAIL), 0)                                                             \
	X(rcpt_addr, "{rcpt_addr}", AT(RCPT), 0)                                                             \
	X(auth_authen, "{auth_authen}", AT(RCPT), 0)                                                         \
	X(auth_type, "{auth_type}", AT(RCPT), WITH(auth_authen))                                             \
	X(altnames, "{forcedtls_altnames}", AT(RCPT), WITH(verify))

#define X(member, name, stages, needed) MACRO_##member,
enum milter_macro { MILTER_MACROS(X) MACRO_COUNT };
#undef X

/* The values of one stage, in the order of enum milter_macro. NULL: not sent, or not of that stage. */
#define X(member, name, stages, needed) const char *member;
struct milter_macros {
	MILTER_MACROS(X)
};
#undef X
static_assert(sizeof(struct milter_macros) == MACRO_COUNT * sizeof(const char *), "as an array of them");

/* What the MTA hands macros over with. */
enum macro_stage {
	MACRO_AT_CONNECT,
	MACRO_AT_HELO,
	MACRO_AT_MAIL,
	MACRO_AT_RCPT,
	MACRO_AT_DATA,
	MACRO_STAGES
};

/* Appends the names of a stage's macros in milter notation, separated by blanks, for smfi_setsymlist. */
void macros_request(enum macro_stage stage, struct strbuf *list);

/* Reads the macros of a stage. look_up: what an MTA sent by that name, or NULL. The texts are its own. */
typedef const char *macro_look_up(void *context, const char *name);
struct milter_macros macros_read(enum macro_stage stage, macro_look_up *look_up, void *context);

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
	char *texts[5];
};

/*
 * Fills in what macros say of TLS, certificate, authentication and client
 * name; the other members of facts_r stay as they are. mta: by macros_mta().
 * facts_r points into macros and storage: keep both, end storage with
 * macro_storage_fini. Who counts as verified: Sendmail says so in {verify};
 * Postfix sends {cert_issuer} for a verified certificate only, and says nothing
 * of any other; of an MTA that is not known nobody does. Where {verify} says
 * that there was no certificate (NO, NOT), its names are NULL. The fingerprint
 * of a certificate, verified or not, only Sendmail sends; its alternative names
 * count where it is verified.
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
