/* SPDX-License-Identifier: MIT */
/*
 * Addresses and networks, IPv4 and IPv6. Does no look-ups of names; an
 * IPv4-mapped IPv6 address is an IPv4 address from here on.
 */
#include "util/ip.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/decimal.h"
#include "util/memory.h"

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void set_ipv4(struct ip_address *ip, const void *bytes)
{
	memset(ip, 0, sizeof *ip);
	ip->family = 4;
	memcpy(ip->bytes, bytes, 4);
}

static void set_ipv6(struct ip_address *ip, const void *bytes)
{
	if (memcmp(bytes, mapped_prefix, sizeof mapped_prefix) == 0) {
		set_ipv4(ip, (const uint8_t *)bytes + sizeof mapped_prefix);
		return;
	}
	memset(ip, 0, sizeof *ip);
	ip->family = 6;
	memcpy(ip->bytes, bytes, 16);
}

bool ip_parse(const char *text, struct ip_address *ip_r)
{
	uint8_t bytes[16];

	memset(ip_r, 0, sizeof *ip_r);
	if (inet_pton(AF_INET, text, bytes) == 1)
		set_ipv4(ip_r, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		set_ipv6(ip_r, bytes);
	return ip_r->family != 0;
}

bool ip_parse_number(const char *text, struct ip_address *ip_r)
{
	struct in_addr in;

	memset(ip_r, 0, sizeof *ip_r);
	if (text[0] >= '0' && text[0] <= '9' && inet_aton(text, &in) != 0)
		set_ipv4(ip_r, &in);
	return ip_r->family != 0;
}

bool ip_from_sockaddr(const struct sockaddr *sa, struct ip_address *ip_r, int *port_r)
{
	memset(ip_r, 0, sizeof *ip_r);
	*port_r = -1;
	if (sa != NULL && sa->sa_family == AF_INET) {
		struct sockaddr_in sin;

		memcpy(&sin, sa, sizeof sin);
		set_ipv4(ip_r, &sin.sin_addr);
		*port_r = ntohs(sin.sin_port);
	} else if (sa != NULL && sa->sa_family == AF_INET6) {
		struct sockaddr_in6 sin6;

		memcpy(&sin6, sa, sizeof sin6);
		set_ipv6(ip_r, &sin6.sin6_addr);
		*port_r = ntohs(sin6.sin6_port);
	}
	return ip_r->family != 0;
}

bool ip_endpoint_parse(const char *address, const char *port, struct ip_endpoint *endpoint_r)
{
	int number = decimal_parse(port);

	*endpoint_r = (struct ip_endpoint){0};
	if (number < 1 || number > UINT16_MAX || address == NULL || !ip_parse(address, &endpoint_r->address))
		return false;
	endpoint_r->port = number;
	return true;
}

bool ip_is_loopback(const struct ip_address *ip)
{
	static const uint8_t loopback6[16] = {[15] = 1};

	if (ip->family == 4)
		return ip->bytes[0] == 127;
	return ip->family == 6 && memcmp(ip->bytes, loopback6, sizeof loopback6) == 0;
}

bool ip_names_loopback(const char *host)
{
	struct ip_address ip;

	return strcasecmp(host, "localhost") == 0 || (ip_parse(host, &ip) && ip_is_loopback(&ip));
}

const char *ip_print(const struct ip_address *ip, char buffer[IP_TEXT_SIZE])
{
	static_assert(IP_TEXT_SIZE >= INET6_ADDRSTRLEN, "an IPv6 address fits");

	if (ip->family == 0 ||
	    inet_ntop(ip->family == 4 ? AF_INET : AF_INET6, ip->bytes, buffer, IP_TEXT_SIZE) == NULL)
		return "unknown";
	return buffer;
}

/* Length of an address of that family in bits. */
static unsigned family_bits(uint8_t family)
{
	return family == 4 ? 32 : 128;
}

static uint8_t byte_mask(unsigned prefix, unsigned byte)
{
	if (prefix >= (byte + 1) * 8)
		return 0xff;
	if (prefix <= byte * 8)
		return 0;
	return (uint8_t)(0xff << (8 - (prefix - byte * 8)));
}

static struct ip_address masked(const struct ip_address *ip, unsigned prefix)
{
	struct ip_address network = *ip;

	for (unsigned i = 0; i < sizeof network.bytes; i++)
		network.bytes[i] &= byte_mask(prefix, i);
	return network;
}

static int ip_compare(const struct ip_address *a, const struct ip_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* Decimal digits alone, 0 to limit; -1 otherwise. */
static int parse_prefix(const char *text, int limit)
{
	int prefix = strlen(text) <= 3 ? decimal_parse(text) : -1;

	return prefix <= limit ? prefix : -1;
}

bool cidr_parse(const char *text, struct cidr *cidr_r, const char **error_r)
{
	const char *slash = strchr(text, '/');
	size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char address[IP_TEXT_SIZE];
	struct ip_address network;
	bool written_as_ipv6;
	int prefix;

	memset(cidr_r, 0, sizeof *cidr_r);
	*error_r = "is neither an IP address nor a network such as 192.0.2.0/24 or 2001:db8::/32";
	if (length >= sizeof address)
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!ip_parse(address, &cidr_r->network))
		return false;
	written_as_ipv6 = strchr(address, ':') != NULL;
	prefix = slash == NULL ? (int)family_bits(cidr_r->network.family)
			       : parse_prefix(slash + 1, written_as_ipv6 ? 128 : 32);
	/* ::ffff:192.0.2.0/120 is 192.0.2.0/24; a shorter prefix would mix families. */
	if (slash != NULL && written_as_ipv6 && cidr_r->network.family == 4)
		prefix = prefix >= 96 ? prefix - 96 : -1;
	if (prefix < 0) {
		*error_r = "has a prefix length out of range";
		return false;
	}
	cidr_r->prefix = (uint8_t)prefix;
	network = masked(&cidr_r->network, (unsigned)prefix);
	if (ip_compare(&network, &cidr_r->network) != 0) {
		*error_r = "has bits set beyond its prefix length";
		return false;
	}
	return true;
}

bool cidr_contains(const struct cidr *cidr, const struct ip_address *ip)
{
	struct ip_address network;

	if (cidr->network.family != ip->family)
		return false;
	network = masked(ip, cidr->prefix);
	return ip_compare(&network, &cidr->network) == 0;
}

const char *cidr_print(const struct cidr *cidr, char buffer[CIDR_TEXT_SIZE])
{
	char address[IP_TEXT_SIZE];
	const char *text = ip_print(&cidr->network, address);

	if (cidr->prefix == family_bits(cidr->network.family))
		(void)snprintf(buffer, CIDR_TEXT_SIZE, "%s", text);
	else
		(void)snprintf(buffer, CIDR_TEXT_SIZE, "%s/%u", text, cidr->prefix);
	return buffer;
}

int cidr_compare(const struct cidr *a, const struct cidr *b)
{
	if (a->network.family == b->network.family && a->prefix != b->prefix)
		return a->prefix > b->prefix ? -1 : 1;
	return ip_compare(&a->network, &b->network);
}

int cidr_compare_placed(const void *a, const void *b)
{
	const struct cidr *first = a, *second = b;
	int order = cidr_compare(first, second);

	return order != 0 ? order : place_compare(first->place, second->place);
}

void cidr_set_add(struct cidr_set *set, const struct cidr *cidr)
{
	set->is_sorted = false;
	set->networks = vector_grow(set->networks, set->count, &set->capacity, sizeof *set->networks);
	set->networks[set->count++] = *cidr;
}

void cidr_set_finish(struct cidr_set *set)
{
	size_t kept = 0;

	set->is_sorted = true;
	if (set->count == 0)
		return;
	qsort(set->networks, set->count, sizeof *set->networks, cidr_compare_placed);
	for (size_t i = 1; i < set->count; i++)
		if (cidr_compare(&set->networks[kept], &set->networks[i]) != 0)
			set->networks[++kept] = set->networks[i];
	set->count = kept + 1;
}

/* The first network at or after wanted in the order of the set. */
static size_t lower_bound(const struct cidr_set *set, size_t from, const struct cidr *wanted)
{
	size_t to = set->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (cidr_compare(&set->networks[middle], wanted) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The longest prefix over ip of those that are no longer than prefix. */
static const struct cidr *find_up_to(const struct cidr_set *set, const struct ip_address *ip, uint8_t prefix)
{
	struct cidr wanted = {.network = {.family = ip->family}, .prefix = prefix};
	size_t at;

	assert(set->is_sorted || set->count == 0);
	if (ip->family == 0)
		return NULL;
	/* One search for each prefix length that occurs, the longest first. */
	for (at = lower_bound(set, 0, &wanted); at < set->count; at = lower_bound(set, at, &wanted)) {
		const struct cidr *next = &set->networks[at];

		if (next->network.family != ip->family)
			return NULL;
		wanted.prefix = next->prefix;
		wanted.network = masked(ip, next->prefix);
		at = lower_bound(set, at, &wanted);
		if (at < set->count && cidr_compare(&set->networks[at], &wanted) == 0)
			return &set->networks[at];
		if (wanted.prefix == 0)
			return NULL;
		wanted.prefix--;
		memset(wanted.network.bytes, 0, sizeof wanted.network.bytes);
	}
	return NULL;
}

const struct cidr *cidr_set_find(const struct cidr_set *set, const struct ip_address *ip)
{
	return find_up_to(set, ip, (uint8_t)family_bits(ip->family));
}

const struct cidr *cidr_set_find_wider(const struct cidr_set *set, const struct ip_address *ip,
				       const struct cidr *narrower)
{
	return narrower->prefix > 0 ? find_up_to(set, ip, (uint8_t)(narrower->prefix - 1)) : NULL;
}

void cidr_set_fini(struct cidr_set *set)
{
	free(set->networks);
	*set = (struct cidr_set){0};
}
