/* SPDX-License-Identifier: MIT */
/*
 * What is kept of an SMTP session between one callback and the next. Knows
 * neither libmilter nor what becomes of a recipient.
 */
#include "milter/session.h"

#include <assert.h>
#include <stdlib.h>

#include "config/clock.h"
#include "run/counters.h"
#include "util/memory.h"

struct session *session_new(void)
{
	struct session *session = xcalloc(1, sizeof *session);

	session->client_port = -1;
	counters_session_began(COUNTED_milter);
	return session;
}

void session_free(struct session **session)
{
	struct session *held = *session;

	*session = NULL;
	if (held == NULL)
		return;
	counters_session_ended(COUNTED_milter);
	session_end_message(held);
	free(held->client_name);
	free(held->helo);
	free(held->altnames);
	free(held);
}

static void replace(char **text, const char *by)
{
	free(*text);
	*text = xstrdup_or_null(by);
}

void session_connect(struct session *session, const char *hostname, const struct sockaddr *address)
{
	session_end_message(session);
	fingerprint_cache_begin(&session->fingerprint_session, clock_monotonic());
	session->connected = true;
	session->counted = false;
	if (!ip_from_sockaddr(address, &session->client, &session->client_port))
		session->client_port = -1;
	/* An address in brackets is no name. */
	replace(&session->client_name, hostname != NULL && hostname[0] != '[' ? hostname : NULL);
	replace(&session->helo, NULL);
	replace(&session->altnames, NULL);
	session->may_have_delivered = false;
	session->server = (struct ip_endpoint){0};
}

void session_connected_to(struct session *session, const char *address, const char *port)
{
	(void)ip_endpoint_parse(address, port, &session->server);
}

void session_helo(struct session *session, const char *helo)
{
	session_end_message(session);
	replace(&session->helo, helo);
}

const char *session_altnames(struct session *session, const char *told)
{
	if (told != NULL && !session->may_have_delivered)
		replace(&session->altnames, told);
	return session->altnames;
}

void session_mail(struct session *session, const char *argument, const struct milter_macros *macros)
{
	struct message *message = &session->message;
	struct written_address written;

	session_end_message(session);
	assert(!message->open && message->snapshot == NULL && message->recipient_count == 0);
	message->open = true;
	message->snapshot = snapshot_acquire();
	message->sender = xstrdup(argument);
	message->from_local_program = macros_are_of_local_program(macros);
	written = message_address(message, macros, argument, macros->mail_addr);
	readings_of_sender(&message->sender_readings, &written, session->helo,
			   macros_verified_client_name(macros));
}

void session_end_message(struct session *session)
{
	message_end(&session->message);
}
