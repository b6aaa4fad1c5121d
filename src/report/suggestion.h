/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SUGGESTION_H
#define FORCEDTLS_REPORT_SUGGESTION_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* The default one falls through its cases, which clang warns of. */
#define HASH_FUNCTION(key, length, hash) HASH_OAT(key, length, hash)
#include <uthash.h>

#include "report/tally.h"
#include "tls/tls_version.h"

/* Entries of a list of the policy: more of them say that there is no list to be written. */
#define SUGGESTION_ENTRIES_MAX ((size_t)20)
#define SUGGESTION_HOSTS_MAX ((size_t)20)

/* What the sessions of one domain have in common. All counts are of sessions. */
struct suggestion {
	char *domain;
	time_t first;
	time_t last;
	unsigned long long sessions;
	unsigned long long usable; /* over TLS; the members below are of these */
	enum tls_version version; /* the lowest */
	int bits; /* the least; below 0 where some session's are not known */
	unsigned long long with_forward_secrecy;
	unsigned long long with_pin;
	unsigned long long with_name;
	unsigned long long verified;
	struct tally pins; /* fingerprints */
	struct tally names; /* "subject" or "subject\nissuer" */
	struct tally clients; /* addresses */
	/* The hosts whose sessions a stricter connector would have refused. */
	struct tally unusable; /* plaintext, or as good as that */
	struct tally below_1_3;
	struct tally without_forward_secrecy;
	struct tally without_certificate;
	UT_hash_handle hh;
};

/* As an item of "connectors", in comments where some session was in plaintext. number: for its name. */
void suggestion_print(struct suggestion *suggestion, size_t number, FILE *out);

/* True for a text that stands in YAML as it is, in double quotes. */
bool suggestion_can_quote(const char *text);

void suggestion_fini(struct suggestion *suggestion);

#endif
