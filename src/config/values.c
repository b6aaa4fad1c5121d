/* SPDX-License-Identifier: MIT */
/*
 * Dates, and the few texts of a policy file that have a form of their own.
 * Knows no keys and no connectors.
 */
#include "config/values.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "util/memory.h"
#include "util/socket_address.h"

bool values_date(const struct source *source, const struct path *path, const struct node *node,
		 date_t *date_r)
{
	if (date_parse(node->text, date_r))
		return true;
	report_text_error(source, path, node, "is not a day such as 2027-03-01");
	return false;
}

bool values_fingerprint(const struct source *source, const struct path *path, const struct node *node,
			struct fingerprint *fingerprint_r)
{
	switch (fingerprint_parse(node->text, fingerprint_r)) {
	case FINGERPRINT_OK:
		return true;
	case FINGERPRINT_LENGTH:
		report_text_error(source, path, node,
				  "is no SHA-256 digest, which has 64 hexadecimal digits; set "
				  "smtpd_tls_fingerprint_digest = sha256 in Postfix and take that");
		break;
	case FINGERPRINT_INVALID:
		report_text_error(source, path, node,
				  "is not 64 hexadecimal digits, with a colon between all pairs or none");
		break;
	}
	return false;
}

bool values_parse_socket_mode(const char *text, mode_t *mode_r)
{
	size_t length = strlen(text);

	if (length != 4 || text[0] != '0' || strspn(text, "01234567") != length)
		return false;
	*mode_r = (mode_t)strtoul(text, NULL, 8);
	return true;
}

bool values_socket_mode(const struct source *source, const struct path *path, const struct node *node,
			mode_t *mode_r)
{
	if (values_parse_socket_mode(node->text, mode_r))
		return true;
	report_text_error(source, path, node, "is not four octal digits that begin with 0, such as \"0660\"");
	return false;
}

static bool check_socket_path(const struct source *source, const struct path *path, const struct node *node,
			      const char *socket_path)
{
	const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (socket_path[0] != '/') {
		report_error(source, path, node, "the path of the socket must begin with \"/\"");
		return false;
	}
	if (strlen(socket_path) > most) {
		report_error(source, path, node, "the path of the socket has %zu bytes; %zu is the most",
			     strlen(socket_path), most);
		return false;
	}
	return true;
}

/* As Postfix writes it, in our words. */
static void report_swapped(const struct source *source, const struct path *path, const struct node *node,
			   const struct socket_address *address)
{
	bool is_inet6 = memchr(address->host, ':', address->host_length) != NULL;
	char *host = xstrndup(address->host, address->host_length);
	struct strbuf text = {0};

	strbuf_printf(&text, is_inet6 ? "inet6:%d@[%s]" : "inet:%d@%s", address->port, host);
	report_error(source, path, node, "the port comes first: write %s", text.text);
	strbuf_fini(&text);
	free(host);
}

/* Which it has a word for. */
static bool check_socket(const struct source *source, const struct path *path, const struct node *node,
			 const struct socket_address *address)
{
	if (address->family == SOCKET_FAMILY_UNIX)
		return check_socket_path(source, path, node, address->path);
	if (address->host == NULL)
		report_warning(
			source, path, node,
			"without a host the socket listens on every address; write inet:PORT@127.0.0.1");
	return true;
}

bool values_socket(const struct source *source, const struct path *path, const struct node *node)
{
	enum socket_address_result result;
	struct socket_address address;

	result = socket_address_parse(node->text, &address);
	if (result == SOCKET_ADDRESS_OK && address.has_word)
		return check_socket(source, path, node, &address);
	switch (result) {
	case SOCKET_ADDRESS_OK:
	case SOCKET_ADDRESS_UNKNOWN:
		report_text_error(source, path, node, "is not unix:PATH, inet:PORT@HOST or inet6:PORT@HOST");
		break;
	case SOCKET_ADDRESS_SWAPPED:
		report_swapped(source, path, node, &address);
		break;
	case SOCKET_ADDRESS_PORT:
		report_error(source, path, node, "the port of the socket must be a number from 1 to 65535");
		break;
	case SOCKET_ADDRESS_HOST:
		report_error(source, path, node,
			     "what follows the \"@\" must be the name or address of a host");
		break;
	}
	return false;
}

bool values_domain(const struct source *source, const struct path *path, const struct node *node,
		   char domain_r[DOMAIN_SIZE])
{
	if (domain_normalise(node->text, strlen(node->text), domain_r) == DOMAIN_OK && domain_r[0] != '[')
		return true;
	report_text_error(source, path, node, "is not a domain");
	return false;
}

bool values_same_socket(const char *one, const char *other)
{
	struct socket_address addresses[2];

	return socket_address_parse(one, &addresses[0]) == SOCKET_ADDRESS_OK &&
	       socket_address_parse(other, &addresses[1]) == SOCKET_ADDRESS_OK &&
	       socket_address_same(&addresses[0], &addresses[1]);
}

/* Not what stands in ordinary mailboxes, and not what ends one. */
bool values_is_delimiter(const char *text)
{
	static const char never[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@\"\\ ";

	return text[strcspn(text, never)] == '\0';
}

bool values_delimiter(const struct source *source, const struct path *path, const struct node *node)
{
	if (values_is_delimiter(node->text))
		return true;
	report_text_error(source, path, node, "has a letter, a digit, a blank, or one of @ \" \\ in it");
	return false;
}
