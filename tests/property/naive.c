/* SPDX-License-Identifier: MIT */
/*
 * Comparisons for the oracle, after "Patterns" and "Certificates" of the
 * manual. Must not use what the core compares with.
 */
#include "property/naive.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_SIZE 128

static const struct fit no_fit = {FIT_NONE, 0};

/* Lower case, without a trailing dot; the generator's one domain beyond ASCII as its A-label. */
static void normalise(const char *text, char domain_r[NAME_SIZE])
{
	static const char umlaut[] = "b\303\274cher.example";
	size_t length;

	if (strcmp(text, umlaut) == 0)
		text = "xn--bcher-kva.example";
	length = strlen(text);
	if (length > 0 && text[length - 1] == '.')
		length--;
	for (size_t i = 0; i < length; i++)
		domain_r[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
	domain_r[length] = '\0';
}

static bool is_below(const char *domain, const char *parent)
{
	size_t length = strlen(domain), parent_length = strlen(parent);

	return length > parent_length && domain[length - parent_length - 1] == '.' &&
	       strcmp(domain + length - parent_length, parent) == 0;
}

bool fit_is_better(struct fit a, struct fit b)
{
	return a.class != b.class ? a.class > b.class : a.length > b.length;
}

/* "*.x" and ".x" over a name that is, or is below, x. ".x" is the more specific of the two. */
static struct fit fit_suffix(const char *pattern, const char *name)
{
	if (strncmp(pattern, "*.", 2) == 0 && (strcmp(name, pattern + 2) == 0 || is_below(name, pattern + 2)))
		return (struct fit){FIT_PART, 2 * strlen(pattern + 2)};
	if (pattern[0] == '.' && is_below(name, pattern + 1))
		return (struct fit){FIT_PART, 2 * strlen(pattern + 1) + 1};
	return no_fit;
}

static struct fit fit_mailbox(const char *pattern, const struct model_reading *address, const char *delimiter)
{
	size_t length = (size_t)(strchr(pattern, '@') - pattern), base;

	if (address->local == NULL || strcmp(pattern + length + 1, address->domain) != 0)
		return no_fit;
	if (strlen(address->local) == length && strncmp(pattern, address->local, length) == 0)
		return (struct fit){FIT_MAILBOX_WHOLE, 0};
	base = strcspn(address->local, delimiter);
	if (base > 0 && base == length && strncmp(pattern, address->local, length) == 0)
		return (struct fit){FIT_MAILBOX, 0};
	return no_fit;
}

static struct fit fit_pattern(const char *written, const struct model_reading *address, const char *delimiter)
{
	char pattern[NAME_SIZE];

	normalise(written, pattern);
	if (strcmp(pattern, "*") == 0)
		return (struct fit){FIT_ANYONE, 0};
	if (address->domain == NULL)
		return no_fit;
	if (strchr(pattern, '@') != NULL)
		return fit_mailbox(pattern, address, delimiter);
	if (strcmp(address->domain, pattern) == 0)
		return (struct fit){FIT_EXACT, 0};
	return fit_suffix(pattern, address->domain);
}

struct fit fit_address(const struct words *patterns, const struct model_reading *address,
		       const char *delimiter)
{
	struct fit best = no_fit;

	for (size_t i = 0; i < patterns->count; i++) {
		struct fit fit = fit_pattern(patterns->items[i], address, delimiter);

		best = fit_is_better(fit, best) ? fit : best;
	}
	return best;
}

/* Bytes and their number, 0 for no address. An IPv4-mapped address is an IPv4 address. */
static size_t address_bytes(const char *text, unsigned char bytes_r[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned char six[16];

	if (inet_pton(AF_INET, text, bytes_r) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, six) != 1)
		return 0;
	if (memcmp(six, mapped, sizeof mapped) == 0) {
		memcpy(bytes_r, six + sizeof mapped, 4);
		return 4;
	}
	memcpy(bytes_r, six, sizeof six);
	return 16;
}

static struct fit fit_network(const char *network, const char *client)
{
	unsigned char of_network[16], of_client[16];
	char address[NAME_SIZE];
	size_t length = strcspn(network, "/"), size, prefix = 0;

	memcpy(address, network, length);
	address[length] = '\0';
	size = address_bytes(address, of_network);
	if (client == NULL || size == 0 || address_bytes(client, of_client) != size)
		return no_fit;
	if (network[length] == '\0')
		prefix = 8 * size;
	else
		for (const char *digit = network + length + 1; *digit != '\0'; digit++)
			prefix = prefix * 10 + (size_t)(*digit - '0');
	for (size_t bit = 0; bit < prefix; bit++)
		if (((of_network[bit / 8] ^ of_client[bit / 8]) >> (7 - bit % 8) & 1) != 0)
			return no_fit;
	return (struct fit){FIT_PART, prefix};
}

struct fit fit_client(const struct words *networks, const char *client)
{
	struct fit best = no_fit;

	for (size_t i = 0; i < networks->count; i++) {
		struct fit fit = fit_network(networks->items[i], client);

		best = fit_is_better(fit, best) ? fit : best;
	}
	return best;
}

/* A presented "*.base" stands for the names one label over base, and base has two labels at least. */
static struct fit fit_presented_wildcard(const char *name, const char *base)
{
	const char *parent = strchr(name, '.');

	if (strchr(base, '.') == NULL)
		return no_fit;
	if (name[0] == '.' || name[0] == '*') {
		const char *top = name[0] == '.' ? name + 1 : name + 2;
		bool within = strcmp(base, top) == 0 || is_below(base, top);

		return within ? (struct fit){FIT_PART, 2 * strlen(top) + (name[0] == '.')} : no_fit;
	}
	return parent != NULL && strcmp(parent + 1, base) == 0 ? (struct fit){FIT_EXACT, 0} : no_fit;
}

static struct fit fit_host(const char *written, const char *host)
{
	char name[NAME_SIZE], shown[NAME_SIZE];

	normalise(written, name);
	normalise(host, shown);
	if (strncmp(shown, "*.", 2) == 0)
		return fit_presented_wildcard(name, shown + 2);
	if (strcmp(name, shown) == 0)
		return (struct fit){FIT_EXACT, 0};
	return fit_suffix(name, shown);
}

/* Each of them is as good as a common name. */
static struct fit fit_altnames(const char *written, const char *altnames)
{
	struct fit best = no_fit;
	char *copy = xstrdup(altnames), *rest = NULL;

	for (char *host = strtok_r(copy, ",", &rest); host != NULL; host = strtok_r(NULL, ",", &rest)) {
		struct fit fit = fit_host(written, host);

		best = fit_is_better(fit, best) ? fit : best;
	}
	free(copy);
	return best;
}

static struct fit fit_subject(const char *written, const struct certificate_facts *certificate)
{
	struct fit cn = no_fit, other = no_fit;

	if (written[0] == '/') /* the generator's have no escapes */
		return certificate->subject_dn != NULL && strcasecmp(written, certificate->subject_dn) == 0
			       ? (struct fit){FIT_EXACT, 0}
			       : no_fit;
	if (certificate->subject_cn != NULL && certificate->subject_cn[0] != '\0')
		cn = fit_host(written, certificate->subject_cn);
	if (certificate->altnames != NULL)
		other = fit_altnames(written, certificate->altnames);
	return fit_is_better(other, cn) ? other : cn;
}

struct fit fit_presented(const struct words *names, const struct certificate_facts *certificate)
{
	struct fit best = no_fit;

	for (size_t i = 0;
	     (certificate->state == CERTIFICATE_VERIFIED || certificate->state == CERTIFICATE_UNTOLD) &&
	     i < names->count;
	     i++) {
		struct fit fit = fit_subject(names->items[i], certificate);

		best = fit_is_better(fit, best) ? fit : best;
	}
	return best;
}

bool naive_subject_met(const char *subject, const struct certificate_facts *certificate)
{
	return fit_subject(subject, certificate).class != FIT_NONE;
}

bool naive_issuer_met(const char *issuer, const struct certificate_facts *certificate)
{
	if (issuer[0] == '/')
		return certificate->issuer_dn != NULL && strcasecmp(issuer, certificate->issuer_dn) == 0;
	return certificate->issuer_cn != NULL && strcmp(issuer, certificate->issuer_cn) == 0;
}

bool naive_list_has(const char *list, const char *name)
{
	if (name == NULL || name[0] == '\0')
		return false;
	while (*list != '\0') {
		size_t length = strcspn(list, ":");

		if (length == strlen(name) && strncmp(list, name, length) == 0)
			return true;
		list += length + (list[length] == ':');
	}
	return false;
}

/* The digits alone. */
static size_t take_digits(const char *text, char digits_r[129])
{
	size_t count = 0;

	for (; *text != '\0' && count < 128; text++)
		if (*text != ':')
			digits_r[count++] = (char)tolower((unsigned char)*text);
	digits_r[count] = '\0';
	return count;
}

bool naive_is_unseen(const struct model_fingerprints *told)
{
	char digits[129];

	for (size_t i = 0; i < told->count; i++)
		if (take_digits(told->texts[i], digits) != 64)
			return true;
	return told->seen == FINGERPRINTS_UNSEEN;
}

bool naive_fingerprint_met(const char *wanted, const char *shown)
{
	char a[129], b[129];

	return take_digits(wanted, a) == 64 && take_digits(shown, b) == 64 && strcmp(a, b) == 0;
}
