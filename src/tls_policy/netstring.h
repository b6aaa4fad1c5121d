/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_POLICY_NETSTRING_H
#define FORCEDTLS_TLS_POLICY_NETSTRING_H

#include <stddef.h>

#include "util/memory.h"

/*
 * Netstrings (https://cr.yp.to/proto/netstrings.txt): the length in decimal
 * digits, ":", that many bytes, ",". The empty one is "0:,".
 */
enum netstring_result {
	NETSTRING_DONE,
	NETSTRING_MORE, /* what is there is the beginning of one */
	NETSTRING_INVALID, /* no more bytes can make one of it, or it is too long */
};

#define NETSTRING_PAYLOAD_MAX ((size_t)999999999)
/* Digits, ":" and ",": what the framing adds to a payload. */
#define NETSTRING_FRAMING_MAX 11

/*
 * Looks for one whole netstring at the front of bytes. NETSTRING_DONE:
 * *payload_r points into bytes, and *used_r of them are the netstring. A
 * length over payload_max (at most NETSTRING_PAYLOAD_MAX) is invalid as soon as it can
 * be seen, before any of its payload is there; so are leading zeros.
 */
enum netstring_result netstring_parse(const char *bytes, size_t length, size_t payload_max,
				      const char **payload_r, size_t *payload_length_r, size_t *used_r);

/* Appends payload as a netstring. */
void netstring_add(struct strbuf *out, const char *payload, size_t length);

#endif
