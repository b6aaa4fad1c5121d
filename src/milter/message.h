/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_MESSAGE_H
#define FORCEDTLS_MILTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/address.h"
#include "policy/decision.h"
#include "policy/from_selection.h"
#include "util/memory.h"
#include "policy/policy.h"
#include "milter/macros.h"
#include "run/snapshot.h"
#include "verdict/event.h"

/* What the recipients of one message may take of memory where they are judged once more after the header. */
#define MESSAGE_RECIPIENTS_SIZE_MAX ((size_t)256 * 1024)

/* And those of all messages together: who may open our socket can begin any number of them. */
#define MESSAGES_RECIPIENTS_SIZE_MAX ((size_t)64 * 1024 * 1024)

/*
 * And how many readings of them are judged, each with up to eight senders from
 * From:, in one callback; of recipients that are judged alike one is kept. A
 * thousand recipients are what Postfix takes at once (postconf(5),
 * smtpd_recipient_limit); a client that writes addresses of many readings has
 * to send more messages.
 */
#define MESSAGE_READINGS_MAX 1000

/* Readings times the connectors that From: may concern: a millisecond. The first recipient always has room. */
#define MESSAGE_WORK_MAX 10000

/* More connectors than this are not told apart in the trace header. */
#define MESSAGE_CONNECTORS_MAX 1000

/* A recipient as the client wrote it, and {rcpt_addr}, which may be NULL. */
struct kept_recipient {
	char *argument;
	char *macro;
	struct strbuf key; /* with header_from: what it is known by (policy/recipient_key.h) */
};

/* A recipient at RCPT. All borrowed. */
struct named_recipient {
	const char *argument;
	const char *macro; /* {rcpt_addr} */
	const struct readings *readings;
	const struct strbuf *key; /* empty without header_from */
};

/*
 * The message under way: from MAIL until it ends, in whichever way. What RCPT
 * leaves behind for the header and the end is kept only where the policy has
 * a use for it.
 */
struct message {
	bool open;
	struct snapshot *snapshot; /* the policy that judges all of it; NULL when there was none at MAIL */
	char *sender; /* the argument of MAIL */
	struct readings sender_readings;
	bool from_local_program; /* as in the facts */
	/* Of the recipients that were let through. */
	bool judged; /* there is one, and it was judged */
	enum verdict verdict; /* the strictest */
	char *hold_reason; /* with VERDICT_QUARANTINE, of the first that has it */
	/* Of the first: the session does not change within a message. */
	struct kept_macros macros;
	struct fingerprints fingerprints;
	struct kept_recipient
		*recipients; /* one of each key; without header_from one: whom the log names at the end */
	size_t recipient_count;
	size_t recipient_capacity;
	size_t recipients_size; /* in bytes */
	size_t recipient_readings;
	const struct connector **connectors; /* those that spoke, each once */
	size_t connector_count;
	size_t connector_capacity;
	/* Of the header. */
	struct from_selection header_from;
	struct from_selection header_sender; /* of Sender:, which stands in for a From: without address */
	size_t from_size; /* bytes of all From: fields that were read */
	size_t trace_fields; /* how many of TRACE_HEADER_NAME came with the message */
};

/* The configuration that judges the message, or NULL. */
const struct config *message_config(const struct message *message);

/* An address of the message, by the MTA and the policy that judge it. macro: NULL where there is none. */
struct written_address message_address(const struct message *message, const struct milter_macros *macros,
				       const char *argument, const char *macro);

/* What an event says of the message as a whole: sender, the first recipient that is kept, policy. There is a policy. */
void message_event(const struct message *message, struct event *event);

/* True when one more recipient can be kept, as far as any has to be. Threads: safe, with a message each. */
bool message_has_room(const struct message *message, const struct named_recipient *recipient);

/*
 * A recipient was judged and let through. text: why it is held, with
 * VERDICT_QUARANTINE.
 */
void message_let_through(struct message *message, const struct named_recipient *recipient,
			 const struct milter_macros *macros, const struct facts *facts,
			 const struct judgement *judgement, const char *text);

/* The same for a verdict on the message as a whole. */
void message_take_verdict(struct message *message, const struct judgement *judgement, const char *text);

/* Ends the message, if there is one, and gives its policy back. */
void message_end(struct message *message);

#endif
