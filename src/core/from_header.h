/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_FROM_HEADER_H
#define FORCEDTLS_CORE_FROM_HEADER_H

#include <stdbool.h>

#include "core/address.h"

enum from_header_result {
	FROM_HEADER_READ, /* every address was visited */
	FROM_HEADER_SEARCHED, /* some part could not be read: every domain that it may mean was visited as well */
	FROM_HEADER_UNKNOWN, /* ... and those are not all: it may mean any domain */
};

/*
 * Calls visit for each address in the body of a From: field (RFC 5322, 3.6.2
 * and 4.4: folded lines, comments, groups, display names, source routes). What
 * mail programs may read in different ways is not read, but searched
 * (core/from_search.h): visit gets domains, and local is NULL then. That goes
 * for a second "@", words side by side, white space or comments in an address,
 * brackets that do not pair up, backslashes outside of quotes, encoded words in
 * an address. Words with no "@" in any spelling are no address, and select
 * nothing. The addresses are valid for the call. Threads: safe.
 */
typedef void from_header_visit(void *context, const struct address *address);
enum from_header_result from_header_read(const char *body, from_header_visit *visit, void *context);

#endif
