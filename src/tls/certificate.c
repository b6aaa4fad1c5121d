/* SPDX-License-Identifier: MIT */
/*
 * Names in certificates: what a policy expects, and what MTAs hand over of
 * them. Knows nothing of keys, chains or trust: the MTA has verified, or not.
 */
#include "tls/certificate.h"

#include <stdlib.h>
#include <string.h>

#include "tls/distinguished_name.h"
#include "mail/domain.h"
#include "mail/pattern.h"
#include "util/xtext.h"

/* Fewest labels behind the "*" of a presented wildcard that we accept: "*.com" says nothing. */
#define WILDCARD_LABELS_MIN 2

static bool parse_host(const char *text, struct certificate_name *name, const char **error_r)
{
	char normalised[DOMAIN_SIZE];
	const char *domain;
	enum pattern_kind kind = pattern_prefix(text, &domain);

	name->kind = kind == PATTERN_DOMAIN_TREE  ? CERTIFICATE_NAME_TREE
		     : kind == PATTERN_SUBDOMAINS ? CERTIFICATE_NAME_SUBDOMAINS
						  : CERTIFICATE_NAME_HOST;
	if (strcmp(text, "*") == 0) {
		*error_r = "would be met by every name; for any verified certificate write \"any\"";
		return false;
	}
	if (domain_normalise_name(domain, strlen(domain), normalised) != DOMAIN_OK) {
		*error_r = "is neither a host name nor a distinguished name, which begins with \"/\"";
		return false;
	}
	name->text = xstrdup(normalised);
	return true;
}

static bool parse_dn(const char *text, struct certificate_name *name, const char **error_r)
{
	if (!distinguished_name_valid(text)) {
		*error_r = "is not a distinguished name such as /C=DE/O=Contoso/CN=mail.contoso.com";
		return false;
	}
	name->kind = CERTIFICATE_NAME_DN;
	name->text = xstrdup(text);
	return true;
}

bool certificate_subject_parse(const char *text, struct certificate_name *name_r, const char **error_r)
{
	*name_r = (struct certificate_name){0};
	if (text[0] == '/' ? !parse_dn(text, name_r, error_r) : !parse_host(text, name_r, error_r))
		return false;
	name_r->written = xstrdup(text);
	return true;
}

bool certificate_issuer_parse(const char *text, struct certificate_name *name_r, const char **error_r)
{
	*name_r = (struct certificate_name){.kind = CERTIFICATE_NAME_TEXT};
	if (text[0] == '\0') {
		*error_r = "is empty";
		return false;
	}
	if (text[0] != '/')
		name_r->text = xstrdup(text);
	else if (!parse_dn(text, name_r, error_r))
		return false;
	name_r->written = xstrdup(text);
	return true;
}

const char *certificate_state_name(enum certificate_state state)
{
	static const char *const names[] = {
		[CERTIFICATE_UNTOLD] = "untold",
		[CERTIFICATE_NONE] = "none",
		[CERTIFICATE_UNVERIFIED] = "unverified",
		[CERTIFICATE_VERIFIED] = "verified",
	};

	return names[state];
}

void certificate_name_fini(struct certificate_name *name)
{
	free(name->text);
	free(name->written);
	*name = (struct certificate_name){0};
}

void certificate_entry_fini(struct certificate_entry *entry)
{
	certificate_name_fini(&entry->subject);
	certificate_name_fini(&entry->issuer);
	*entry = (struct certificate_entry){0};
}

void certificate_entry_print(const struct certificate_entry *entry, struct strbuf *out)
{
	const char *separator = "";
	char fingerprint[FINGERPRINT_TEXT_SIZE];

	if (entry->has_fingerprint) {
		strbuf_printf(out, "fingerprint:%s", fingerprint_print(&entry->fingerprint, fingerprint));
		separator = ",";
	}
	if (entry->has_subject) {
		strbuf_printf(out, "%ssubject:%s", separator, entry->subject.written);
		separator = ",";
	}
	if (entry->has_issuer)
		strbuf_printf(out, "%sissuer:%s", separator, entry->issuer.written);
	if (!entry->has_fingerprint && !entry->has_subject && !entry->has_issuer)
		strbuf_puts(out, "any");
}

