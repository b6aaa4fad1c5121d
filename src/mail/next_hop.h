/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MAIL_NEXT_HOP_H
#define FORCEDTLS_MAIL_NEXT_HOP_H

#include "mail/domain.h"

/*
 * A destination as Postfix's SMTP client names it where it asks for a TLS
 * policy (postconf(5), smtp_tls_policy_maps): "example.com", "example.com:587",
 * "[mx.example.com]:25", "[192.0.2.1]", "[IPv6:2001:db8::1]:smtp", an address without brackets, and
 * ".example.com" after NOTFOUND for a name below it.
 */
enum next_hop_result {
	NEXT_HOP_DOMAIN, /* domain is set */
	NEXT_HOP_PARENT, /* begins with a dot; domain is empty, and the text was not looked at further */
	NEXT_HOP_INVALID, /* none of these forms */
	NEXT_HOP_UNCONVERTIBLE, /* a name beyond ASCII that IDNA cannot convert */
};

struct next_hop {
	/* The host part in the form of mail/domain.h: a name, or an address literal "[192.0.2.1]". */
	char domain[DOMAIN_SIZE];
};

/*
 * Reads a next hop; brackets and a port, by number or by name, are left out.
 * next_hop_r->domain is "" unless the result is NEXT_HOP_DOMAIN. Threads: safe.
 */
enum next_hop_result next_hop_parse(const char *text, struct next_hop *next_hop_r);

#endif
