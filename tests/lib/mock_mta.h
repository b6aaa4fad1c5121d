/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_MOCK_MTA_H
#define FORCEDTLS_TESTS_MOCK_MTA_H

#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The MTA's side of a milter session, as Postfix 3.7 and Sendmail 8.17 do it:
 * protocol 6, macros sent at each stage by the list that the filter asked for
 * or else by the MTA's own, steps left out that the filter does not want. One
 * handle is one SMTP session. It blocks, never longer than its timeout; one
 * thread a handle.
 */
enum mock_mta_kind {
	MOCK_POSTFIX,
	MOCK_SENDMAIL,
};

/* name in milter notation: "i", "{tls_version}". */
struct mock_macro {
	const char *name;
	const char *value;
};

/* The macros that have a value at some point; the filter gets those of them that it is to get then. */
struct mock_macros {
	const struct mock_macro *list;
	size_t count;
};

struct mock_client {
	const char *host; /* "mail.contoso.com", "[192.0.2.1]" */
	char family; /* SMFIA_INET, SMFIA_INET6, SMFIA_UNKNOWN; with the last there is no more */
	uint16_t port; /* host order */
	const char *address; /* "192.0.2.1" */
};

/* What the filter answered. Ended with mock_reply_fini. */
struct mock_reply {
	char action; /* SMFIR_CONTINUE, SMFIR_ACCEPT, SMFIR_REPLYCODE, ... */
	char *text; /* what the SMTP client is told, NULL when nothing of this */
};

/* What the filter did to a message. */
struct mock_edits {
	char *held; /* why it is to be held; NULL: it is not */
	char *added; /* "Name: value", the last field that was inserted; NULL: none */
	size_t changed; /* fields that were changed or removed */
};

struct mock_mta;

struct mock_mta *mock_mta_new(enum mock_mta_kind kind, int timeout_ms);
/* Closes the connection, if it is open, without a word. */
void mock_mta_free(struct mock_mta **mta);

/* What went wrong first, NULL for nothing. Once something did, every call below fails. */
const char *mock_mta_error(const struct mock_mta *mta);

/* socket: "unix:PATH", "inet:PORT@HOST". Connects and negotiates. */
bool mock_mta_open(struct mock_mta *mta, const char *socket);

/* What the filter asked for; valid once open. A stage (SMFIM_CONNECT ...) without list is NULL. */
uint32_t mock_mta_actions(const struct mock_mta *mta);
uint32_t mock_mta_protocol(const struct mock_mta *mta);
const char *mock_mta_symbols(const struct mock_mta *mta, int stage);

/*
 * The steps of a session. False: the conversation broke, see mock_mta_error.
 * A step that the filter does not want, or not any more (after ACCEPT, or a
 * refusal at CONNECT or HELO), is not sent and gives what the MTA would do.
 * An answer that no MTA would take, or of more than one line, counts as broken.
 */
bool mock_mta_connect(struct mock_mta *mta, const struct mock_macros *macros,
		      const struct mock_client *client, struct mock_reply *reply_r);
bool mock_mta_helo(struct mock_mta *mta, const struct mock_macros *macros, const char *name,
		   struct mock_reply *reply_r);
/* arguments: the address as the client wrote it, ESMTP parameters, NULL. */
bool mock_mta_mail(struct mock_mta *mta, const struct mock_macros *macros, const char *const *arguments,
		   struct mock_reply *reply_r);
bool mock_mta_rcpt(struct mock_mta *mta, const struct mock_macros *macros, const char *const *arguments,
		   struct mock_reply *reply_r);
bool mock_mta_data(struct mock_mta *mta, const struct mock_macros *macros, struct mock_reply *reply_r);
/* Parts of a message, in this order: its fields, the end of its header, its body and its end. */
bool mock_mta_field(struct mock_mta *mta, const char *name, const char *body, struct mock_reply *reply_r);
bool mock_mta_end_of_header(struct mock_mta *mta, const struct mock_macros *macros,
			    struct mock_reply *reply_r);
bool mock_mta_body(struct mock_mta *mta, const struct mock_macros *macros, struct mock_reply *reply_r);
/* A small message with its end; stops at the first answer that is not to go on. */
bool mock_mta_message(struct mock_mta *mta, const struct mock_macros *macros, struct mock_reply *reply_r);
/* The edits of the message since MAIL; borrowed, until the next one. */
const struct mock_edits *mock_mta_edits(const struct mock_mta *mta);
/* Ends the transaction (RSET, STARTTLS): nothing is answered. */
bool mock_mta_abort(struct mock_mta *mta);
bool mock_mta_quit(struct mock_mta *mta);

void mock_reply_fini(struct mock_reply *reply);

#endif