/* The presented wildcard "*.base" against a name of the policy. */
static bool wildcard_matches(const struct certificate_name *name, const char *base)
{
	const char *parent = strchr(name->text, '.');

	if (domain_labels(base) < WILDCARD_LABELS_MIN)
		return false;
	if (name->kind == CERTIFICATE_NAME_HOST) /* one label over it, and no more */
		return parent != NULL && strcmp(parent + 1, base) == 0;
	/* What the wildcard stands for lies below its base: within the tree, and below its top. */
	return strcmp(base, name->text) == 0 || domain_is_below(base, name->text);
}

void certificate_host_read(const char *cn, struct certificate_host *host_r)
{
	const char *host;

	*host_r = (struct certificate_host){.wildcard = cn != NULL && strncmp(cn, "*.", 2) == 0};
	if (cn == NULL)
		return;
	host = host_r->wildcard ? cn + 2 : cn;
	host_r->usable = domain_normalise_unmapped(host, strlen(host), host_r->domain) == DOMAIN_OK;
}

bool certificate_altname_next(const char **rest, struct certificate_host *host_r)
{
	const char *text = *rest;
	size_t length;

	if (text == NULL)
		return false;
	host_r->wildcard = strncmp(text, "*.", 2) == 0;
	text += host_r->wildcard ? 2 : 0;
	length = strcspn(text, ",");
	host_r->usable = length > 0 && length < sizeof host_r->domain;
	if (host_r->usable)
		memcpy(host_r->domain, text, length);
	host_r->domain[host_r->usable ? length : 0] = '\0';
	*rest = text[length] == ',' ? text + length + 1 : NULL;
	return true;
}

static bool host_matches(const struct certificate_name *name, const struct certificate_host *host)
{
	if (!host->usable)
		return false;
	if (host->wildcard)
		return wildcard_matches(name, host->domain);
	if (strcmp(host->domain, name->text) == 0)
		return name->kind != CERTIFICATE_NAME_SUBDOMAINS;
	return name->kind != CERTIFICATE_NAME_HOST && domain_is_below(host->domain, name->text);
}

/* altnames: as in struct certificate_facts. */
static bool altnames_match(const struct certificate_name *name, const char *altnames)
{
	struct certificate_host host;

	while (certificate_altname_next(&altnames, &host))
		if (host_matches(name, &host))
			return true;
	return false;
}

bool certificate_subject_matches(const struct certificate_name *name, const struct certificate_host *host,
				 const struct certificate_facts *shown)
{
	switch (name->kind) {
	case CERTIFICATE_NAME_HOST:
	case CERTIFICATE_NAME_TREE:
	case CERTIFICATE_NAME_SUBDOMAINS:
		return host_matches(name, host) || altnames_match(name, shown->altnames);
	case CERTIFICATE_NAME_DN:
		return shown->subject_dn != NULL && distinguished_name_equal(name->text, shown->subject_dn);
	case CERTIFICATE_NAME_TEXT: /* of issuers alone */
		break;
	}
	return false;
}

bool certificate_issuer_matches(const struct certificate_name *name, const char *cn, const char *dn)
{
	if (name->kind == CERTIFICATE_NAME_DN)
		return dn != NULL && distinguished_name_equal(name->text, dn);
	return cn != NULL && strcmp(name->text, cn) == 0;
}

uint32_t certificate_name_rank(const struct certificate_name *name)
{
	switch (name->kind) {
	case CERTIFICATE_NAME_TREE:
		return (uint32_t)(2 * strlen(name->text));
	case CERTIFICATE_NAME_SUBDOMAINS:
		return (uint32_t)(2 * strlen(name->text) + 1);
	case CERTIFICATE_NAME_HOST:
	case CERTIFICATE_NAME_DN:
	case CERTIFICATE_NAME_TEXT:
		break;
	}
	return 2 * DOMAIN_SIZE;
}

char *certificate_name_from_sendmail(const char *text)
{
	static const char sentinel[] = "BadCertificate";

	if (text == NULL || strncmp(text, sentinel, sizeof sentinel - 1) == 0)
		return NULL;
	return xtext_decode(text);
}
