/* SPDX-License-Identifier: MIT */
/*
 * Which verdict held which message.
 */
#include "cli/held.h"

#include <stdlib.h>
#include <string.h>

#include "cli/hold_clue.h"
#include "util/memory.h"

const struct waiting_form held_form = {.whom = "sender",
				       .whom_title = "SENDER",
				       .why = "reason",
				       .why_title = "REASON",
				       .words = "reply",
				       .words_title = "REPLY"};

static const char *held_sender(const char *sender)
{
	return sender == NULL || strcmp(sender, "MAILER-DAEMON") == 0 ? "" : sender;
}

static void held_add_address(struct held_message *message, const char *address)
{
	*VECTOR_ADD(message->recipients, message->recipient_count, message->recipient_capacity) =
		xstrdup(address);
}

void held_add(void *context, const struct queue_recipient *recipient)
{
	struct held_mail *held = context;
	struct held_message *message;

	HASH_FIND_STR(held->messages, recipient->queue_id, message);
	if (message == NULL) {
		message = xcalloc(1, sizeof *message);
		message->queue_id = xstrdup(recipient->queue_id);
		message->sender = xstrdup(held_sender(recipient->sender));
		message->arrival = recipient->arrival;
		message->line = recipient->line;
		HASH_ADD_KEYPTR(hh, held->messages, message->queue_id, strlen(message->queue_id), message);
		if (held->oldest == 0 || message->arrival < held->oldest)
			held->oldest = message->arrival;
	}
	held_add_address(message, recipient->address);
	if (recipient->original != NULL && recipient->original[0] != '\0')
		held_add_address(message, recipient->original);
	message->addresses++;
}

static const struct held_verdict *held_verdict_of(const struct hold_clues *clues,
						  const struct held_message *message)
{
	const struct held_verdict *found =
		hold_clues_find(clues, HOLD_CLUE_QUEUE_ID, message->queue_id, "", message->arrival);

	for (size_t i = 0; i < message->recipient_count && found == NULL; i++)
		found = hold_clues_find(clues, HOLD_CLUE_RECIPIENT, message->sender, message->recipients[i],
					message->arrival);
	if (found == NULL && message->client != NULL)
		found = hold_clues_find(clues, HOLD_CLUE_CLIENT, message->sender, message->client,
					message->arrival);
	return found;
}

void held_group(const struct held_mail *held, struct waiting *waiting)
{
	static const struct held_verdict nobody = {0};
	struct hold_clues clues = hold_clues_make(held->verdicts, held->verdict_count);

	for (const struct held_message *message = held->messages; message != NULL;
	     message = message->hh.next) {
		const struct held_verdict *verdict = held_verdict_of(&clues, message);
		char *domain = waiting_domain(message->sender);

		verdict = verdict != NULL ? verdict : &nobody;
		for (size_t i = 0; i < message->addresses; i++)
			waiting_add(waiting, &(struct waiting_recipient){
						     .whom = message->sender[0] != '\0' ? domain : "<>",
						     .connector = verdict->connector,
						     .why = verdict->reason,
						     .line = message->line,
						     .queue_id = message->queue_id,
						     .arrival = message->arrival,
						     .words = verdict->reply,
					     });
		free(domain);
	}
	hold_clues_fini(&clues);
}

static void free_message(struct held_message *message)
{
	for (size_t i = 0; i < message->recipient_count; i++)
		free(message->recipients[i]);
	free(message->recipients);
	free(message->client);
	free(message->sender);
	free(message->queue_id);
	free(message);
}

static void free_verdict(struct held_verdict *verdict)
{
	char *texts[] = {verdict->queue_id,  verdict->client, verdict->from, verdict->to,
			 verdict->connector, verdict->reason, verdict->reply};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
}

void held_fini(struct held_mail *held)
{
	TABLE_FREE(held->messages, free_message);
	for (size_t i = 0; i < held->verdict_count; i++)
		free_verdict(&held->verdicts[i]);
	free(held->verdicts);
	*held = (struct held_mail){0};
}
