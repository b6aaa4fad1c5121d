/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_PARTY_H
#define FORCEDTLS_REPORT_PARTY_H

#include <stddef.h>

#include "report/tally.h"
#include "tls/tls_version.h"
#include "util/table.h"

/*
 * What was counted of one domain under one connector, in one direction. How
 * many there can be is bounded: what has no room any more is counted under the
 * domain PARTY_OTHERS.
 */
enum party_count {
	COUNT_MESSAGES, /* recipients that were judged; recipients to whom mail was sent */
	COUNT_TLS, /* of these, over TLS */
	/* Mail that arrives. */
	COUNT_REFUSED, /* rejected, deferred or held */
	COUNT_WOULD_REFUSE, /* the same, had a connector in test mode enforced */
	/* Mail that leaves. */
	COUNT_BELOW, /* below what the policy asks */
	COUNT_UNKNOWN, /* the log does not say whether it was over TLS */
	COUNT_POST_QUANTUM, /* with a key exchange that a quantum computer does not break */
	COUNT_KEY_EXCHANGE_KNOWN, /* the log says which key exchange */
	COUNT_DOWNGRADES, /* weaker than one before it to the same domain, or by Postfix's own word */
	COUNT_NOT_SENT, /* deferred or bounced */
	PARTY_COUNTS,
};

enum party_aspect {
	ASPECT_VERSIONS,
	ASPECT_REASONS,
	ASPECT_REFUSED_HOSTS,
	ASPECT_SUBJECTS,
	ASPECT_FINGERPRINTS,
	ASPECT_WOULD_REASONS,
	ASPECT_WOULD_HOSTS,
	ASPECT_KEY_EXCHANGES,
	ASPECT_LEVELS,
	ASPECT_BELOW,
	PARTY_ASPECTS,
};

/* The domain of all that had no room. No domain looks so. */
#define PARTY_OTHERS "(others)"

struct party {
	char *key; /* "CONNECTOR DOMAIN" */
	const char *connector; /* in key; "" for none */
	const char *domain; /* in key */
	unsigned long long counts[PARTY_COUNTS];
	struct tally aspects[PARTY_ASPECTS];
	int strongest; /* of what was sent: TLS_VERSION_UNKNOWN for plaintext */
	UT_hash_handle hh;
};

struct parties {
	struct party *table;
	size_t count;
	size_t *budget; /* borrowed; in bytes, for all that is kept */
};

/* The party, new where there is none yet. Valid as long as parties. connector: NULL for none. */
struct party *party_find(struct parties *parties, const char *connector, const char *domain);

/* One more sighting; text NULL: none. when: 0 where it is not known. */
void party_add(struct party *party, enum party_aspect aspect, const char *text, time_t when, size_t *budget);

/* Adds all that another one has to one that is zeroed before the first. */
void party_merge(struct party *total, const struct party *other, size_t *budget);

/* Connectors by name, those without one last; in each the domain with the most messages first. */
void parties_sort(struct parties *parties);

void party_fini(struct party *party);
void parties_fini(struct parties *parties);

#endif
