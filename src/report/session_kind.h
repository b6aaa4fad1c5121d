/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SESSION_KIND_H
#define FORCEDTLS_REPORT_SESSION_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "report/tally.h"
#include "tls/tls_version.h"
#include "util/table.h"

/* Kinds that are kept of one domain. */
#define SESSION_KINDS_MAX ((size_t)500)

/* Why a suggestion does not care for sessions of a kind: the first of these that holds. */
enum left_out {
	LEFT_OUT_NOT,
	LEFT_OUT_REFUSED, /* their verdict was not pass */
	LEFT_OUT_PLAINTEXT, /* or as good as that */
	/* The exceptions: report/exceptions.h. */
	LEFT_OUT_VERSION,
	LEFT_OUT_BITS,
	LEFT_OUT_FORWARD_SECRECY,
	LEFT_OUT_CERTIFICATE,
	LEFT_OUT_CLIENT,
	LEFT_OUT_COUNT,
};

/* What a session shows that a suggestion can ask for. NULL: it has none that a policy can name. */
struct session_traits {
	const char *host; /* "mail.contoso.com[192.0.2.26]" */
	const char *client; /* its address */
	const char *pin; /* a fingerprint */
	const char *name; /* "subject" or "subject\nissuer" */
	enum tls_version version;
	int bits; /* below 0: not known */
	bool forward_secrecy;
	bool verified;
};

/* Sessions of one domain that are alike in all of that. */
struct session_kind {
	char *key;
	char *storage[4]; /* of the texts of traits */
	struct session_traits traits;
	enum left_out left_out;
	unsigned long long count;
	time_t first; /* 0: no time is known */
	time_t last;
	UT_hash_handle hh;
};

/*
 * One more session. left_out: LEFT_OUT_NOT, or one of the two that are no
 * exceptions. traits: copied. Returns its kind, which stays where it is; NULL
 * where there is no room. budget: in bytes.
 */
struct session_kind *session_kinds_add(struct session_kind **table, const struct session_traits *traits,
				       enum left_out left_out, time_t when, size_t *budget);

void session_kinds_free(struct session_kind **table);

/* Adds the sessions of a kind to what is counted of text. */
void session_kind_tally(const struct session_kind *kind, const char *text, struct tally *tally);

#endif
