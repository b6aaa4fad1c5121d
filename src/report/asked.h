/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_ASKED_H
#define FORCEDTLS_REPORT_ASKED_H

#include <stdbool.h>

#include "policy/tls_policy.h"

/* How a delivery was made, as far as the log says. */
enum sent_security {
	SENT_UNKNOWN,
	SENT_PLAINTEXT,
	SENT_ENCRYPTED, /* over TLS, with no certificate that met what was asked */
	SENT_VERIFIED, /* with one that did; at which level the log does not say */
};

struct sent {
	enum sent_security security;
	const char
		*level; /* Postfix's word for what it kept to (3.11): "secure", "encrypt"; NULL: not logged */
	enum tls_version version; /* TLS_VERSION_UNKNOWN: not logged */
};

/*
 * What "tls=" of a delivery says (postconf(5), smtp_log_tls_feature_status).
 * level_r points to the word that holds, in word, which has WORD bytes:
 * "may:none" is none. *downgraded_r: it is not the one that was wanted. A
 * level that is not known is SENT_UNKNOWN. Threads: all safe.
 */
#define ASKED_WORD_SIZE 32
enum sent_security asked_level_read(const char *tls, char word_r[ASKED_WORD_SIZE], bool *downgraded_r);

/*
 * Why a delivery is below what a connector asks, as words for the report, or
 * NULL where it is not, or where nobody can tell. A static string.
 */
const char *asked_shortfall(const struct tls_policy *asked, const struct sent *sent);

#endif
