/* SPDX-License-Identifier: MIT */
/* From an event to what the MTA is told. Decides nothing, and does not know libmilter. */
#include "milter/answer.h"

#include <assert.h>

#include "run/emit.h"

void answer_make(const struct config *config, struct event *event, struct answer *answer_r)
{
	emit_verdict(config, event);
	*answer_r = (struct answer){.verdict = event->decision.enforced.verdict, .reply = event->reply};
	assert((answer_r->verdict == VERDICT_PASS) == (answer_r->reply.text == NULL));
	event->reply = (struct reply){0};
	event_fini(event);
}

void answer_to_unknown(enum event_stage stage, struct answer *answer_r)
{
	static const struct facts nothing = {.client_port = -1, .tls.bits = -1};
	struct event event = {.stage = stage, .facts = &nothing};

	event_decide(&event);
	answer_make(NULL, &event, answer_r);
}

void answer_fini(struct answer *answer)
{
	reply_fini(&answer->reply);
}
