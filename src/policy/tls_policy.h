/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_TLS_POLICY_H
#define FORCEDTLS_POLICY_TLS_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/fingerprint.h"
#include "util/place.h"
#include "tls/tls_version.h"

/* What Postfix must see where it delivers, in the words of postconf(5), smtp_tls_policy_maps. */
enum tls_policy_level {
	TLS_POLICY_ENCRYPT,
	TLS_POLICY_FINGERPRINT,
	TLS_POLICY_DANE, /* without TLSA records: as good as nothing */
	TLS_POLICY_DANE_ONLY,
	TLS_POLICY_VERIFY,
	TLS_POLICY_SECURE,
};

/* A cipher grade. */
enum tls_policy_grade {
	TLS_POLICY_GRADE_DEFAULT, /* smtp_tls_mandatory_ciphers */
	TLS_POLICY_GRADE_MEDIUM,
	TLS_POLICY_GRADE_HIGH,
};

enum tls_policy_reuse {
	TLS_POLICY_REUSE_DEFAULT, /* smtp_tls_connection_reuse, except at level encrypt */
	TLS_POLICY_REUSE_NO,
	TLS_POLICY_REUSE_YES,
};

/*
 * The demand "deliver" of a connector, as it was written, checked and
 * normalised. Zeroed memory asks for encryption.
 */
struct tls_policy {
	bool nothing; /* "deliver: none": an exception from a wider connector; all else is then unset */
	enum tls_policy_level level;
	enum tls_version min_version;
	char **match; /* "mail.contoso.com", ".contoso.com", "nexthop", ...; verify and secure alone */
	size_t match_count; /* 0: Postfix's default */
	char **trust_anchors; /* files by their absolute names; verify and secure alone */
	size_t trust_anchor_count; /* 0: smtp_tls_CAfile and smtp_tls_CApath */
	enum tls_policy_grade ciphers;
	char **exclude; /* OpenSSL words */
	size_t exclude_count; /* 0: smtp_tls_exclude_ciphers and smtp_tls_mandatory_exclude_ciphers */
	char *servername; /* NULL: smtp_tls_servername */
	enum tls_policy_reuse connection_reuse;
	struct fingerprint *fingerprints; /* level fingerprint alone */
	size_t fingerprint_count;
	struct place place;
	char *answer; /* what Postfix is told, set by tls_policy_finish; NULL with nothing */
};

/* Longest answer: half of what socketmap_table(5) takes, and what no partner needs. */
#define TLS_POLICY_ANSWER_MAX ((size_t)50000)

/* Makes the answer, right for Postfix 3.4 and later. To be called once, when all else is set. */
void tls_policy_finish(struct tls_policy *tls_policy);
void tls_policy_fini(struct tls_policy *tls_policy);

/* "encrypt", "dane-only", ...; "medium", "high" (NULL for the default). Static strings. */
const char *tls_policy_level_name(enum tls_policy_level level);
const char *tls_policy_grade_name(enum tls_policy_grade grade);

/*
 * True when Postfix takes text, a normalised domain (mail/domain.h), for the
 * name of a host: no address, and no label that begins or ends with "-".
 */
bool tls_policy_is_host_name(const char *text);

#endif
