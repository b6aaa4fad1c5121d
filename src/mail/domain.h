/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_DOMAIN_H
#define FORCEDTLS_MAIL_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A label that no domain has: "\001.contoso.com" stands for whatever lies below contoso.com, and is found by patterns
 * for all of that alone; by itself it stands for anybody.
 */
#define DOMAIN_NO_LABEL "\001"

/* Longest normalised domain, with NUL: RFC 1035 allows 253 bytes of text; a literal is shorter. */
#define DOMAIN_SIZE 256

enum domain_result {
	DOMAIN_OK,
	DOMAIN_INVALID, /* not a domain at all */
	DOMAIN_UNCONVERTIBLE, /* beyond ASCII, and IDNA cannot convert it */
};

/*
 * A domain or an address, in the one form in which these are compared: lower
 * case, A-labels (UTS 46 non-transitional, by libidn2), no trailing dot; an
 * address as the literal "[192.0.2.1]" or "[ipv6:2001:db8::1]", in canonical
 * text (RFC 5321, 4.1.3), whether it came in brackets or not. Without brackets
 * a number is an address wherever the resolver takes it for one (inet_aton(3):
 * "0xc0000201"), since the mail would go there. Labels are letters, digits,
 * "-" and "_", 63 bytes at most. text need not be NUL-terminated. Whoever
 * reads a pattern, an envelope or a next hop asks this. Threads: safe.
 */
enum domain_result domain_normalise(const char *text, size_t length, char domain_r[DOMAIN_SIZE]);

/* The same for what can only be a name, or labels of one: digits stay digits. */
enum domain_result domain_normalise_name(const char *text, size_t length, char domain_r[DOMAIN_SIZE]);

/*
 * The same for a name that nobody may have mapped: beyond ASCII, the text has
 * to be what its own A-labels stand for, but for case. What UTS 46 would map
 * (full-width letters, other dots, soft hyphens) is DOMAIN_UNCONVERTIBLE.
 */
enum domain_result domain_normalise_unmapped(const char *text, size_t length, char domain_r[DOMAIN_SIZE]);

/*
 * What IDNA 2003 makes of the name that a normalised domain stands for, where
 * that is another domain: strasse.example for the A-label of "straße.example"
 * (UTS 46, 4, transitional processing). False when it is the same, or none.
 * Threads: safe.
 */
bool domain_map_idna2003(const char *domain, char domain_r[DOMAIN_SIZE]);

/*
 * A normalised domain with its A-labels as U-labels; NULL when it has none, or
 * none that can be shown so. The caller frees it. Threads: safe.
 */
char *domain_u_labels(const char *domain);

/*
 * What a program shows of a normalised domain when it turns A-labels into
 * U-labels, normalised in turn: another domain, where no IDNA made them. What
 * cannot be a domain again, and so none that is compared with, stays as it is.
 * DOMAIN_UNCONVERTIBLE where A-labels are none: who decodes them anyway, may
 * show anything. Threads: safe.
 */
enum domain_result domain_as_shown(const char *domain, char shown_r[DOMAIN_SIZE]);

/* The number of labels of a normalised domain. */
size_t domain_labels(const char *domain);

/* True when the last label of a name is digits alone: there is no such top-level domain, and so no such name. */
bool domain_ends_in_number(const char *domain);

/* True when domain lies below parent ("a.b.c" below "b.c"); equal domains do not. Both normalised. */
bool domain_is_below(const char *domain, const char *parent);

#endif
