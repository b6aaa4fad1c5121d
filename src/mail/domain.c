/* SPDX-License-Identifier: MIT */
/*
 * The one form in which domains are compared. Knows nothing of addresses or
 * patterns; the only file that calls libidn2.
 */
#include "mail/domain.h"

#include <ctype.h>
#include <errno.h>
#include <idn2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicase.h>
#include <uninorm.h>

#include "util/ip.h"
#include "util/memory.h"
#include "util/utf8.h"

#define LABEL_MAX 63
#define DOMAIN_TEXT_MAX 253

/* Beyond this no text can become a domain, however it is encoded. */
#define INPUT_MAX 1024

static const char ipv6_tag[] = "ipv6:";

/* Labels of letters, digits, "-" and "_", in lower case, without the trailing dot. */
static enum domain_result normalise_ascii(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	size_t label = 0;

	if (length > 0 && text[length - 1] == '.')
		length--;
	if (length == 0 || length > DOMAIN_TEXT_MAX)
		return DOMAIN_INVALID;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '.' ? label == 0 : !(isalnum(c) || c == '-' || c == '_'))
			return DOMAIN_INVALID;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return DOMAIN_INVALID;
		domain_r[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	domain_r[length] = '\0';
	return label > 0 ? DOMAIN_OK : DOMAIN_INVALID;
}

/* A domain that cannot be converted is one thing, and no memory to convert it another. */
static bool is_converted(int result)
{
	if (result == IDN2_MALLOC)
		memory_gone();
	return result == IDN2_OK;
}

static enum domain_result normalise_beyond_ascii(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	char input[INPUT_MAX];
	char *a_labels = NULL;
	enum domain_result result;

	memcpy(input, text, length);
	input[length] = '\0';
	if (!is_converted(idn2_to_ascii_8z(input, &a_labels, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT)))
		return DOMAIN_UNCONVERTIBLE;
	result = normalise_ascii(a_labels, strlen(a_labels), domain_r);
	idn2_free(a_labels);
	return result == DOMAIN_OK ? DOMAIN_OK : DOMAIN_UNCONVERTIBLE;
}

enum domain_result domain_normalise_name(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	domain_r[0] = '\0';
	if (length == 0 || length >= INPUT_MAX || memchr(text, '\0', length) != NULL)
		return DOMAIN_INVALID;
	return utf8_are_ascii(text, length) ? normalise_ascii(text, length, domain_r)
					    : normalise_beyond_ascii(text, length, domain_r);
}

static void print_literal(const struct ip_address *ip, char domain_r[DOMAIN_SIZE])
{
	char printed[IP_TEXT_SIZE];

	(void)snprintf(domain_r, DOMAIN_SIZE, "[%s%s]", ip->family == 6 ? ipv6_tag : "",
		       ip_print(ip, printed));
}

/* An address, with its tag or without; a name has no colon, and nothing else has one. */
static enum domain_result normalise_address(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	char address[IP_TEXT_SIZE];
	struct ip_address ip;

	if (length > sizeof ipv6_tag - 1 && strncasecmp(text, ipv6_tag, sizeof ipv6_tag - 1) == 0) {
		text += sizeof ipv6_tag - 1;
		length -= sizeof ipv6_tag - 1;
	}
	if (length >= sizeof address)
		return DOMAIN_INVALID;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!ip_parse(address, &ip))
		return DOMAIN_INVALID;
	print_literal(&ip, domain_r);
	return DOMAIN_OK;
}

/* In brackets, where nothing but an address may stand. */
static enum domain_result normalise_literal(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	if (length <= 2 || text[length - 1] != ']')
		return DOMAIN_INVALID;
	return normalise_address(text + 1, length - 2, domain_r);
}

enum domain_result domain_normalise(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	enum domain_result result;
	struct ip_address ip;

	domain_r[0] = '\0';
	if (length > 0 && length < INPUT_MAX && utf8_are_ascii(text, length)) {
		if (text[0] == '[')
			return normalise_literal(text, length, domain_r);
		if (memchr(text, ':', length) != NULL)
			return normalise_address(text, length, domain_r);
	}
	result = domain_normalise_name(text, length, domain_r);
	/* Asked of the name, since full-width digits have become digits. */
	if (result == DOMAIN_OK && ip_parse_number(domain_r, &ip))
		print_literal(&ip, domain_r);
	return result;
}

