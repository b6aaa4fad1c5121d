/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SUGGEST_H
#define FORCEDTLS_REPORT_SUGGEST_H

#include <stdio.h>

#include "policy/policy.h"
#include "report/incoming.h"
#include "report/replay.h"
#include "report/scope.h"

/* Where the session of a recipient was counted, once for each domain that its sender may be of. */
struct suggestion_places;

/* Sessions by the sender's domain, and the strictest connector that those which passed would have met. */
struct suggestions {
	struct suggestion *table;
	size_t count;
	size_t *budget; /* borrowed; in bytes */
	const struct scope *scope; /* borrowed */
	struct suggestion_places *places; /* INCOMING_PLACES of them; NULL before the first session */
	unsigned long long
		left_out; /* sessions that no connector can judge, or of domains for which there is no room */
};

/* One session; policy: for its ciphers. A null sender is of the domain of the client's HELO, as it is judged. */
void suggestions_add(struct suggestions *suggestions, const struct policy *policy,
		     const struct replay *replay, const struct incoming_news *news, time_t when);

/* Another line of a recipient says that it did not pass: its session is left out. */
void suggestions_refuse(struct suggestions *suggestions, size_t place, time_t when);

/*
 * Prints a policy file, with what it leaves out and what a stricter connector
 * would have refused in comments. What peers chose is escaped twice: once as
 * it is shown, and so that YAML takes it for what it is.
 */
void suggestions_print(struct suggestions *suggestions, FILE *out);

void suggestions_fini(struct suggestions *suggestions);

#endif
