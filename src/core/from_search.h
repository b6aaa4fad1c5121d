/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_FROM_SEARCH_H
#define FORCEDTLS_CORE_FROM_SEARCH_H

#include <stdbool.h>

/*
 * Calls visit for each domain that occurs in a text which cannot be read: as
 * it stands, with encoded words (RFC 2047) decoded, and put together from what
 * some program puts together (core/from_pieces.h). A domain may come more than
 * once; it is normalised and valid for the call. False when the text may hold
 * any domain: a name that cannot be converted, a character set that is not
 * ASCII where it is ASCII, a control character, half of an encoded word or one
 * in an address, a literal, more pieces than are put together. The cost grows
 * with the length of the text, and has a bound. Threads: safe.
 */
typedef void from_search_visit(void *context, const char *domain);
bool from_search(const char *text, from_search_visit *visit, void *context);

#endif
