/* SPDX-License-Identifier: MIT */
/*
 * Who is told of events, and which lines of the log are due for one. How a line
 * looks is in verdict/verdict_line.c and verdict/tls_policy_line.c. Decides nothing.
 */
#include "run/emit.h"

#include <assert.h>
#include <stdlib.h>

#include "config/clock.h"
#include "run/log.h"
#include "run/verdict_counters.h"
#include "run/watched.h"
#include "verdict/verdict_line.h"

static void log_subject(const struct log_form *form, const void *subject, enum log_format format)
{
	char *line = NULL, *fields = log_takes_fields() ? log_form_journal(form, subject) : NULL;

	switch (format) {
	case LOG_FORMAT_TEXT:
		line = log_form_text(form, subject);
		break;
	case LOG_FORMAT_JSON:
		line = log_form_json(form, subject);
		break;
	}
	log_finished(LOG_SEVERITY_INFO, line, fields);
	free(fields);
	free(line);
}

static void log_verdict(const struct config *config, const struct event *event)
{
	enum log_format format = config != NULL ? config->daemon.log_format : LOG_FORMAT_TEXT;
	const char *untold = event_untold_text(event->decision.untold);

	if (untold != NULL)
		log_line(LOG_SEVERITY_WARNING, "cannot judge: %s", untold);
	if (event->decision.enforced.verdict != VERDICT_PASS ||
	    (config != NULL && config->daemon.log_accepted))
		log_subject(&verdict_line_form, &(struct verdict_view){.event = event}, format);
	if (event->decision.tested_differs)
		log_subject(&verdict_line_form, &(struct verdict_view){.event = event, .tested = true},
			    format);
}

/* Postfix asks for the domains above after NOTFOUND: of these nobody wants to read. */
static void log_tls_policy(const struct config *config, const struct tls_policy_event *event)
{
	enum log_format format = config->daemon.log_format;

	if (event->lookup->enforced.result == TLS_POLICY_TEMP ||
	    (config->daemon.log_accepted && event->lookup->read != NEXT_HOP_PARENT))
		log_subject(&tls_policy_line_form, &(struct tls_policy_view){.event = event}, format);
	if (event->lookup->tested_differs)
		log_subject(&tls_policy_line_form, &(struct tls_policy_view){.event = event, .tested = true},
			    format);
}

/* What a table of that name was to say, nobody knows: the mail waits until the name is right. */
static void log_unknown_map(const char *name)
{
	log_line(LOG_SEVERITY_WARNING,
		 "tls_policy: no table is called %.100s: write tls_policy, partners or rest into "
		 "smtp_tls_policy_maps; the mail waits",
		 name);
}

static void count_verdict(const struct config *config, const struct event *event)
{
	enum counted_service service =
		event->service == EVENT_SERVICE_MILTER ? COUNTED_milter : COUNTED_policy_service;

	/* A milter is asked by callbacks: what it is asked for is a verdict. */
	if (service == COUNTED_milter)
		counters_request(service, false);
	verdict_counters_add(config, service, &event->decision.enforced, false, event_mode(event, false));
	if (event->decision.tested_differs)
		verdict_counters_add(config, service, &event->decision.tested, true, event_mode(event, true));
}

/* After NOTFOUND Postfix asks for the domains above, which are no mail of their own. */
static void count_answer(const struct config *config, const struct tls_policy_event *event)
{
	static const struct tls_policy_answer temp = {.result = TLS_POLICY_TEMP};

	if (event->unknown_map != NULL)
		verdict_counters_add_answer(NULL, &temp);
	else if (event->lookup->read != NEXT_HOP_PARENT)
		verdict_counters_add_answer(config, &event->lookup->enforced);
}

void emit_decide(struct event *event)
{
	int64_t began = clock_monotonic();

	event_decide(event);
	counters_decision(began);
}

void emit_verdict(const struct config *config, const struct event *event)
{
	assert((config == NULL) == (event->policy == NULL));
	count_verdict(config, event);
	watched_note(event);
	log_verdict(config, event);
}

void emit_tls_policy(const struct config *config, const struct tls_policy_event *event)
{
	assert((config == NULL) == (event->unknown_map != NULL));
	count_answer(config, event);
	if (event->unknown_map != NULL)
		log_unknown_map(event->unknown_map);
	else
		log_tls_policy(config, event);
}
