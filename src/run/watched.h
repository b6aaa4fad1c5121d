/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_WATCHED_H
#define FORCEDTLS_RUN_WATCHED_H

#include <stdbool.h>
#include <time.h>

#include "util/ip.h"
#include "verdict/event.h"

/*
 * Sessions that forcedtls doctor opens to see what the MTA tells of them: it
 * names the client's end of one beforehand, and asks afterwards what the
 * milter and the policy service were told at RCPT. Nothing of it changes a
 * verdict. Threads: safe. While nobody watches, an event costs one load.
 */

/* So many at once; the oldest goes for a new one. Each is forgotten after so many seconds. */
#define WATCHED_MAX 32
#define WATCHED_SECONDS 60

/* One of these for each service. */
#define WATCHED_SERVICES (EVENT_SERVICE_POLICY_SERVICE + 1)

/* What one service was told, in text that is cut where it is longer. */
struct watched_facts {
	bool told; /* of a recipient in that session; else all of this is empty */
	bool exempt; /* the session is not judged */
	char tls_version[16]; /* "" for plaintext */
	char cipher[64];
	int bits; /* -1 when unknown */
	char certificate[16]; /* certificate_state_name */
	bool fingerprint; /* one was shown, of the digest that counts */
	bool foreign_digest; /* one was shown, of another */
};

/* From now on, events of the session whose client is that are kept. */
void watched_begin(const struct ip_endpoint *client, time_t now);
/* For run/emit.c: looks whether somebody watches. */
void watched_note(const struct event *event);
/* What was told until now; nothing of a session that is not watched. Ends the watch. */
void watched_end(const struct ip_endpoint *client, time_t now,
		 struct watched_facts facts_r[WATCHED_SERVICES]);

/* What doctor found the last time; at 0: it has not run. */
struct doctored {
	time_t at;
	unsigned errors;
	unsigned warnings;
};
void watched_set_doctored(const struct doctored *doctored);
struct doctored watched_doctored(void);

#endif
