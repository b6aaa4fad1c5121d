/* SPDX-License-Identifier: MIT */
/* Verdicts on their way from a service to whoever logs or counts them. Knows neither. */
#include "verdict/event.h"

#include <assert.h>

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
