/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_PATTERN_H
#define FORCEDTLS_MAIL_PATTERN_H

#include <stdbool.h>
/* Kinds of domain patterns, the less specific first. */
enum pattern_kind {
	PATTERN_ANYONE, /* "*" */
	PATTERN_DOMAIN_TREE, /* "*.contoso.com": the domain and all below it */
	PATTERN_SUBDOMAINS, /* ".contoso.com": all below it */
	PATTERN_DOMAIN, /* "contoso.com", "[192.0.2.1]" */
	PATTERN_MAILBOX, /* "ceo@contoso.com" */
};

/* key: normalised domain, "local@domain" for a mailbox, "" for anyone. Owned. */
struct pattern {
	enum pattern_kind kind;
	char *key;
};

/* What stands before the domain in text ("*.", "." or nothing); *domain_r: the rest. */
enum pattern_kind pattern_prefix(const char *text, const char **domain_r);

/* False with error_r (static text, completes "PATTERN: ...") when text is no pattern. */
bool pattern_parse(const char *text, struct pattern *pattern_r, const char **error_r);
void pattern_fini(struct pattern *pattern);

/* The pattern as text in its normal form, such as "*.contoso.com". The caller frees it. */
char *pattern_print(enum pattern_kind kind, const char *key);

#endif
