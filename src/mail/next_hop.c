/* SPDX-License-Identifier: MIT */
/*
 * Destinations as Postfix's SMTP client names them. Reads what Postfix reads
 * (the host:port forms of transport(5)), bare addresses included.
 */
#include "mail/next_hop.h"

#include <stdbool.h>
#include <string.h>

/* Longest name or number of a port: the services that getservbyname(3) knows are shorter. */
#define PORT_MAX 64

/* A name or number of a service; nothing at all is Postfix's default. */
static bool is_port(const char *text)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+";
	size_t length = strlen(text);

	if (length > PORT_MAX || strspn(text, characters) != length)
		return false;
	return text[0] < '0' || text[0] > '9' || strspn(text, "0123456789") == length;
}

/* host: without brackets and port. */
static enum next_hop_result next_hop_read_host(const char *host, size_t length, struct next_hop *next_hop)
{
	if (length == 0 || host[0] == '[')
		return NEXT_HOP_INVALID;
	switch (domain_normalise(host, length, next_hop->domain)) {
	case DOMAIN_OK:
		return NEXT_HOP_DOMAIN;
	case DOMAIN_UNCONVERTIBLE:
		return NEXT_HOP_UNCONVERTIBLE;
	case DOMAIN_INVALID:
		break;
	}
	return NEXT_HOP_INVALID;
}

static enum next_hop_result read_brackets(const char *text, struct next_hop *next_hop)
{
	const char *end = strchr(text, ']');

	if (end == NULL || (end[1] != '\0' && end[1] != ':') || (end[1] == ':' && !is_port(end + 2)))
		return NEXT_HOP_INVALID;
	return next_hop_read_host(text + 1, (size_t)(end - text) - 1, next_hop);
}

static enum next_hop_result next_hop_read_text(const char *text, struct next_hop *next_hop)
{
	const char *port = strrchr(text, ':');

	if (text[0] == '.')
		return NEXT_HOP_PARENT;
	if (text[0] == '[')
		return read_brackets(text, next_hop);
	/* An IPv6 address without brackets has no port: what is behind its last colon is its own. */
	if (port == NULL || strchr(text, ':') != port)
		return next_hop_read_host(text, strlen(text), next_hop);
	return is_port(port + 1) ? next_hop_read_host(text, (size_t)(port - text), next_hop)
				 : NEXT_HOP_INVALID;
}

enum next_hop_result next_hop_parse(const char *text, struct next_hop *next_hop_r)
{
	enum next_hop_result result;

	next_hop_r->domain[0] = '\0';
	result = next_hop_read_text(text, next_hop_r);
	if (result != NEXT_HOP_DOMAIN)
		next_hop_r->domain[0] = '\0';
	return result;
}
