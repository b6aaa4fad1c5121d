/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CORE_DOMAIN_H
#define FORCEDTLS_CORE_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Longest normalised domain, with NUL: RFC 1035 allows 253 bytes of text; a literal is shorter. */
#define DOMAIN_SIZE 256

enum domain_result {
	DOMAIN_OK,
	DOMAIN_INVALID, /* not a domain at all */
	DOMAIN_UNCONVERTIBLE, /* beyond ASCII, and IDNA cannot convert it */
};

/*
 * The one form in which domains are compared: lower case, A-labels (UTS 46
 * non-transitional, by libidn2), no trailing dot; an address literal as
 * "[192.0.2.1]" or "[ipv6:2001:db8::1]" with the address in canonical text
 * (RFC 5321, 4.1.3). Labels are letters, digits, "-" and "_", 63 bytes at most.
 * text need not be NUL-terminated. Threads: safe.
 */
enum domain_result domain_normalise(const char *text, size_t length, char domain_r[DOMAIN_SIZE]);

/*
 * The same for a name that nobody may have mapped: beyond ASCII, the text has
 * to be what its own A-labels stand for, but for case. What UTS 46 would map
 * (full-width letters, other dots, soft hyphens) is DOMAIN_UNCONVERTIBLE.
 */
enum domain_result domain_normalise_unmapped(const char *text, size_t length, char domain_r[DOMAIN_SIZE]);

/*
 * A normalised domain with its A-labels as U-labels; NULL when it has none, or
 * none that can be shown so. The caller frees it. Threads: safe.
 */
char *domain_u_labels(const char *domain);

/* The number of labels of a normalised domain. */
size_t domain_labels(const char *domain);

/* True when domain lies below parent ("a.b.c" below "b.c"); equal domains do not. Both normalised. */
bool domain_is_below(const char *domain, const char *parent);

#endif
