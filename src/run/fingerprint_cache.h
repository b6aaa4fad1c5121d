/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_FINGERPRINT_CACHE_H
#define FORCEDTLS_RUN_FINGERPRINT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/facts.h"

/*
 * What the policy service was told of clients' certificates, for the milter,
 * which is not told: Postfix asks its restrictions for a recipient before it
 * asks its milters, and the two doors serve the same session by different
 * connections. A recipient is known by both ends of the client's connection
 * (a client may have several from one port, to other services, and show its
 * certificate in one of them alone), by whether that is encrypted (what a client
 * did not show in plaintext it may show after STARTTLS), and by the sender and
 * the recipient as the client wrote them (the first reading of each). Bounded:
 * the oldest goes first. Threads: safe; no lock is held but for a look-up.
 */

/* How long what was noted holds, and how much is kept. */
#define FINGERPRINT_CACHE_SECONDS 300
#define FINGERPRINT_CACHE_MAX ((size_t)65536)

/* A session that asks. */
struct fingerprint_session {
	uint64_t number; /* no two have the same; 0 is none */
	int64_t began; /* clock_monotonic(), as each time here (config/clock.h) */
};

/* A session that begins now. */
void fingerprint_cache_begin(struct fingerprint_session *session_r, int64_t now);

/*
 * Notes facts->certificate.fingerprints, whatever they are, in the place of
 * what was noted for the same recipient. server: the other end of the client's
 * connection, by ip_endpoint_parse(). Facts without address, port or readings,
 * or with a server that is not known, are not noted.
 */
void fingerprint_cache_note(const struct facts *facts, const struct ip_endpoint *server, int64_t now);

/*
 * False when nothing was noted in the last FINGERPRINT_CACHE_SECONDS, or only before
 * the session began, or when another session has found it already: what is
 * noted serves one. What an earlier session from the same address and port
 * presented says nothing of this one.
 */
bool fingerprint_cache_find(const struct facts *facts, const struct ip_endpoint *server,
			    const struct fingerprint_session *session, int64_t now,
			    struct fingerprints *fingerprints_r);

/* Forgets everything. */
void fingerprint_cache_clear(void);

#endif
