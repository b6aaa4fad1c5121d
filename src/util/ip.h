/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_IP_H
#define FORCEDTLS_UTIL_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "util/place.h"

/* An address without port. An IPv4-mapped IPv6 address is kept as IPv4 (RFC 4291, 2.5.5.2). */
struct ip_address {
	uint8_t family; /* 4, 6, or 0 for none */
	uint8_t bytes[16];
};

/* Longest text of an address, with NUL. */
#define IP_TEXT_SIZE 46

/* False, and family 0, when text is no address. No brackets, no zone, no prefix. */
bool ip_parse(const char *text, struct ip_address *ip_r);
/*
 * An IPv4 address in any of the ways in which resolvers take it for one, in a name of letters, digits and dots
 * (inet_aton(3)): "192.0.2.1", "0300.0.0x2.1", "3221225985".
 */
bool ip_parse_number(const char *text, struct ip_address *ip_r);
/* port_r: host order, -1 where there is none. False for anything but AF_INET and AF_INET6, NULL included. */
bool ip_from_sockaddr(const struct sockaddr *sa, struct ip_address *ip_r, int *port_r);

/* One end of a connection. */
struct ip_endpoint {
	struct ip_address address;
	int port;
};

/* False, and all zero, unless both are there, and are an address as ip_parse takes it and a port but 0. NULL: not told. */
bool ip_endpoint_parse(const char *address, const char *port, struct ip_endpoint *endpoint_r);

bool ip_is_loopback(const struct ip_address *ip);
/* "localhost" in any case, or such an address. */
bool ip_names_loopback(const char *host);
/* Writes "192.0.2.1" or "2001:db8::1" and returns buffer; "unknown" for family 0. */
const char *ip_print(const struct ip_address *ip, char buffer[IP_TEXT_SIZE]);

/* A network in CIDR notation (RFC 4632, RFC 4291). */
struct cidr {
	struct ip_address network;
	uint8_t prefix; /* bits, within the network's family */
	struct place place;
};

/* Longest text of a network, with NUL. */
#define CIDR_TEXT_SIZE (IP_TEXT_SIZE + 4)

/*
 * "192.0.2.0/24", "2001:db8::/32", or an address for itself alone. False with
 * error_r (static text) set when it is neither or has host bits set.
 */
bool cidr_parse(const char *text, struct cidr *cidr_r, const char **error_r);
bool cidr_contains(const struct cidr *cidr, const struct ip_address *ip);
/* A total order: family, longer prefix first, address. The place does not count. */
int cidr_compare(const struct cidr *a, const struct cidr *b);
/* The same for qsort(3); of equal networks the one that was written first comes first. */
int cidr_compare_placed(const void *a, const void *b);
const char *cidr_print(const struct cidr *cidr, char buffer[CIDR_TEXT_SIZE]);

/* A set of networks that finds the longest prefix over an address. Zeroed memory is an empty set. */
struct cidr_set {
	struct cidr *networks; /* sorted by cidr_set_finish: family, longer prefix, address */
	bool is_sorted; /* cidr_set_finish was called since the last add */
	size_t count;
	size_t capacity;
};

void cidr_set_add(struct cidr_set *set, const struct cidr *cidr);
/* To be called once between the last add and the first find. A network that is there twice stays once. */
void cidr_set_finish(struct cidr_set *set);
/* The longest prefix over ip, or NULL. Borrowed from the set. Threads: safe after finish. */
const struct cidr *cidr_set_find(const struct cidr_set *set, const struct ip_address *ip);
/* The next longest prefix over ip, after one that was found for it; NULL when there is none. */
const struct cidr *cidr_set_find_wider(const struct cidr_set *set, const struct ip_address *ip,
				       const struct cidr *narrower);
void cidr_set_fini(struct cidr_set *set);

#endif
