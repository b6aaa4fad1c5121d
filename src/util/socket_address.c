/* SPDX-License-Identifier: MIT */
/*
 * The texts that say where a service listens. Opens nothing, and knows nothing
 * of what is spoken there.
 */
#include "util/socket_address.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "util/decimal.h"

static bool socket_address_is_word(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

/* 1 to 65535, or 0. */
static int port_of(const char *text, size_t length)
{
	int port = decimal_parse_bytes(text, length);

	return text[0] != '0' && port > 0 && port <= 65535 ? port : 0;
}

/* True with the host in address_r. */
static bool take_host(const char *text, size_t length, struct socket_address *address_r)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";

	if (length == 0 || length > 255 || strspn(text, letters) < length)
		return false;
	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	address_r->host = text;
	address_r->host_length = length;
	return true;
}

/* "127.0.0.1:8891". */
static bool is_swapped(const char *text, struct socket_address *address_r)
{
	const char *colon = strrchr(text, ':');

	if (colon == NULL || strchr(text, '@') != NULL)
		return false;
	address_r->port = port_of(colon + 1, strlen(colon + 1));
	return address_r->port != 0 && take_host(text, (size_t)(colon - text), address_r);
}

static enum socket_address_result socket_address_take_address(const char *text,
							      struct socket_address *address_r)
{
	size_t digits = strcspn(text, "@");

	if (is_swapped(text, address_r))
		return SOCKET_ADDRESS_SWAPPED;
	address_r->port = port_of(text, digits);
	if (address_r->port == 0)
		return SOCKET_ADDRESS_PORT;
	if (text[digits] == '\0')
		return SOCKET_ADDRESS_OK;
	text += digits + 1;
	return take_host(text, strlen(text), address_r) ? SOCKET_ADDRESS_OK : SOCKET_ADDRESS_HOST;
}

enum socket_address_result socket_address_parse(const char *text, struct socket_address *address_r)
{
	const char *colon = strchr(text, ':');
	size_t length = colon != NULL ? (size_t)(colon - text) : 0;

	*address_r = (struct socket_address){.family = SOCKET_FAMILY_UNIX, .has_word = length > 0};
	if (length == 0 || socket_address_is_word(text, length, "unix") ||
	    socket_address_is_word(text, length, "local")) {
		address_r->path = colon != NULL ? colon + 1 : text;
		return SOCKET_ADDRESS_OK;
	}
	if (socket_address_is_word(text, length, "inet"))
		address_r->family = SOCKET_FAMILY_INET;
	else if (socket_address_is_word(text, length, "inet6"))
		address_r->family = SOCKET_FAMILY_INET6;
	else
		return SOCKET_ADDRESS_UNKNOWN;
	return socket_address_take_address(colon + 1, address_r);
}

bool socket_address_same(const struct socket_address *one, const struct socket_address *other)
{
	if (one->family != other->family)
		return false;
	if (one->family == SOCKET_FAMILY_UNIX)
		return strcmp(one->path, other->path) == 0;
	if (one->port != other->port)
		return false;
	return one->host == NULL || other->host == NULL ||
	       (one->host_length == other->host_length &&
		strncasecmp(one->host, other->host, one->host_length) == 0);
}

bool socket_address_unix(const char *path, struct sockaddr_un *address_r)
{
	size_t length = strlen(path);

	*address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (length >= sizeof address_r->sun_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address_r->sun_path, path, length + 1);
	return true;
}
