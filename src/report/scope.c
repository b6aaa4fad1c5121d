/* SPDX-License-Identifier: MIT */
/*
 * Which lines a report is about, and whose they are.
 */
#include "report/scope.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"

bool scope_has_time(const struct scope *scope, time_t when)
{
	if (scope->since == 0 && scope->until == 0)
		return true;
	return when != 0 && when >= scope->since && (scope->until == 0 || when < scope->until);
}

static bool has_domain(const struct pattern *pattern, const char *domain)
{
	bool below = domain_is_below(domain, pattern->key);

	switch (pattern->kind) {
	case PATTERN_ANYONE:
		return true;
	case PATTERN_DOMAIN_TREE:
		return below || strcmp(domain, pattern->key) == 0;
	case PATTERN_SUBDOMAINS:
		return below;
	case PATTERN_DOMAIN:
	case PATTERN_MAILBOX:
		break;
	}
	return strcmp(domain, pattern->key) == 0;
}

bool scope_has(const struct scope *scope, const char *connector, const char *domain)
{
	if (scope->connector != NULL && (connector == NULL || strcmp(scope->connector, connector) != 0))
		return false;
	return !scope->has_domain || has_domain(&scope->domain, domain);
}

/* Behind the last "@" of what is no address to us, but was one to the MTA. */
static void set_rest(struct domain_cache *cache, const char *address)
{
	const char *at = strrchr(address, '@');
	size_t length = 0;

	for (const char *c = at != NULL ? at + 1 : address; *c != '\0' && length + 1 < sizeof cache->domain;
	     c++)
		cache->domain[length++] = (char)tolower((unsigned char)*c);
	cache->domain[length] = '\0';
}

const char *domain_cache_find(struct domain_cache *cache, const char *address)
{
	struct address parsed;
	char *storage;
	bool fits;

	if (address == NULL)
		return "-";
	if (address[0] == '\0')
		return "<>";
	fits = strlen(address) < sizeof cache->address;
	if (fits && strcmp(address, cache->address) == 0)
		return cache->domain;
	if (address_parse(address, &parsed, &storage) == ADDRESS_OK && parsed.domain != NULL)
		(void)snprintf(cache->domain, sizeof cache->domain, "%s", parsed.domain);
	else
		set_rest(cache, address);
	free(storage);
	(void)snprintf(cache->address, sizeof cache->address, "%s", fits ? address : "");
	return cache->domain;
}
