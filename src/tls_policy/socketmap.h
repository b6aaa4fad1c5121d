/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_POLICY_SOCKETMAP_H
#define FORCEDTLS_TLS_POLICY_SOCKETMAP_H

#include <stddef.h>

#include "util/memory.h"
#include "tls_policy/netstring.h"

/*
 * The protocol of Sendmail's and Postfix's socketmap tables
 * (socketmap_table(5)): a request is the netstring "NAME KEY", a reply the
 * netstring "STATUS TEXT". Postfix takes replies of up to 100,000 bytes, and
 * asks for keys as they are: their case and all their bytes.
 */
#define SOCKETMAP_QUERY_MAX ((size_t)10000)
#define SOCKETMAP_REPLY_MAX ((size_t)100000)
#define SOCKETMAP_REQUEST_MAX (SOCKETMAP_QUERY_MAX + sizeof "10000:," - 1)

/* Where in the request these are. Borrowed from its bytes, and not NUL-terminated. */
struct socketmap_query {
	const char *map;
	size_t map_length; /* at least 1 */
	const char *key;
	size_t key_length;
};

/*
 * Looks for one whole request at the front of bytes; results as those of
 * netstring_parse. NETSTRING_INVALID: also where there is no name, or no
 * blank behind it.
 */
enum netstring_result socketmap_parse(const char *bytes, size_t length, struct socketmap_query *query_r,
				      size_t *used_r);

enum socketmap_status {
	SOCKETMAP_OK, /* text is the value of the key */
	SOCKETMAP_NOTFOUND, /* text is not used: "" */
	SOCKETMAP_TEMP, /* text is the reason; the client tries again later */
};

/* Appends a reply. A text that does not fit is never cut short: the reply is then TEMP. */
void socketmap_reply(struct strbuf *out, enum socketmap_status status, const char *text);

#endif
