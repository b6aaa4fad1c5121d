/* SPDX-License-Identifier: MIT */
/*
 * Domain patterns of a policy: reading one, and writing it. Knows nothing of
 * where patterns are kept or how they are found: that is pattern_index.c.
 */
#include "mail/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/domain.h"
#include "util/memory.h"

static const char misplaced_wildcard[] =
	"has a \"*\" where none may stand; it stands alone, or first as in *.contoso.com";

/*
 * Peers may write addresses in many ways, an operator in one: local@domain,
 * the local part quoted where it has to be. Anything else is a mistake.
 */
static bool is_one_mailbox(const char *text)
{
	const char *at = text;

	if (*at == '"') {
		for (at++; *at != '\0' && *at != '"'; at++)
			if (*at == '\\' && *++at == '\0')
				return false;
		if (*at++ == '\0')
			return false;
	} else {
		at += strcspn(at, "@ \t\r\n,;:<>()\"\\");
	}
	return at > text && *at == '@' && strpbrk(at + 1, "@ \t\r\n,;<>()\"\\") == NULL;
}

/* Digits and dots as they were written, but for a trailing dot. literal: "[192.0.2.1]" */
static bool is_usual(const char *text, const char *literal)
{
	size_t length = strlen(literal) - strlen("[]");

	return strncmp(text, literal + 1, length) == 0 &&
	       (text[length] == '\0' || strcmp(text + length, ".") == 0);
}

/* domain: what text was normalised to. An error where no mail has it, or nobody would see what address it is. */
static bool check_numbers(const char *text, const char *domain, const char **error_r)
{
	bool is_literal = domain[0] == '[';

	if (is_literal ? strpbrk(text, "[:") != NULL || is_usual(text, domain)
		       : !domain_ends_in_number(domain))
		return true;
	*error_r = "ends in a number and is no address such as 192.0.2.1: no mail has such a domain";
	return false;
}

static bool parse_mailbox(const char *text, struct pattern *pattern, const char **error_r)
{
	struct address address;
	struct strbuf key = {0};
	char *storage;

	if (strchr(text, '*') != NULL) {
		*error_r = misplaced_wildcard;
		return false;
	}
	if (!is_one_mailbox(text)) {
		*error_r = "is not one mailbox such as ceo@contoso.com; several go into a list";
		return false;
	}
	if (address_parse(text, &address, &storage) != ADDRESS_OK) {
		*error_r = "is not a mailbox such as ceo@contoso.com";
		free(storage);
		return false;
	}
	if (!check_numbers(strrchr(text, '@') + 1, address.domain, error_r)) {
		free(storage);
		return false;
	}
	strbuf_printf(&key, "%s@%s", address.local, address.domain);
	free(storage);
	pattern->kind = PATTERN_MAILBOX;
	pattern->key = strbuf_take(&key);
	return true;
}

enum pattern_kind pattern_prefix(const char *text, const char **domain_r)
{
	bool tree = strncmp(text, "*.", 2) == 0, subdomains = text[0] == '.';

	*domain_r = text + (tree ? 2 : subdomains);
	return tree ? PATTERN_DOMAIN_TREE : subdomains ? PATTERN_SUBDOMAINS : PATTERN_DOMAIN;
}

static bool parse_domain(const char *text, struct pattern *pattern, const char **error_r)
{
	char normalised[DOMAIN_SIZE];
	const char *domain;

	pattern->kind = pattern_prefix(text, &domain);
	if (strchr(domain, '*') != NULL) {
		*error_r = misplaced_wildcard;
		return false;
	}
	switch (domain_normalise(domain, strlen(domain), normalised)) {
	case DOMAIN_OK:
		if (!check_numbers(domain, normalised, error_r))
			return false;
		if (pattern->kind != PATTERN_DOMAIN && normalised[0] == '[') {
			*error_r = "is an address, and nothing lies below one";
			return false;
		}
		pattern->key = xstrdup(normalised);
		return true;
	case DOMAIN_UNCONVERTIBLE:
		*error_r = "cannot be converted to an A-label (IDNA)";
		return false;
	case DOMAIN_INVALID:
		break;
	}
	*error_r = domain[0] == '[' ? "is not an address such as 192.0.2.1, [192.0.2.1] or [IPv6:2001:db8::1]"
				    : "is not a domain, *.domain, .domain, address, mailbox or *";
	return false;
}

bool pattern_parse(const char *text, struct pattern *pattern_r, const char **error_r)
{
	*pattern_r = (struct pattern){0};
	if (strcmp(text, "*") == 0) {
		pattern_r->kind = PATTERN_ANYONE;
		pattern_r->key = xstrdup("");
		return true;
	}
	if (strchr(text, '@') != NULL)
		return parse_mailbox(text, pattern_r, error_r);
	return parse_domain(text, pattern_r, error_r);
}

void pattern_fini(struct pattern *pattern)
{
	free(pattern->key);
	*pattern = (struct pattern){0};
}

char *pattern_print(enum pattern_kind kind, const char *key)
{
	static const char *const prefixes[] = {
		[PATTERN_ANYONE] = "*", [PATTERN_DOMAIN_TREE] = "*.", [PATTERN_SUBDOMAINS] = ".",
		[PATTERN_DOMAIN] = "",  [PATTERN_MAILBOX] = "",
	};
	struct strbuf text = {0};

	strbuf_puts(&text, prefixes[kind]);
	strbuf_puts(&text, key);
	return strbuf_take(&text);
}
