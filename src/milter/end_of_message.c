/* SPDX-License-Identifier: MIT */
/*
 * The end of a message that was let through: it is held, and its trace header
 * written. Says what is to be done, and leaves doing it to its caller. Decides
 * nothing, and does not know libmilter.
 */
#include "milter/end_of_message.h"

#include <stdlib.h>

#include "milter/session_facts.h"
#include "run/log.h"
#include "verdict/trace_header.h"

void edits_make(const struct session *session, struct edits *edits_r)
{
	const struct message *message = &session->message;
	struct macro_storage storage = {0};
	struct facts facts;

	*edits_r = (struct edits){.hold_reason = message->hold_reason, .trace_fields = message->trace_fields};
	if (!message->judged || !message_config(message)->policy->trace_header)
		return;
	session_facts(session, &message->macros.macros, &facts, &storage);
	edits_r->trace =
		trace_header_folded(message->verdict, message->connectors, message->connector_count, &facts);
	macro_storage_fini(&storage);
}

void edits_fini(struct edits *edits)
{
	free(edits->trace);
	edits->trace = NULL;
}

void edits_failed(const struct session *session, const char *queue_id, const char *what,
		  struct answer *answer_r)
{
	struct macro_storage storage = {0};
	struct facts facts;
	struct event event = {.stage = EVENT_STAGE_END_OF_MESSAGE, .queue_id = queue_id, .facts = &facts};

	message_event(&session->message, &event);
	session_facts(session, &session->message.macros.macros, &facts, &storage);
	event_decide(&event);
	log_line(LOG_SEVERITY_WARNING, "cannot edit: %s failed", what);
	answer_make(message_config(&session->message), &event, answer_r);
	macro_storage_fini(&storage);
}
