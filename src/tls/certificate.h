/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_CERTIFICATE_H
#define FORCEDTLS_TLS_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/date.h"
#include "mail/domain.h"
#include "tls/fingerprint.h"
#include "util/memory.h"

/* What is known of the fingerprints of a session. */
enum fingerprints_seen {
	FINGERPRINTS_UNSEEN, /* nobody has told us; a milter of Postfix's is not told */
	FINGERPRINTS_NONE, /* the client showed no certificate */
	FINGERPRINTS_FOREIGN, /* it showed one, whose fingerprints are of another digest than SHA-256: none is kept */
	FINGERPRINTS_SHOWN,
};

/* Of the certificate, and of its public key. */
#define FINGERPRINTS_MAX 2

struct fingerprints {
	enum fingerprints_seen seen;
	size_t count;
	struct fingerprint list[FINGERPRINTS_MAX];
};

/* What the MTA says of the client's certificate. */
enum certificate_state {
	CERTIFICATE_UNTOLD, /* nothing to rely on: a name that it hands over may be the client's, or anybody's */
	CERTIFICATE_NONE, /* none was shown */
	CERTIFICATE_UNVERIFIED, /* one was, and the MTA does not vouch for it */
	CERTIFICATE_VERIFIED,
};

/* "untold", "none", "unverified", "verified". A static string. */
const char *certificate_state_name(enum certificate_state state);

/* More of a certificate's alternative names are not told apart. */
#define CERTIFICATE_ALTNAMES_MAX 40

/*
 * What the session shows of the client's certificate. Names are decoded text;
 * NULL where the MTA sent none or only a sentinel. They prove nothing unless it
 * is verified; fingerprints speak for themselves.
 */
struct certificate_facts {
	enum certificate_state state;
	struct fingerprints fingerprints;
	const char *subject_cn;
	const char *issuer_cn;
	const char *subject_dn; /* "/C=DE/O=Partner/CN=mail.partner.example", in X509_NAME_oneline(3) form */
	const char *issuer_dn;
	/*
	 * "mail.x,*.y": of its alternative names those that the policy has, normalised, up to CERTIFICATE_ALTNAMES_MAX.
	 * Each is one more name for the CN. NULL, or at least one.
	 */
	const char *altnames;
};

/*
 * A name that a policy expects. Three kinds: a host name for the CN ("mail.x", "*.x", ".x"), a
 * distinguished name ("/..."), or (issuers only) plain text for the CN.
 */
enum certificate_name_kind {
	CERTIFICATE_NAME_HOST, /* meets itself and a presented wildcard of one label over it (RFC 6125, 6.4.3) */
	CERTIFICATE_NAME_TREE, /* "*.x": x and all below */
	CERTIFICATE_NAME_SUBDOMAINS, /* ".x": all below x */
	CERTIFICATE_NAME_DN,
	CERTIFICATE_NAME_TEXT,
};

struct certificate_name {
	enum certificate_name_kind kind;
	char *text; /* normalised where it is a domain; owned */
	char *written; /* as the policy has it, for the log and explain; owned */
};

/* False with error_r (static text) when text cannot be a subject (an issuer). */
bool certificate_subject_parse(const char *text, struct certificate_name *name_r, const char **error_r);
bool certificate_issuer_parse(const char *text, struct certificate_name *name_r, const char **error_r);
void certificate_name_fini(struct certificate_name *name);

/* A CN read as a host name: made once for all names that it is compared with, since conversion costs. */
struct certificate_host {
	bool usable; /* false: it is none */
	bool wildcard; /* "*." stands before domain */
	char domain[DOMAIN_SIZE]; /* normalised */
};

/* cn: decoded; may be NULL. Threads: safe. */
void certificate_host_read(const char *cn, struct certificate_host *host_r);

/*
 * The next of alternative names. rest: begins as certificate_facts.altnames.
 * False when there is none left. Threads: safe.
 */
bool certificate_altname_next(const char **rest, struct certificate_host *host_r);

/* Whether the subject or an alternative name is the one expected. host: of the subject's CN. Threads: safe. */
bool certificate_subject_matches(const struct certificate_name *name, const struct certificate_host *host,
				 const struct certificate_facts *shown);
/* cn and dn: decoded, each may be NULL. Threads: safe. */
bool certificate_issuer_matches(const struct certificate_name *name, const char *cn, const char *dn);

/* How specific a name is among those that one certificate meets: greater is more specific, never 0, 512 at most. */
uint32_t certificate_name_rank(const struct certificate_name *name);

/* One entry of "certificate"; each part may be absent. */
struct certificate_entry {
	bool has_fingerprint;
	bool has_subject;
	bool has_issuer;
	struct fingerprint fingerprint;
	struct certificate_name subject;
	struct certificate_name issuer;
	date_t valid_from; /* first day on which the entry counts, 0: no limit */
	date_t valid_to; /* last day on which the entry counts, 0: no limit */
};

void certificate_entry_fini(struct certificate_entry *entry);

/* Adds "subject:mail.contoso.com,issuer:Some CA": what the entry asks for, without its days; "any" for nothing. */
void certificate_entry_print(const struct certificate_entry *entry, struct strbuf *out);

/*
 * Undoes xtext in a macro value of Sendmail's (its xtextify in tls.c). NULL
 * when text is NULL, or one of Sendmail's BadCertificate... sentinels. The
 * caller frees it.
 */
char *certificate_name_from_sendmail(const char *text);

#endif
