/* SPDX-License-Identifier: MIT */
/*
 * Destinations as Postfix's SMTP client names them. Reads what Postfix reads
 * (the host:port forms of transport(5)), bare addresses included.
 */
#include "core/next_hop.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/ip.h"

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

/* The address as a literal; false when it is none. */
static bool read_address(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	char literal[IP_TEXT_SIZE + sizeof "[ipv6:]"];

	if (length > IP_TEXT_SIZE + strlen("ipv6:"))
		return false;
	(void)snprintf(literal, sizeof literal, "[%.*s]", (int)length, text);
	return domain_normalise(literal, strlen(literal), domain_r) == DOMAIN_OK;
}

/* host: without brackets. */
static enum next_hop_result read_host(const char *host, size_t length, struct next_hop *next_hop)
{
	if (read_address(host, length, next_hop->domain))
		return NEXT_HOP_DOMAIN;
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

static enum next_hop_result read_text(const char *text, struct next_hop *next_hop)
{
	const char *end, *rest;

	if (text[0] == '.')
		return NEXT_HOP_PARENT;
	if (text[0] == '[') {
		text++;
		end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return NEXT_HOP_INVALID;
		rest = end + 1;
	} else {
		end = strrchr(text, ':');
		if (end == NULL)
			end = text + strlen(text);
		rest = end;
	}
	if (*rest == ':' && !is_port(rest + 1))
		return NEXT_HOP_INVALID;
	return read_host(text, (size_t)(end - text), next_hop);
}

enum next_hop_result next_hop_parse(const char *text, struct next_hop *next_hop_r)
{
	enum next_hop_result result;

	next_hop_r->domain[0] = '\0';
	result = read_text(text, next_hop_r);
	if (result != NEXT_HOP_DOMAIN)
		next_hop_r->domain[0] = '\0';
	return result;
}
