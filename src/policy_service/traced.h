/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_SERVICE_TRACED_H
#define FORCEDTLS_POLICY_SERVICE_TRACED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Which connectors the trace headers of one message have named. A policy
 * server is asked once a recipient and can add a header each time, but a
 * message needs one for each connector and no more.
 */

/* More connectors than this are not named. */
#define TRACED_MAX ((size_t)12)

/* Zeroed memory is empty. Ended with traced_fini. */
struct traced {
	char *instance; /* the message, as Postfix calls it; NULL before the first */
	char *names[TRACED_MAX];
	size_t count;
};

/* True when this message has no trace of that connector yet, and can still have one: it is noted. */
bool traced_note(struct traced *traced, const char *instance, const char *connector);
void traced_fini(struct traced *traced);

#endif
