/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_FROM_TOKEN_H
#define FORCEDTLS_MAIL_FROM_TOKEN_H

#include <stddef.h>

/* What address fields are made of (RFC 5322, 3.2 and 4.1), without comments and white space. */
enum from_token_kind {
	FROM_TOKEN_END,
	FROM_TOKEN_BROKEN, /* what cannot be told apart from here on */
	FROM_TOKEN_ATOM, /* any bytes but white space and specials; dots are specials here */
	FROM_TOKEN_QUOTED, /* with its quotes */
	FROM_TOKEN_LITERAL, /* with its brackets; directly behind "@" alone */
	FROM_TOKEN_SPECIAL, /* one byte, *start */
};

struct from_token {
	enum from_token_kind kind;
	const char *start;
	size_t length;
};

/*
 * The token behind previous, which ended at *at_io; *at_io is moved on. Of
 * comments that are not closed, quotes that do not end, and a backslash
 * outside of both, mail programs make different things: FROM_TOKEN_BROKEN.
 */
struct from_token from_token_next(const struct from_token *previous, const char **at_io);

#endif
