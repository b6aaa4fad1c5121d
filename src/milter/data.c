/* SPDX-License-Identifier: MIT */
/*
 * Whether the MTA shows what follows the recipients to who needs to see it.
 * Decides nothing, and does not know libmilter.
 */
#include "milter/data.h"

#include "milter/session_facts.h"

struct data_needs data_needs(void)
{
	struct snapshot *snapshot = snapshot_acquire();
	struct data_needs needs = {0};

	if (snapshot != NULL) {
		const struct policy *policy = snapshot_config(snapshot)->policy;

		needs.data = policy->has_header_from || policy->trace_header || policy->has_quarantine;
		needs.header = policy->has_header_from || policy->trace_header;
		needs.end_of_header = policy->has_header_from;
	}
	snapshot_release(&snapshot);
	return needs;
}

/* Whoever they are, all were judged: nothing of them is looked at any more. */
static const struct readings judged_recipients = {.result = ADDRESS_OK};

void data_judge(const struct session *session, const char *queue_id, struct answer *answer_r)
{
	const struct message *message = &session->message;
	struct macro_storage storage = {0};
	struct facts facts;
	struct event event = {.stage = EVENT_STAGE_DATA, .facts = &facts};

	*answer_r = (struct answer){.verdict = VERDICT_PASS};
	if (!message->judged || (queue_id != NULL && queue_id[0] != '\0'))
		return; /* there is nothing to judge, or all of it will be shown */
	message_event(message, &event);
	session_facts(session, &message->macros.macros, &facts, &storage);
	facts.told &= ~FACT_BIT(FACT_CONTENT);
	facts.told |= FACT_BIT(FACT_EDITS) | FACT_BIT(FACT_ROOM);
	facts.recipient = &judged_recipients;
	facts.at_data = true;
	facts.is_held = message->hold_reason != NULL;
	event_decide(&event);
	/* Who passes was logged as each of the recipients. */
	if (event.decision.untold != FACT_NONE || event.decision.enforced.verdict != VERDICT_PASS)
		answer_make(message_config(message), &event, answer_r);
	else
		event_fini(&event);
	macro_storage_fini(&storage);
}
