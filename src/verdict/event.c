/* SPDX-License-Identifier: MIT */
/* Verdicts on their way from a service to whoever logs or counts them. Knows neither. */
#include "verdict/event.h"

#include <assert.h>
#include <stddef.h>

void event_make_replies(struct event *event)
{
	const struct decision *decision = &event->decision;

	assert(event->reply.text == NULL && event->tested_reply.text == NULL);
	reply_make(event->policy, event->facts, &decision->enforced, &event->reply);
	if (decision->tested_differs)
		reply_make(event->policy, event->facts, &decision->tested, &event->tested_reply);
}

void event_decide(struct event *event)
{
	decision_eval(event->policy, event->facts, &event->decision);
	event_make_replies(event);
}

void event_fini(struct event *event)
{
	reply_fini(&event->reply);
	reply_fini(&event->tested_reply);
}

const struct judgement *event_judgement(const struct event *event, bool tested)
{
	return tested ? &event->decision.tested : &event->decision.enforced;
}

enum mode event_mode(const struct event *event, bool tested)
{
	if (event->policy == NULL) /* and so nothing passes */
		return MODE_ENFORCE;
	return tested ? MODE_TEST : event->policy->mode;
}

const char *event_untold_text(enum fact untold)
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
	case FACT_READINGS:
		return "an address that can be read in several ways, and more connectors to be tried for "
		       "each of them than there is time for";
	}
	return NULL;
}
