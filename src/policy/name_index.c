/* SPDX-License-Identifier: MIT */
/*
 * Names of certificates as patterns of domains, which an index can find. Knows
 * how names are compared, and nothing of who has them.
 */
#include "policy/name_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tls/distinguished_name.h"

#define WILDCARD "*."

/* A distinguished name stands as a literal, below which nothing is looked for. */
#define DN_KEY_SIZE sizeof "[0123456789abcdef"

static void write_dn_key(const char *dn, char key_r[DN_KEY_SIZE])
{
	(void)snprintf(key_r, DN_KEY_SIZE, "[%016" PRIx64, distinguished_name_hash(dn));
}

static void add_key(struct pattern_index *index, enum pattern_kind kind, char *key, uint32_t owner,
		    struct place place)
{
	(void)pattern_index_add(index, &(struct pattern){.kind = kind, .key = key}, owner, place);
}

/* As itself, and as that which a wildcard of one label over it shows. */
static void add_host(struct pattern_index *index, const struct certificate_name *name, uint32_t owner,
		     struct place place)
{
	const char *parent = strchr(name->text, '.');
	char shown[sizeof WILDCARD + DOMAIN_SIZE];

	add_key(index, PATTERN_DOMAIN, name->text, owner, place);
	if (parent == NULL)
		return;
	(void)snprintf(shown, sizeof shown, WILDCARD "%s", parent + 1);
	add_key(index, PATTERN_DOMAIN, shown, owner, place);
}

void name_index_add(struct pattern_index *index, const struct certificate_name *name, uint32_t owner,
		    struct place place)
{
	char key[DN_KEY_SIZE];

	switch (name->kind) {
	case CERTIFICATE_NAME_HOST:
		add_host(index, name, owner, place);
		break;
	case CERTIFICATE_NAME_TREE:
		add_key(index, PATTERN_DOMAIN_TREE, name->text, owner, place);
		break;
	case CERTIFICATE_NAME_SUBDOMAINS:
		add_key(index, PATTERN_SUBDOMAINS, name->text, owner, place);
		break;
	case CERTIFICATE_NAME_DN:
		write_dn_key(name->text, key);
		add_key(index, PATTERN_DOMAIN, key, owner, place);
		break;
	case CERTIFICATE_NAME_TEXT: /* of issuers alone */
		break;
	}
}

static void match_host(const struct pattern_index *index, const struct certificate_host *host,
		       pattern_found *found, void *context)
{
	char shown[sizeof WILDCARD + DOMAIN_SIZE];

	if (!host->usable)
		return;
	(void)snprintf(shown, sizeof shown, "%s%s", host->wildcard ? WILDCARD : "", host->domain);
	pattern_index_match(index, &(struct address){.domain = shown}, NULL, found, context);
}

void name_index_match(const struct pattern_index *index, const struct certificate_host *host,
		      const struct certificate_facts *shown, pattern_found *found, void *context)
{
	const char *altnames = shown->altnames;
	struct certificate_host altname;
	char key[DN_KEY_SIZE];

	match_host(index, host, found, context);
	while (certificate_altname_next(&altnames, &altname))
		match_host(index, &altname, found, context);
	if (shown->subject_dn != NULL) {
		write_dn_key(shown->subject_dn, key);
		pattern_index_match(index, &(struct address){.domain = key}, NULL, found, context);
	}
}
