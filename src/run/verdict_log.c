/* SPDX-License-Identifier: MIT */
/*
 * Lines of the log for a verdict: which are due, and what was missing. How one
 * looks is in verdict/record.c. Decides nothing.
 */
#include "run/verdict_log.h"

#include <stdlib.h>

#include "run/log.h"

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

/* What is missing, and what to do about it; NULL where nothing is to be said. */
static const char *describe(enum fact untold)
{
	switch (untold) {
	case FACT_NONE:
	case FACT_EDITS: /* who tried has said what failed */
		break;
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
	case FACT_CONTENT:
		return "the MTA does not show what follows DATA, which header_from, trace_header and "
		       "on_failure: quarantine need: Postfix with smtpd_proxy_filter never does, nor with a "
		       "milter_protocol below 4, nor in a session that began before they were in force";
	case FACT_TRACE:
		return "the session began before trace_header was in force, or the MTA does not let headers "
		       "be changed";
	}
	return NULL;
}

void verdict_log(const struct config *config, const struct record *record, const char *tested_recipient)
{
	enum log_format format = config != NULL ? config->daemon.log_format : LOG_FORMAT_TEXT;
	const char *missing = describe(record->decision->untold);
	struct record tested = *record;

	if (missing != NULL)
		log_line(LOG_SEVERITY_WARNING, "cannot judge: %s", missing);
	if (record->decision->enforced.verdict != VERDICT_PASS ||
	    (config != NULL && config->daemon.log_accepted))
		log_record(record, format);
	if (!record->decision->tested_differs)
		return;
	tested.tested = true;
	tested.recipient = tested_recipient;
	log_record(&tested, format);
}
