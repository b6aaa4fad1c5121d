/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_FROM_PIECES_H
#define FORCEDTLS_MAIL_FROM_PIECES_H

#include <stdbool.h>
#include <stddef.h>

/* Letters, digits, "-", "_", and bytes beyond ASCII, of which something may be made. */
bool from_pieces_is_label_byte(char c);

/*
 * Calls found for each domain that pieces of a text may be put together to,
 * where mail programs pass over what stands between them: quotes, backslashes,
 * brackets, white space, comments. Where a comment begins and ends is not
 * decided, since they differ in that: it may go from any "(" to any ")" behind
 * it. What begins behind an "@" may have white space in it; what begins
 * elsewhere is put together where there is more than that between two pieces.
 * Any piece may be the last. What is found is labels and dots, in any order,
 * and valid for the call. *room_io: how many bytes may be handed out, and is
 * then what is left; false when it is too little. Threads: safe.
 */
typedef void from_pieces_found(void *context, const char *domain, bool behind_at);
bool from_pieces_join(const char *text, size_t *room_io, from_pieces_found *found, void *context);

#endif
