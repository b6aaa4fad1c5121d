/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_SERVICE_TOLD_H
#define FORCEDTLS_POLICY_SERVICE_TOLD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Which connectors the trace headers of one message have named. A policy
 * server is asked once a recipient and can add a header each time, but a
 * message needs one for each connector and no more.
 */

/* More connectors than this are not named. */
#define TOLD_MAX ((size_t)12)

/* Zeroed memory is empty. Ended with told_fini. */
struct told {
	char *instance; /* the message, as Postfix calls it; NULL before the first */
	char *names[TOLD_MAX];
	size_t count;
};

/* True when this message has not yet been told of that connector, and still can be. */
bool told_note(struct told *told, const char *instance, const char *connector);
void told_fini(struct told *told);

#endif
