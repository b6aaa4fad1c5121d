/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a message between one step and the next, within bounds that
 * no peer can push. Judges nothing and knows no libmilter.
 */
#include "door/message.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static const struct policy *policy_of(const struct message *message)
{
	return snapshot_config(message->snapshot)->policy;
}

static size_t size_of(const char *argument, const struct milter_macros *macros)
{
	return sizeof(struct kept_recipient) + strlen(argument) + 1 +
	       (macros->rcpt_addr != NULL ? strlen(macros->rcpt_addr) + 1 : 0);
}

bool message_has_room(const struct message *message, const char *argument, const struct milter_macros *macros,
		      const struct readings *readings)
{
	return !policy_of(message)->has_header_from ||
	       (size_of(argument, macros) <= MESSAGE_RECIPIENTS_SIZE_MAX - message->recipients_size &&
		readings->count <= MESSAGE_READINGS_MAX - message->recipient_readings);
}

static void keep_recipient(struct message *message, const char *argument, const struct milter_macros *macros,
			   const struct readings *readings)
{
	struct kept_recipient *kept;

	message->recipients = vector_grow(message->recipients, message->recipient_count,
					  &message->recipient_capacity, sizeof *message->recipients);
	kept = &message->recipients[message->recipient_count++];
	kept->argument = xstrdup(argument);
	kept->macro = macros->rcpt_addr != NULL ? xstrdup(macros->rcpt_addr) : NULL;
	message->recipients_size += size_of(argument, macros);
	message->recipient_readings += readings->count;
}

static void note_connector(struct message *message, const struct connector *connector)
{
	for (size_t i = 0; i < message->connector_count; i++)
		if (message->connectors[i] == connector)
			return;
	if (message->connector_count == MESSAGE_CONNECTORS_MAX)
		return;
	message->connectors = vector_grow(message->connectors, message->connector_count,
					  &message->connector_capacity, sizeof *message->connectors);
	message->connectors[message->connector_count++] = connector;
}

void message_take_verdict(struct message *message, const struct judgement *judgement, const char *text)
{
	if (judgement->verdict > message->verdict)
		message->verdict = judgement->verdict;
	if (judgement->verdict == VERDICT_QUARANTINE && message->hold_reason == NULL)
		message->hold_reason = xstrdup(text);
	if (judgement->has_connector && policy_of(message)->trace_header)
		note_connector(message, judgement->decisive.connector);
}

void message_let_through(struct message *message, const char *argument, const struct milter_macros *macros,
			 const struct facts *facts, const struct judgement *judgement, const char *text)
{
	const struct policy *policy = policy_of(message);
	bool is_edited = policy->trace_header || judgement->verdict == VERDICT_QUARANTINE;

	if (message->macros.storage == NULL && (policy->has_header_from || is_edited))
		macros_keep(macros, &message->macros);
	if (!message->judged)
		message->fingerprints = facts->certificate.fingerprints;
	message->judged = true;
	message_take_verdict(message, judgement, text);
	if (policy->has_header_from ? message_has_room(message, argument, macros, facts->recipient)
				    : is_edited && message->recipient_count == 0)
		keep_recipient(message, argument, macros, facts->recipient);
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
	}
	free(message->recipients);
	free(message->connectors);
	from_selection_fini(&message->header_from);
	*message = (struct message){0};
}
