/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_LIVE_H
#define FORCEDTLS_DOCTOR_LIVE_H

#include <jansson.h>
#include <stdbool.h>

#include "doctor/postfix.h"

/* What came of a session that was opened to an smtpd, up to RCPT. Zeroed memory is none that was tried. */
struct live_session {
	bool opened; /* a connection */
	bool connected; /* and greeted */
	bool starttls; /* TLS was offered, and began */
	bool certificate_asked; /* the server asked for one */
	bool recipient; /* RCPT was answered, in whatever way */
	bool watched; /* the daemon was asked, and answered */
	json_t *told; /* a list of what its services were told; NULL: none. Owned */
	char reply[256]; /* the last one, or what failed */
};

/* Asks the daemon; NULL: it does not answer. Takes over request. The caller ends the answer with json_decref. */
typedef json_t *live_ask(void *context, json_t *request);

/*
 * Opens a session to an inet smtpd on this host, with STARTTLS and a
 * certificate that was made for it, names a recipient of that Postfix, and
 * leaves before DATA. Before RCPT the daemon is told to watch it, and
 * afterwards asked what it was told. Ended with live_session_fini. Takes some
 * seconds at most where nobody answers.
 */
void live_session_open(const struct postfix *postfix, const struct service *service, live_ask *ask,
		       void *context, struct live_session *session_r);
void live_session_fini(struct live_session *session);

#endif
