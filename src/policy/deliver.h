/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_DELIVER_H
#define FORCEDTLS_POLICY_DELIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/fingerprint.h"
#include "util/place.h"
#include "tls/tls_version.h"

/* What Postfix must see where it delivers, in the words of postconf(5), smtp_tls_policy_maps. */
enum deliver_level {
	DELIVER_ENCRYPT,
	DELIVER_FINGERPRINT,
	DELIVER_DANE, /* without TLSA records: as good as nothing */
	DELIVER_DANE_ONLY,
	DELIVER_VERIFY,
	DELIVER_SECURE,
};

/* A cipher grade. */
enum deliver_grade {
	DELIVER_GRADE_DEFAULT, /* smtp_tls_mandatory_ciphers */
	DELIVER_GRADE_MEDIUM,
	DELIVER_GRADE_HIGH,
};

enum deliver_reuse {
	DELIVER_REUSE_DEFAULT, /* smtp_tls_connection_reuse, except at level encrypt */
	DELIVER_REUSE_NO,
	DELIVER_REUSE_YES,
};

/*
 * The demand "deliver" of a connector, as it was written, checked and
 * normalised. Zeroed memory asks for encryption.
 */
struct deliver {
	bool nothing; /* "deliver: none": an exception from a wider connector; all else is then unset */
	enum deliver_level level;
	enum tls_version min_version;
	char **match; /* "mail.contoso.com", ".contoso.com", "nexthop", ...; verify and secure alone */
	size_t match_count; /* 0: Postfix's default */
	char **trust_anchors; /* files by their absolute names; verify and secure alone */
	size_t trust_anchor_count; /* 0: smtp_tls_CAfile and smtp_tls_CApath */
	enum deliver_grade ciphers;
	char **exclude; /* OpenSSL words */
	size_t exclude_count; /* 0: smtp_tls_exclude_ciphers and smtp_tls_mandatory_exclude_ciphers */
	char *servername; /* NULL: smtp_tls_servername */
	enum deliver_reuse connection_reuse;
	struct fingerprint *fingerprints; /* level fingerprint alone */
	size_t fingerprint_count;
	struct place place;
	char *answer; /* what Postfix is told, set by deliver_finish; NULL with nothing */
};

/* Longest answer: half of what socketmap_table(5) takes, and what no partner needs. */
#define DELIVER_ANSWER_MAX ((size_t)50000)

/* Makes the answer, right for Postfix 3.4 and later. To be called once, when all else is set. */
void deliver_finish(struct deliver *deliver);
void deliver_fini(struct deliver *deliver);

/* "encrypt", "dane-only", ...; "medium", "high" (NULL for the default). Static strings. */
const char *deliver_level_name(enum deliver_level level);
const char *deliver_grade_name(enum deliver_grade grade);

/*
 * True when Postfix takes text, a normalised domain (mail/domain.h), for the
 * name of a host: no address, and no label that begins or ends with "-".
 */
bool deliver_is_host_name(const char *text);

#endif
