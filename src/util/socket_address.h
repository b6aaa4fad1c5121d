/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_SOCKET_ADDRESS_H
#define FORCEDTLS_UTIL_SOCKET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

/* Where a service listens, in the words of libmilter (smfi_setconn). */
enum socket_family {
	SOCKET_FAMILY_UNIX, /* unix:PATH, local:PATH, :PATH, or a path alone */
	SOCKET_FAMILY_INET, /* inet:PORT@HOST, or inet:PORT for every address of this host */
	SOCKET_FAMILY_INET6,
};

struct socket_address {
	enum socket_family family;
	bool has_word; /* one of the words above stands before the colon */
	const char *path; /* SOCKET_FAMILY_UNIX */
	int port; /* of the others */
	const char *host; /* without the brackets that an IPv6 address may have; NULL: every address */
	size_t host_length;
};

enum socket_address_result {
	SOCKET_ADDRESS_OK,
	SOCKET_ADDRESS_UNKNOWN, /* none of these forms */
	SOCKET_ADDRESS_SWAPPED, /* HOST:PORT, as Postfix writes it: host and port are those */
	SOCKET_ADDRESS_PORT, /* not a number from 1 to 65535 */
	SOCKET_ADDRESS_HOST, /* what follows the "@" is neither a name nor an address */
};

/*
 * Takes such a text apart; address_r points into it. The words are compared
 * without case. Looks at no file, and asks nobody what a name means.
 * address_r is whole with SOCKET_ADDRESS_OK and _SWAPPED. Threads: safe.
 */
enum socket_address_result socket_address_parse(const char *text, struct socket_address *address_r);

/*
 * True when only one of two can be served, false where that cannot be told
 * from their texts: one host has many names.
 */
bool socket_address_same(const struct socket_address *one, const struct socket_address *other);

/* A path for bind(2) and connect(2). False, and errno is ENAMETOOLONG, where it does not fit. Threads: safe. */
bool socket_address_unix(const char *path, struct sockaddr_un *address_r);

#endif
