/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_FLAT_JSON_H
#define FORCEDTLS_REPORT_FLAT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One line of a log that is a JSON object (RFC 8259), read where it stands: a
 * log has millions of them, and a tree of each costs more than all that is
 * then done with it. Lists and objects within stay text.
 */

enum flat_kind {
	FLAT_TEXT,
	FLAT_NUMBER,
	FLAT_WORD, /* true, false, null */
	FLAT_NESTED, /* a list or an object, as it was written: brackets and quotes match, and no more is known of it */
};

struct flat_member {
	const char *key;
	char *text; /* NUL-terminated: a text without its escapes, a number as it was written */
	enum flat_kind kind;
};

/* Members beyond so many are passed over. */
#define FLAT_JSON_MEMBERS ((size_t)96)

struct flat_json {
	struct flat_member members[FLAT_JSON_MEMBERS];
	size_t count;
};

/*
 * Reads text, which is NUL-terminated and is changed; the members point into
 * it. False for what is no object, as a whole, in UTF-8, and for a text with a
 * NUL in it. Threads: safe.
 */
bool flat_json_read(char *text, struct flat_json *json_r);

/* The last of that name (RFC 8259, 4); NULL: there is none. */
const struct flat_member *flat_json_find(const struct flat_json *json, const char *key);

#endif
