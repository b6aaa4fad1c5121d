/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOOR_SESSION_H
#define FORCEDTLS_DOOR_SESSION_H

#include <stdbool.h>
#include <sys/socket.h>

#include "core/address.h"
#include "core/ip.h"
#include "proto/macros.h"
#include "run/snapshot.h"

/* The message under way: from MAIL until it ends, in whichever way. */
struct message {
	bool open;
	struct snapshot *
		snapshot; /* the policy that judges all of its recipients; NULL when there was none at MAIL */
	char *sender; /* the argument of MAIL */
	struct readings sender_readings;
};

/*
 * What is known of one SMTP session. libmilter moves a session between its
 * threads, but never has two of them in it at once: so nothing here is locked,
 * and nothing of it may be kept by thread.
 */
struct session {
	bool connected; /* without CONNECT nothing is known of the client, which is not the same as no client */
	struct ip_address client;
	int client_port;
	char *client_name; /* as CONNECT had it; NULL when unknown */
	char *helo; /* of the last HELO; NULL before the first */
	struct message message;
};

struct session *session_new(void);
/* Ends the message as well. A NULL in *session is fine. */
void session_free(struct session **session);

/* address: NULL where the MTA has none (sendmail(8) without SMTP). All text is copied. */
void session_connect(struct session *session, const char *hostname, const struct sockaddr *address);
/* A HELO in a message ends it (RFC 5321, 4.1.4). */
void session_helo(struct session *session, const char *helo);

/* Begins a message, and ends one left open. argument: as the client wrote it; macros: those of MAIL. */
void session_mail(struct session *session, const char *argument, const struct milter_macros *macros);
/* Ends the message, if there is one, and gives its policy back. */
void session_end_message(struct session *session);

#endif
