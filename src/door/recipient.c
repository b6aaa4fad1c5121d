/* SPDX-License-Identifier: MIT */
/*
 * One recipient: facts are gathered, the decision is asked, its answer is
 * logged. Decides nothing, and does not know libmilter.
 */
#include "door/recipient.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/memory.h"
#include "core/record.h"
#include "run/log.h"

void answer_internal(struct answer *answer_r)
{
	*answer_r = (struct answer){
		.verdict = VERDICT_TEMPFAIL,
		.reply = {.code = "451", .text = xstrdup("try again later")},
	};
	(void)snprintf(answer_r->reply.status, sizeof answer_r->reply.status, "4.%s",
		       reason_status_detail(REASON_INTERNAL));
}

void answer_fini(struct answer *answer)
{
	reply_fini(&answer->reply);
}

/* What the session knows, and what the macros add to it. */
static void gather_facts(const struct session *session, const struct milter_macros *macros,
			 const struct readings *recipient, struct facts *facts_r,
			 struct macro_storage *storage)
{
	*facts_r = (struct facts){
		.client = session->client,
		.client_port = session->client_port,
		.helo = session->helo,
		.sender = &session->message.sender_readings,
		.recipient = recipient,
		.date = date_from_time(time(NULL)),
	};
	macros_to_facts(macros, facts_r, storage);
	if (facts_r->client_name == NULL)
		facts_r->client_name = session->client_name;
}

static void log_record(const struct record *record, enum log_format format)
{
	char *line = NULL;

	switch (format) {
	case LOG_FORMAT_TEXT:
		line = record_text(record);
		break;
	case LOG_FORMAT_JSON:
		line = record_json(record);
		break;
	}
	log_line(LOG_SEVERITY_INFO, "%s", line);
	free(line);
}

/* One line for what happens, and a second one where connectors in test mode would have it otherwise. */
static void log_decision(struct record *record, const struct daemon_settings *settings)
{
	if (record->decision->enforced.verdict != VERDICT_PASS || settings->log_accepted)
		log_record(record, settings->log_format);
	if (!record->decision->tested_differs)
		return;
	record->tested = true;
	log_record(record, settings->log_format);
}

static void judge(const struct session *session, const char *argument, const struct milter_macros *macros,
		  struct answer *answer_r)
{
	const struct config *config = snapshot_config(session->message.snapshot);
	struct macro_storage storage = {0};
	struct readings recipient;
	struct facts facts;
	struct decision decision;
	struct record record = {
		.queue_id = macros->queue_id,
		.sender = session->message.sender,
		.recipient = argument,
		.policy = config->policy,
		.facts = &facts,
		.decision = &decision,
	};

	readings_of_recipient(&recipient, &(struct written_address){argument, macros->rcpt_addr, macros->j});
	gather_facts(session, macros, &recipient, &facts, &storage);
	decision_eval(config->policy, &facts, &decision);
	answer_r->verdict = decision.enforced.verdict;
	reply_make(config->policy, &facts, &decision.enforced, &answer_r->reply);
	log_decision(&record, &config->daemon);
	macro_storage_fini(&storage);
	readings_fini(&recipient);
}

void recipient_judge(const struct session *session, const char *argument, const struct milter_macros *macros,
		     struct answer *answer_r)
{
	const char *missing = NULL;

	if (!session->connected)
		missing = "the client's address";
	else if (!session->message.open)
		missing = "a sender";
	else if (session->message.snapshot == NULL)
		missing = "a policy in force";
	if (missing == NULL) {
		judge(session, argument, macros, answer_r);
		return;
	}
	log_line(LOG_SEVERITY_WARNING, "tempfail: RCPT without %s", missing);
	answer_internal(answer_r);
}
