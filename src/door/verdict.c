/* SPDX-License-Identifier: MIT */
/*
 * What judging a recipient and judging a message have in common: facts of the
 * session, and the log. Decides nothing, and does not know libmilter.
 */
#include "door/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/memory.h"
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

void verdict_facts(const struct session *session, const struct milter_macros *macros, struct facts *facts_r,
		   struct macro_storage *storage)
{
	*facts_r = (struct facts){
		.client = session->client,
		.client_port = session->client_port,
		.helo = session->helo,
		.can_quarantine = session->abilities.quarantine,
		.sender = &session->message.sender_readings,
		.date = date_from_time(time(NULL)),
	};
	macros_to_facts(macros, facts_r, storage);
	facts_r->certificate.fingerprints = session->message.fingerprints;
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

void verdict_log(const struct config *config, const struct record *record, const char *tested_recipient)
{
	struct record tested = *record;

	if (record->decision->enforced.verdict != VERDICT_PASS || config->daemon.log_accepted)
		log_record(record, config->daemon.log_format);
	if (!record->decision->tested_differs)
		return;
	tested.tested = true;
	tested.recipient = tested_recipient;
	log_record(&tested, config->daemon.log_format);
}
