/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_SUGGESTION_H
#define FORCEDTLS_REPORT_SUGGESTION_H

#include <stdbool.h>
#include <stdio.h>

#include "report/exceptions.h"
#include "report/session_kind.h"

/* The sessions of one domain, and what they have in common. */
struct suggestion {
	char *domain;
	struct session_kind *kinds;
	unsigned long long without_room; /* sessions of kinds for which there was no room */
	struct common common;
	UT_hash_handle hh;
};

/* Works out what the sessions have in common: once, when all are there. */
void suggestion_find(struct suggestion *suggestion);

/*
 * True where the connector is one; false where it is a comment, for most
 * sessions were in plaintext, or is none, for no session passed over TLS.
 */
bool suggestion_is_connector(const struct suggestion *suggestion);

/* As an item of "connectors", or in comments. number: for its name. */
void suggestion_print(const struct suggestion *suggestion, size_t number, FILE *out);

void suggestion_fini(struct suggestion *suggestion);

#endif
