/* SPDX-License-Identifier: MIT */
/*
 * What judging a recipient and judging a message have in common: facts of the
 * session, and the log. Decides nothing, and does not know libmilter.
 */
#include "door/verdict.h"

#include <stdlib.h>
#include <time.h>

#include "run/log.h"

void answer_fini(struct answer *answer)
{
	reply_fini(&answer->reply);
}

static unsigned told_by(const struct session *session, const struct milter_macros *macros)
{
	const struct abilities *can = &session->abilities;

	return (session->connected ? FACT_BIT(FACT_CLIENT) : 0) |
	       (macros->j != NULL ? FACT_BIT(FACT_DOMAIN) : 0) |
	       (can->header && can->end_of_header ? FACT_BIT(FACT_HEADERS) : 0) |
	       (can->header && can->edit_header ? FACT_BIT(FACT_TRACE) : 0);
}

void verdict_facts(const struct session *session, const struct milter_macros *macros, struct facts *facts_r,
		   struct macro_storage *storage)
{
	*facts_r = (struct facts){
		.told = told_by(session, macros),
		.client = session->client,
		.client_port = session->client_port,
		.helo = session->helo,
		.can_quarantine = session->abilities.quarantine,
		.sender = session->message.open ? &session->message.sender_readings : NULL,
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
	log_finished(LOG_SEVERITY_INFO, line);
	free(line);
}

/* What is missing, and what to do about it. */
static const char *describe(enum fact untold)
{
	switch (untold) {
	case FACT_NONE:
		break;
	case FACT_EDITS:
		return "what this message was let in for could not be done to it";
	case FACT_CLIENT:
		return "the MTA did not say who the client is";
	case FACT_SENDER:
		return "the MTA did not say who the sender is";
	case FACT_RECIPIENT:
		return "the MTA asks where there is no recipient: check_policy_service belongs into "
		       "smtpd_recipient_restrictions";
	case FACT_POLICY:
		return "no policy is in force";
	case FACT_DOMAIN:
		return "an address without domain: write \"myorigin\" into the policy file, as Postfix has "
		       "it, or let the MTA send {j}";
	case FACT_MYDOMAIN:
		return "an address with a domain without a dot: write \"mydomain\" into the policy file, as "
		       "Postfix has it, or \"\" where it has append_dot_mydomain = no";
	case FACT_HEADERS:
		return "the session began before header_from was in force, and its headers are not seen";
	case FACT_ROOM:
		return "header_from: too many recipients for one message";
	case FACT_TRACE:
		return "the session began before trace_header was in force, or the MTA does not let headers "
		       "be changed";
	}
	return "nothing is missing";
}

void verdict_log(const struct config *config, const struct record *record, const char *tested_recipient)
{
	enum log_format format = config != NULL ? config->daemon.log_format : LOG_FORMAT_TEXT;
	struct record tested = *record;

	if (record->decision->untold != FACT_NONE)
		log_line(LOG_SEVERITY_WARNING, "cannot judge: %s", describe(record->decision->untold));
	if (record->decision->enforced.verdict != VERDICT_PASS ||
	    (config != NULL && config->daemon.log_accepted))
		log_record(record, format);
	if (!record->decision->tested_differs)
		return;
	tested.tested = true;
	tested.recipient = tested_recipient;
	log_record(&tested, format);
}
