/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_FROM_HEADER_H
#define FORCEDTLS_CORE_FROM_HEADER_H

#include <stdbool.h>

#include "core/address.h"

/* Whether every address of a From: field could be read. */
enum from_header_result {
	FROM_HEADER_READ,
	FROM_HEADER_UNREADABLE, /* at least one could not: the field was searched for domains instead */
};

/*
 * Calls visit for each address in the body of a From: field (RFC 5322, 3.6.2
 * and 4.4: folded lines, comments, groups, display names, source routes). A
 * field of which some part cannot be read is searched instead: visit gets each
 * domain, and each parent domain, that occurs in its text, as it stands and
 * with encoded words (RFC 2047) decoded; local is NULL then. The addresses are
 * valid for the call. Stops when visit returns false. Threads: safe.
 */
typedef bool from_header_visit(void *context, const struct address *address);
enum from_header_result from_header_read(const char *body, from_header_visit *visit, void *context);

#endif
