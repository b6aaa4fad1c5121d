/* SPDX-License-Identifier: MIT */
/*
 * The header, field by field, and its end, where From: may select connectors.
 * Decides nothing, and does not know libmilter.
 */
#include "milter/end_of_header.h"

#include <string.h>
#include <strings.h>

#include "milter/session_facts.h"
#include "run/log.h"
#include "verdict/trace_header.h"

/* More than this in From: fields is not read. */
#define FROM_SIZE_MAX ((size_t)16 * 1024)

/* Without regard to case, and to white space before the colon (RFC 5322, 4.5). */
static bool is_named(const char *name, const char *wanted)
{
	size_t length = strlen(wanted);

	return strncasecmp(name, wanted, length) == 0 && name[length + strspn(name + length, " \t")] == '\0';
}

/* A field with the author, be it From: or Sender:; the two share the room. */
static void read_author(struct message *message, struct from_selection *selection,
			const struct policy *policy, const char *body)
{
	size_t length = strlen(body);

	if (length <= FROM_SIZE_MAX - message->from_size) {
		message->from_size += length;
		from_selection_add(selection, policy, body);
		return;
	}
	if (message->from_size < FROM_SIZE_MAX)
		log_line(LOG_SEVERITY_WARNING, "From: is too long: every connector with header_from counts");
	message->from_size = FROM_SIZE_MAX;
	from_selection_add_unread(selection, policy);
}

void header_field(struct session *session, const char *name, const char *body)
{
	struct message *message = &session->message;
	const struct policy *policy;

	if (!message->judged)
		return;
	policy = message_config(message)->policy;
	if (policy->has_header_from && is_named(name, "From"))
		read_author(message, &message->header_from, policy, body);
	if (policy->has_header_from && is_named(name, "Sender"))
		read_author(message, &message->header_sender, policy, body);
	if (policy->trace_header && is_named(name, TRACE_HEADER_NAME))
		message->trace_fields++;
}

/* Judges for each recipient; the strictest verdict counts, and names the one that it is for. */
static void judge_recipients(const struct message *message, struct facts *facts, struct event *event)
{
	const struct milter_macros *macros = &message->macros.macros;

	for (size_t i = 0; i < message->recipient_count; i++) {
		const struct kept_recipient *kept = &message->recipients[i];
		struct decision_replaced replaced;
		struct decision decision;
		struct written_address written =
			message_address(message, macros, kept->argument, kept->macro);
		struct readings recipient;

		readings_of_recipient(&recipient, &written);
		facts->recipient = &recipient;
		decision_eval(event->policy, facts, &decision);
		facts->work = decision.work;
		replaced = decision_take_strictest(&event->decision, &decision);
		if (i == 0 || replaced.enforced)
			event->recipient = kept->argument;
		if (i == 0 || replaced.tested)
			event->tested_recipient = kept->argument;
		readings_fini(&recipient);
	}
	facts->recipient = NULL;
}

static void judge_header(struct session *session, const char *queue_id, struct answer *answer_r)
{
	struct message *message = &session->message;
	struct macro_storage storage = {0};
	struct facts facts;
	struct event event = {.stage = EVENT_STAGE_END_OF_HEADER, .queue_id = queue_id, .facts = &facts};

	message_event(message, &event);
	session_facts(session, &message->macros.macros, &facts, &storage);
	/* Who was let through was kept, and nothing that was asked for has failed. */
	facts.told |= FACT_BIT(FACT_EDITS) | FACT_BIT(FACT_ROOM);
	facts.header_from = &message->header_from;
	judge_recipients(message, &facts, &event);
	event_make_replies(&event);
	answer_make(message_config(message), &event, answer_r);
	message_take_verdict(message, &event.decision.enforced, answer_r->reply.text);
	macro_storage_fini(&storage);
}

void end_of_header_judge(struct session *session, const char *queue_id, struct answer *answer_r)
{
	struct message *message = &session->message;
	struct from_selection *from = &message->header_from;
	const struct policy *policy;

	*answer_r = (struct answer){.verdict = VERDICT_PASS};
	if (!message->judged)
		return;
	policy = message_config(message)->policy;
	/* Sendmail completes what it hands on; Postfix, which has no queue id for the first recipient, does not. */
	if (message->macros.macros.queue_id != NULL) {
		from_selection_add_host(from, policy, message->macros.macros.j);
		from_selection_add_host(from, policy, policy->myorigin);
	}
	from_selection_add_sender(from, policy, &message->header_sender);
	if (from_selection_any(from))
		judge_header(session, queue_id, answer_r);
}
