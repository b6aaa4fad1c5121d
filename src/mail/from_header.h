/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_FROM_HEADER_H
#define FORCEDTLS_MAIL_FROM_HEADER_H

#include "mail/address.h"

enum from_header_result {
	FROM_HEADER_READ, /* every address was visited */
	FROM_HEADER_SEARCHED, /* some part could not be read: every domain that it may mean was visited as well */
	FROM_HEADER_UNKNOWN, /* ... and those are not all: it may mean any domain */
};

/*
 * Calls visit for each address in the body of a From: field (RFC 5322, 3.6.2
 * and 4.4: folded lines, comments, groups, display names). What mail programs
 * read in different ways is not read, but searched (mail/from_search.h): visit
 * gets domains, and local is NULL then. That goes for all that is obsolete
 * (source routes, white space or comments in an address), a second "@", words
 * side by side, brackets that do not pair up, backslashes outside of quotes,
 * local parts that are not plain words, encoded words in an address, and names
 * in which some programs would find an address. Where a program sees less or
 * more of an address that is read, or another domain in its A-labels, that is
 * visited as well. Words with no "@" in any spelling are no address, and select
 * nothing. A field with more in it than a few hundred addresses may mean any
 * domain. The addresses are valid for the call. Threads: safe.
 */
typedef void from_header_visit(void *context, const struct address *address);
enum from_header_result from_header_read(const char *body, from_header_visit *visit, void *context);

/*
 * What two fields of one message come to. Some programs join them, and then
 * what is open in the one goes on in the other.
 */
enum from_header_result from_header_both(enum from_header_result one, enum from_header_result other);

#endif
