/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_TRUST_ANCHORS_H
#define FORCEDTLS_TLS_TRUST_ANCHORS_H

#include <stddef.h>

/* What a file of trust anchors holds, as Postfix takes it (postconf(5), smtp_tls_trust_anchor_file). */
enum trust_anchors {
	TRUST_ANCHORS_OK, /* certificates and public keys in PEM, and at least one of them */
	TRUST_ANCHORS_NONE, /* nothing in PEM */
	TRUST_ANCHORS_OTHER, /* something else in PEM, such as a private key */
	TRUST_ANCHORS_BROKEN, /* something in PEM that cannot be read */
};

/* Looks at the bytes of a file. Text around what is in PEM does not matter. Threads: safe. */
enum trust_anchors trust_anchors_check(const unsigned char *bytes, size_t length);

#endif
