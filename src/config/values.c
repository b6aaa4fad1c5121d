/* SPDX-License-Identifier: MIT */
/*
 * Dates, and the few texts of a policy file that have a form of their own.
 * Knows no keys and no connectors.
 */
#include "config/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "util/decimal.h"

bool values_date(const struct source *source, const struct path *path, const struct node *node,
		 date_t *date_r)
{
	char quoted[REPORT_QUOTE_SIZE];

	if (date_parse(node->text, date_r))
		return true;
	report_error(source, path, node, "%s is not a day such as 2027-03-01",
		     report_quote(node->text, quoted));
	return false;
}

bool values_fingerprint(const struct source *source, const struct path *path, const struct node *node,
			struct fingerprint *fingerprint_r)
{
	char quoted[REPORT_QUOTE_SIZE];

	switch (fingerprint_parse(node->text, fingerprint_r)) {
	case FINGERPRINT_OK:
		return true;
	case FINGERPRINT_LENGTH:
		report_error(source, path, node,
			     "%s is no SHA-256 digest, which has 64 hexadecimal digits; set "
			     "smtpd_tls_fingerprint_digest = sha256 in Postfix and take that",
			     report_quote(node->text, quoted));
		break;
	case FINGERPRINT_INVALID:
		report_error(source, path, node,
			     "%s is not 64 hexadecimal digits, with a colon between all pairs or none",
			     report_quote(node->text, quoted));
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
	char quoted[REPORT_QUOTE_SIZE];

	if (values_parse_socket_mode(node->text, mode_r))
		return true;
	report_error(source, path, node, "%s is not four octal digits that begin with 0, such as \"0660\"",
		     report_quote(node->text, quoted));
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

static bool is_port(const char *text, size_t length)
{
	int port = decimal_parse_bytes(text, length);

	return text[0] != '0' && port > 0 && port <= 65535;
}

static bool is_host(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length < 256 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") == length;
}

static bool check_socket_address(const struct source *source, const struct path *path,
				 const struct node *node, const char *address)
{
	size_t port_length = strcspn(address, "@");

	if (!is_port(address, port_length)) {
		report_error(source, path, node, "the port of the socket must be a number from 1 to 65535");
		return false;
	}
	if (address[port_length] == '\0') {
		report_warning(
			source, path, node,
			"without a host the socket listens on every address; write inet:PORT@127.0.0.1");
		return true;
	}
	if (!is_host(address + port_length + 1)) {
		report_error(source, path, node,
			     "what follows the \"@\" must be the name or address of a host");
		return false;
	}
	return true;
}

bool values_socket(const struct source *source, const struct path *path, const struct node *node)
{
	const char *colon = strchr(node->text, ':');
	size_t length = colon != NULL ? (size_t)(colon - node->text) : 0;
	char quoted[REPORT_QUOTE_SIZE];

	if ((length == 4 && strncmp(node->text, "unix", length) == 0) ||
	    (length == 5 && strncmp(node->text, "local", length) == 0))
		return check_socket_path(source, path, node, colon + 1);
	if ((length == 4 && strncmp(node->text, "inet", length) == 0) ||
	    (length == 5 && strncmp(node->text, "inet6", length) == 0))
		return check_socket_address(source, path, node, colon + 1);
	report_error(source, path, node, "%s is not unix:PATH, inet:PORT@HOST or inet6:PORT@HOST",
		     report_quote(node->text, quoted));
	return false;
}

bool values_domain(const struct source *source, const struct path *path, const struct node *node,
		   char domain_r[DOMAIN_SIZE])
{
	char quoted[REPORT_QUOTE_SIZE];

	if (domain_normalise(node->text, strlen(node->text), domain_r) == DOMAIN_OK && domain_r[0] != '[')
		return true;
	report_error(source, path, node, "%s is not a domain", report_quote(node->text, quoted));
	return false;
}

/* What follows the "@"; "" where the socket listens on every address. */
static const char *host_of(const char *address)
{
	const char *at = strchr(address, '@');

	return at != NULL ? at + 1 : "";
}

static int port_of(const char *address)
{
	return decimal_parse_bytes(address, strcspn(address, "@"));
}

bool values_same_socket(const char *one, const char *other)
{
	const char *one_colon = strchr(one, ':'), *other_colon = strchr(other, ':');
	bool one_is_path, other_is_path;

	if (one_colon == NULL || other_colon == NULL)
		return false;
	one_is_path = strncmp(one, "inet", 4) != 0;
	other_is_path = strncmp(other, "inet", 4) != 0;
	if (one_is_path || other_is_path)
		return one_is_path && other_is_path && strcmp(one_colon, other_colon) == 0;
	if (one_colon - one != other_colon - other || port_of(one_colon + 1) != port_of(other_colon + 1))
		return false;
	return *host_of(one) == '\0' || *host_of(other) == '\0' ||
	       strcasecmp(host_of(one), host_of(other)) == 0;
}

/* Not what stands in ordinary mailboxes, and not what ends one. */
bool values_delimiter(const struct source *source, const struct path *path, const struct node *node)
{
	static const char never[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@\"\\ ";
	char quoted[REPORT_QUOTE_SIZE];

	if (strcspn(node->text, never) == node->count)
		return true;
	report_error(source, path, node, "%s has a letter, a digit, a blank, or one of @ \" \\ in it",
		     report_quote(node->text, quoted));
	return false;
}