bool domain_ends_in_number(const char *domain)
{
	const char *dot = strrchr(domain, '.');
	const char *label = dot != NULL ? dot + 1 : domain;

	return label[0] != '\0' && label[strspn(label, "0123456789")] == '\0';
}

/* Equal but for case, both UTF-8. */
static bool same_but_for_case(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = 1;
	int result = u8_casecmp((const uint8_t *)a, a_length, (const uint8_t *)b, b_length, NULL, UNINORM_NFC,
				&order);

	if (result != 0 && errno == ENOMEM)
		memory_gone();
	return result == 0 && order == 0;
}

enum domain_result domain_normalise_unmapped(const char *text, size_t length, char domain_r[DOMAIN_SIZE])
{
	enum domain_result result = domain_normalise_name(text, length, domain_r);
	char *u_labels = NULL;

	if (result != DOMAIN_OK || utf8_are_ascii(text, length))
		return result;
	if (text[length - 1] == '.')
		length--;
	if (!is_converted(idn2_to_unicode_8z8z(domain_r, &u_labels, 0)))
		return DOMAIN_UNCONVERTIBLE;
	if (!same_but_for_case(text, length, u_labels, strlen(u_labels)))
		result = DOMAIN_UNCONVERTIBLE;
	idn2_free(u_labels);
	return result;
}

bool domain_map_idna2003(const char *domain, char domain_r[DOMAIN_SIZE])
{
	char *u_labels = domain_u_labels(domain), *a_labels = NULL;
	bool differs = false;

	domain_r[0] = '\0';
	if (u_labels != NULL &&
	    is_converted(idn2_to_ascii_8z(u_labels, &a_labels, IDN2_TRANSITIONAL | IDN2_NFC_INPUT)))
		differs = strcmp(a_labels, domain) != 0 &&
			  normalise_ascii(a_labels, strlen(a_labels), domain_r) == DOMAIN_OK;
	idn2_free(a_labels);
	free(u_labels);
	return differs;
}

char *domain_u_labels(const char *domain)
{
	char *u_labels = NULL, *text = NULL;

	if (strstr(domain, "xn--") == NULL || !is_converted(idn2_to_unicode_8z8z(domain, &u_labels, 0)))
		return NULL;
	if (strcmp(domain, u_labels) != 0)
		text = xstrdup(u_labels);
	idn2_free(u_labels);
	return text;
}

static bool has_a_label(const char *domain)
{
	for (const char *at = strstr(domain, "xn--"); at != NULL; at = strstr(at + 1, "xn--"))
		if (at == domain || at[-1] == '.')
			return true;
	return false;
}

enum domain_result domain_as_shown(const char *domain, char shown_r[DOMAIN_SIZE])
{
	char *u_labels = NULL;

	if (has_a_label(domain)) {
		if (!is_converted(idn2_to_unicode_8z8z(domain, &u_labels, 0)))
			return DOMAIN_UNCONVERTIBLE;
		if (domain_normalise(u_labels, strlen(u_labels), shown_r) != DOMAIN_OK) {
			idn2_free(u_labels);
			u_labels = NULL;
		}
	}
	if (u_labels == NULL)
		(void)snprintf(shown_r, DOMAIN_SIZE, "%s", domain);
	idn2_free(u_labels);
	return DOMAIN_OK;
}

size_t domain_labels(const char *domain)
{
	size_t labels = *domain != '\0';

	for (; *domain != '\0'; domain++)
		labels += *domain == '.';
	return labels;
}

bool domain_is_below(const char *domain, const char *parent)
{
	size_t length = strlen(domain), parent_length = strlen(parent);

	return length > parent_length + 1 && domain[length - parent_length - 1] == '.' &&
	       strcmp(domain + length - parent_length, parent) == 0;
}
