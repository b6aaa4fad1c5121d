/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a message between one step and the next, within bounds that
 * no peer can push. Judges nothing and knows no libmilter.
 */
#include "milter/message.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

/* recipients_size of all messages: beyond the most by one recipient a thread, since each looks before it adds. */
static atomic_size_t recipients_sizes;

const struct config *message_config(const struct message *message)
{
	return message->snapshot != NULL ? snapshot_config(message->snapshot) : NULL;
}

struct written_address message_address(const struct message *message, const struct milter_macros *macros,
				       const char *argument, const char *macro)
{
	const struct config *config = message_config(message);

	return (struct written_address){.argument = argument,
					.macro = macro,
					.local_host = macros->j,
					.myorigin = config != NULL ? config->policy->myorigin : NULL,
					.mydomain = config != NULL ? config->policy->mydomain : NULL};
}

/* Of a message that is judged, and so has one. */
static const struct policy *message_policy(const struct message *message)
{
	assert(message->open && message->snapshot != NULL);
	return snapshot_config(message->snapshot)->policy;
}

void message_event(const struct message *message, struct event *event)
{
	event->policy = message_policy(message);
	event->sender = message->sender;
	event->recipient = message->recipient_count > 0 ? message->recipients[0].argument : NULL;
}

static size_t recipient_size(const struct named_recipient *recipient)
{
	return sizeof(struct kept_recipient) + strlen(recipient->argument) + 1 +
	       (recipient->macro != NULL ? strlen(recipient->macro) + 1 : 0) + recipient->key->length;
}

/* Somebody of whom no verdict on From: will tell this one is in it already. */
static bool is_kept(const struct message *message, const struct strbuf *key)
{
	for (size_t i = 0; i < message->recipient_count; i++) {
		const struct strbuf *kept = &message->recipients[i].key;

		if (kept->length == key->length && memcmp(kept->text, key->text, key->length) == 0)
			return true;
	}
	return false;
}

/* Within the bounds of the message alone. */
static bool message_fits(const struct message *message, const struct named_recipient *recipient)
{
	size_t readings = message->recipient_readings + recipient->readings->count;

	assert(message->recipients_size <= MESSAGE_RECIPIENTS_SIZE_MAX);
	return recipient_size(recipient) <= MESSAGE_RECIPIENTS_SIZE_MAX - message->recipients_size &&
	       readings <= MESSAGE_READINGS_MAX &&
	       (message->recipient_count == 0 ||
		readings <= MESSAGE_WORK_MAX / message_policy(message)->header_from_count);
}

bool message_has_room(const struct message *message, const struct named_recipient *recipient)
{
	return !message_policy(message)->has_header_from || is_kept(message, recipient->key) ||
	       (message_fits(message, recipient) &&
		(message->recipient_count == 0 || /* as the sender is: nobody can take that from the others */
		 atomic_load(&recipients_sizes) < MESSAGES_RECIPIENTS_SIZE_MAX));
}

static void keep_recipient(struct message *message, const struct named_recipient *recipient)
{
	struct kept_recipient *kept;

	kept = VECTOR_ADD(message->recipients, message->recipient_count, message->recipient_capacity);
	*kept = (struct kept_recipient){
		.argument = xstrdup(recipient->argument),
		.macro = xstrdup_or_null(recipient->macro),
	};
	if (recipient->key->length > 0)
		strbuf_add(&kept->key, recipient->key->text, recipient->key->length);
	message->recipients_size += recipient_size(recipient);
	(void)atomic_fetch_add(&recipients_sizes, recipient_size(recipient));
	message->recipient_readings += recipient->readings->count;
}

/* Whether one more has to be judged once more, or be named in the log. */
static bool is_needed(const struct message *message, const struct named_recipient *recipient, bool is_edited)
{
	if (message_policy(message)->has_header_from)
		return !is_kept(message, recipient->key) && message_fits(message, recipient);
	return is_edited && message->recipient_count == 0;
}

static void note_connector(struct message *message, const struct connector *connector)
{
	for (size_t i = 0; i < message->connector_count; i++)
		if (message->connectors[i] == connector)
			return;
	assert(message->connector_count <= MESSAGE_CONNECTORS_MAX);
	if (message->connector_count == MESSAGE_CONNECTORS_MAX)
		return;
	*VECTOR_ADD(message->connectors, message->connector_count, message->connector_capacity) = connector;
}

void message_take_verdict(struct message *message, const struct judgement *judgement, const char *text)
{
	if (judgement->verdict > message->verdict)
		message->verdict = judgement->verdict;
	if (judgement->verdict == VERDICT_QUARANTINE && message->hold_reason == NULL)
		message->hold_reason = xstrdup(text);
	if (judgement->has_connector && message_policy(message)->trace_header)
		note_connector(message, judgement->decisive.connector);
}

void message_let_through(struct message *message, const struct named_recipient *recipient,
			 const struct milter_macros *macros, const struct facts *facts,
			 const struct judgement *judgement, const char *text)
{
	const struct policy *policy = message_policy(message);
	bool is_edited = policy->trace_header || judgement->verdict == VERDICT_QUARANTINE;

	if (message->macros.storage == NULL && (policy->has_header_from || is_edited))
		macros_keep(macros, &message->macros);
	if (!message->judged)
		message->fingerprints = facts->certificate.fingerprints;
	message->judged = true;
	message_take_verdict(message, judgement, text);
	/* For all messages there was room when it was judged: what was let through has to be judged again. */
	if (is_needed(message, recipient, is_edited))
		keep_recipient(message, recipient);
}

void message_end(struct message *message)
{
	if (!message->open)
		return;
	snapshot_release(&message->snapshot);
	free(message->sender);
	readings_fini(&message->sender_readings);
	free(message->hold_reason);
	kept_macros_fini(&message->macros);
	for (size_t i = 0; i < message->recipient_count; i++) {
		free(message->recipients[i].argument);
		free(message->recipients[i].macro);
		strbuf_fini(&message->recipients[i].key);
	}
	free(message->recipients);
	(void)atomic_fetch_sub(&recipients_sizes, message->recipients_size);
	free(message->connectors);
	from_selection_fini(&message->header_from);
	from_selection_fini(&message->header_sender);
	*message = (struct message){0};
}
