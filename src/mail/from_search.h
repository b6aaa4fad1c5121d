/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_FROM_SEARCH_H
#define FORCEDTLS_MAIL_FROM_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls visit for each domain that occurs in a text which cannot be read: as
 * it stands, with encoded words (RFC 2047) decoded, and put together from what
 * some program puts together (mail/from_pieces.h). A domain may come more than
 * once; it is normalised and valid for the call. False when the text may hold
 * any domain: a name that cannot be converted, a character set that is not
 * ASCII where it is ASCII, a control character, half of an encoded word or one
 * in an address, a literal, more than there is room for. *room_io: how much work there may
 * be, about the bytes that are looked at, and then what is left of it. Threads:
 * safe.
 */
typedef void from_search_visit(void *context, const char *domain);
bool from_search(const char *text, size_t *room_io, from_search_visit *visit, void *context);

/*
 * Takes the work of one domain that is to be looked at, of so many bytes, from
 * *room_io. False when there is not enough room: it is not to be looked at.
 */
bool from_search_spend(size_t *room_io, const char *domain, size_t length);

#endif
