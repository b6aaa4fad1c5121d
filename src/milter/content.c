/* SPDX-License-Identifier: MIT */
/*
 * What follows the recipients: From:, the trace header, holding a message.
 * Decides nothing and does not know libmilter; says what is to be done, and
 * leaves doing it to its caller.
 */
#include "milter/content.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "verdict/trace.h"
#include "run/log.h"
#include "run/verdict_log.h"

static const struct config *config_of(const struct session *session)
{
	return snapshot_config(session->message.snapshot);
}

struct content_needs content_needs(void)
{
	struct snapshot *snapshot = snapshot_acquire();
	struct content_needs needs = {0};

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

void content_data(struct session *session, const char *queue_id, struct answer *answer_r)
{
	struct message *message = &session->message;
	struct macro_storage storage = {0};
	const struct config *config;
	struct decision decision;
	struct facts facts;
	struct record record = {
		.stage = RECORD_STAGE_DATA,
		.sender = message->sender,
		.recipient = message->recipient_count > 0 ? message->recipients[0].argument : NULL,
		.facts = &facts,
		.decision = &decision,
	};

	*answer_r = (struct answer){.verdict = VERDICT_PASS};
	if (!message->judged || (queue_id != NULL && queue_id[0] != '\0'))
		return; /* there is nothing to judge, or all of it will be shown */
	config = config_of(session);
	record.policy = config->policy;
	verdict_facts(session, &message->macros.macros, &facts, &storage);
	facts.told &= ~FACT_BIT(FACT_CONTENT);
	facts.told |= FACT_BIT(FACT_EDITS) | FACT_BIT(FACT_ROOM);
	facts.recipient = &judged_recipients;
	facts.at_data = true;
	facts.is_held = message->hold_reason != NULL;
	decision_eval(config->policy, &facts, &decision);
	answer_r->verdict = decision.enforced.verdict;
	reply_make(config->policy, &facts, &decision.enforced, &answer_r->reply);
	if (decision.untold != FACT_NONE)
		verdict_log(config, &record, record.recipient);
	macro_storage_fini(&storage);
}

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

void content_field(struct session *session, const char *name, const char *body)
{
	struct message *message = &session->message;
	const struct policy *policy;

	if (!message->judged)
		return;
	policy = config_of(session)->policy;
	if (policy->has_header_from && is_named(name, "From"))
		read_author(message, &message->header_from, policy, body);
	if (policy->has_header_from && is_named(name, "Sender"))
		read_author(message, &message->header_sender, policy, body);
	if (policy->trace_header && is_named(name, TRACE_HEADER_NAME))
		message->trace_fields++;
}

/* Judges for each recipient; whom the two lines of the log name is noted in their records. */
static void judge_recipients(const struct message *message, const struct policy *policy, struct facts *facts,
			     struct decision *strictest, const char **enforced_r, const char **tested_r)
{
	for (size_t i = 0; i < message->recipient_count; i++) {
		const struct kept_recipient *kept = &message->recipients[i];
		struct decision_replaced replaced;
		struct decision decision;
		struct readings recipient;

		readings_of_recipient(&recipient,
				      &(struct written_address){.argument = kept->argument,
								.macro = kept->macro,
								.local_host = message->macros.macros.j,
								.myorigin = policy->myorigin,
								.mydomain = policy->mydomain});
		facts->recipient = &recipient;
		decision_eval(policy, facts, &decision);
		replaced = decision_take_strictest(strictest, &decision);
		if (i == 0 || replaced.enforced)
			*enforced_r = kept->argument;
		if (i == 0 || replaced.tested)
			*tested_r = kept->argument;
		readings_fini(&recipient);
	}
	facts->recipient = NULL;
}

static void judge(struct session *session, const char *queue_id, struct answer *answer_r)
{
	struct message *message = &session->message;
	const struct config *config = config_of(session);
	const char *tested_recipient = NULL;
	struct macro_storage storage = {0};
	struct decision strictest = {0};
	struct facts facts;
	struct record record = {
		.stage = RECORD_STAGE_END_OF_HEADER,
		.queue_id = queue_id,
		.sender = message->sender,
		.policy = config->policy,
		.facts = &facts,
		.decision = &strictest,
	};

	verdict_facts(session, &message->macros.macros, &facts, &storage);
	/* Who was let through was kept, and nothing that was asked for has failed. */
	facts.told |= FACT_BIT(FACT_EDITS) | FACT_BIT(FACT_ROOM);
	facts.header_from = &message->header_from;
	judge_recipients(message, config->policy, &facts, &strictest, &record.recipient, &tested_recipient);
	answer_r->verdict = strictest.enforced.verdict;
	reply_make(config->policy, &facts, &strictest.enforced, &answer_r->reply);
	verdict_log(config, &record, tested_recipient);
	message_take_verdict(message, &strictest.enforced, answer_r->reply.text);
	macro_storage_fini(&storage);
}

void content_end_of_header(struct session *session, const char *queue_id, struct answer *answer_r)
{
	struct message *message = &session->message;
	struct from_selection *from = &message->header_from;
	const struct policy *policy;

	*answer_r = (struct answer){.verdict = VERDICT_PASS};
	if (!message->judged)
		return;
	policy = config_of(session)->policy;
	/* Sendmail completes what it hands on; Postfix, which has no queue id for the first recipient, does not. */
	if (message->macros.macros.queue_id != NULL) {
		from_selection_add_host(from, policy, message->macros.macros.j);
		from_selection_add_host(from, policy, policy->myorigin);
	}
	from_selection_add_sender(from, policy, &message->header_sender);
	if (from_selection_any(from))
		judge(session, queue_id, answer_r);
}

void content_edits(const struct session *session, struct edits *edits_r)
{
	const struct message *message = &session->message;
	struct macro_storage storage = {0};
	struct facts facts;

	*edits_r = (struct edits){.hold_reason = message->hold_reason, .trace_fields = message->trace_fields};
	if (!message->judged || !config_of(session)->policy->trace_header)
		return;
	verdict_facts(session, &message->macros.macros, &facts, &storage);
	edits_r->trace =
		trace_header_value(message->verdict, message->connectors, message->connector_count, &facts);
	macro_storage_fini(&storage);
}

void edits_fini(struct edits *edits)
{
	free(edits->trace);
	edits->trace = NULL;
}

void content_edit_failed(const struct session *session, const char *queue_id, const char *what,
			 struct answer *answer_r)
{
	const struct message *message = &session->message;
	const struct config *config = config_of(session);
	struct macro_storage storage = {0};
	struct decision decision;
	struct facts facts;
	const struct record record = {
		.stage = RECORD_STAGE_END_OF_MESSAGE,
		.queue_id = queue_id,
		.sender = message->sender,
		.recipient = message->recipient_count > 0 ? message->recipients[0].argument : NULL,
		.policy = config->policy,
		.facts = &facts,
		.decision = &decision,
	};

	verdict_facts(session, &message->macros.macros, &facts, &storage);
	decision_eval(config->policy, &facts, &decision);
	answer_r->verdict = decision.enforced.verdict;
	reply_make(config->policy, &facts, &decision.enforced, &answer_r->reply);
	log_line(LOG_SEVERITY_WARNING, "cannot edit: %s failed", what);
	verdict_log(config, &record, record.recipient);
	macro_storage_fini(&storage);
}
