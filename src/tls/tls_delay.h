/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TLS_TLS_DELAY_H
#define FORCEDTLS_TLS_TLS_DELAY_H

/* What about TLS keeps a message in Postfix's queue. */
enum tls_delay {
	TLS_DELAY_NONE, /* nothing, or nothing that can be told from the text */
	TLS_DELAY_NOT_OFFERED, /* the server offers no STARTTLS, or refuses the command */
	TLS_DELAY_HANDSHAKE, /* no common version or cipher, or the connection ended */
	TLS_DELAY_CERTIFICATE, /* not the certificate that is asked for */
	TLS_DELAY_DANE, /* dane-only, and DNS does not say what it has to */
	TLS_DELAY_POLICY, /* Postfix could not look up, or not use, what is asked for here */
	TLS_DELAY_UNAVAILABLE, /* Postfix's own TLS does not work */
	TLS_DELAY_REMOTE, /* the server asks for TLS, or for better TLS */
};

/*
 * Tells it from the reason that Postfix's queue has for a deferred recipient
 * (postqueue(1), delay_reason): the texts of smtp(8) in Postfix 3.7 to 3.12,
 * and in what a server replied its enhanced status code (RFC 3463, RFC 5248,
 * RFC 8689) and its words. Pure. Threads: safe.
 */
enum tls_delay tls_delay_find(const char *reason);

/* The stable word, such as "not-offered"; "-" for TLS_DELAY_NONE. A static string. */
const char *tls_delay_name(enum tls_delay delay);

/* reason without what the queue manager puts before it when it gives a destination a rest. Points into reason. */
const char *tls_delay_words(const char *reason);

#endif
