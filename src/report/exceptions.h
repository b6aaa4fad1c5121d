/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_EXCEPTIONS_H
#define FORCEDTLS_REPORT_EXCEPTIONS_H

#include "report/session_kind.h"

/* Entries of a list of the policy: more of them say that there is no list to be written. */
#define EXCEPTIONS_ENTRIES_MAX ((size_t)20)

/* What a suggestion says of certificates. */
enum certificate_form {
	CERTIFICATE_FORM_PIN,
	CERTIFICATE_FORM_NAME,
	CERTIFICATE_FORM_ANY,
	CERTIFICATE_FORM_NONE,
};

/* What the sessions of a domain come to, once the exceptions are left out. */
struct common {
	unsigned long long sessions; /* all; the members below are of those that are not left out */
	unsigned long long kept;
	enum tls_version version; /* the lowest */
	int bits; /* the least; below 0 where some session's are not known */
	bool forward_secrecy; /* of all */
	enum certificate_form certificate;
	bool lists_clients;
};

/*
 * Marks the exceptions among the sessions that passed over TLS. A value is one
 * where less than a twentieth of these sessions have it (a version or a number
 * of bits: it or less), or only those of one day while the domain's span three
 * days or more; and where all exceptions of its demand together are no more
 * than a tenth of the sessions. common_r: what is common to the others.
 */
void exceptions_find(struct session_kind *kinds, struct common *common_r);

/* A trait as a text, for lists of the policy; NULL: the session has none. */
typedef const char *trait_text(const struct session_traits *traits);
trait_text trait_client, trait_pin, trait_name;
/* The one that a form of certificate lists. */
const char *certificate_form_text(enum certificate_form form, const struct session_traits *traits);

#endif
