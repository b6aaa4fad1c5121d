/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_SESSION_H
#define FORCEDTLS_MILTER_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "util/ip.h"
#include "milter/message.h"
#include "milter/macros.h"
#include "run/fingerprint_cache.h"

/* What was agreed with the MTA when the connection was opened: it holds for all messages of the session. */
struct abilities {
	bool data; /* DATA is handed over, where it shows whether the rest will be */
	bool header; /* the fields of the header are handed over */
	bool end_of_header; /* and so is its end */
	bool edit_header; /* fields can be added and removed */
	bool quarantine; /* a message can be held */
	bool macros; /* they are those that we asked for */
	bool silent; /* the MTA waits for no reply where there is never another than to go on */
};

/*
 * What is known of one SMTP session. libmilter moves a session between its
 * threads, but never has two of them in it at once: so nothing here is locked,
 * and nothing of it may be kept by thread.
 */
struct session {
	struct abilities abilities;
	struct fingerprint_session fingerprint_session; /* from CONNECT on */
	bool connected; /* without CONNECT nothing is known of the client, which is not the same as no client */
	struct ip_address client;
	int client_port;
	struct ip_endpoint server; /* where the client connected to; zero when unknown */
	char *client_name; /* as CONNECT had it; NULL when unknown */
	char *helo; /* of the last HELO; NULL before the first */
	char *altnames; /* see session_altnames; NULL: none were told */
	bool may_have_delivered; /* the MTA was let have a message, and may have handed it on before the next one */
	bool counted; /* among the sessions in which a recipient was judged */
	struct message message;
};

struct session *session_new(void);
/* Ends the message as well. A NULL in *session is fine. */
void session_free(struct session **session);

/* address: NULL where the MTA has none (sendmail(8) without SMTP). All text is copied. */
void session_connect(struct session *session, const char *hostname, const struct sockaddr *address);
/* The other end of the connection, by {daemon_addr} and {daemon_port} of CONNECT, which may be NULL. */
void session_connected_to(struct session *session, const char *address, const char *port);
/* A HELO in a message ends it (RFC 5321, 4.1.4). */
void session_helo(struct session *session, const char *helo);

/*
 * The alternative names of the client's certificate that count. told:
 * {forcedtls_altnames} of a recipient, or NULL. Sendmail has one class for
 * the names of whoever it last spoke TLS with: what it says after a message is
 * over can be of the server that it handed that message on to (DeliveryMode
 * interactive, which a client gets by VERB). So it is believed until then, and
 * what it said is kept. It takes STARTTLS once in a session, and forgets names
 * of earlier ones there. Borrowed from the session, or NULL.
 */
const char *session_altnames(struct session *session, const char *told);

/*
 * Begins a message, and ends one left open. argument: as the client wrote it;
 * macros: those of MAIL, of which {mail_addr}, the queue id, and the client's
 * name are read.
 */
void session_mail(struct session *session, const char *argument, const struct milter_macros *macros);
/* Ends the message, if there is one, and gives its policy back. */
void session_end_message(struct session *session);

#endif
