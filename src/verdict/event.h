/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_EVENT_H
#define FORCEDTLS_VERDICT_EVENT_H

#include <stdbool.h>

#include "policy/decision.h"
#include "verdict/reply.h"

/* Where in the SMTP session it was judged; in the log in Postfix's words. */
enum event_stage {
	EVENT_STAGE_RECIPIENT, /* "RCPT" */
	EVENT_STAGE_DATA, /* "DATA" */
	EVENT_STAGE_END_OF_HEADER, /* "END-OF-HEADERS" */
	EVENT_STAGE_END_OF_MESSAGE, /* "END-OF-MESSAGE" */
};

/* Which service was asked. Where both are in use most recipients are judged twice. */
enum event_service {
	EVENT_SERVICE_MILTER, /* "milter" */
	EVENT_SERVICE_POLICY_SERVICE, /* "policy-service" */
};

/*
 * One verdict, with all that may be said of it. A service makes one, has it
 * decided, hands it to run/emit.h once, and answers with its reply. A refusal
 * for want of something (a policy, a sender, room) is an event like any other:
 * decision.untold says what was wanting. What it points to is borrowed; the
 * replies are its own, and ended with event_fini.
 */
struct event {
	enum event_service service;
	enum event_stage stage;
	const char *queue_id; /* NULL or "": none yet */
	const char *sender; /* as the client wrote it; NULL: not known */
	const char *recipient; /* as the client wrote it, of several the one that counts; NULL: not known */
	const char *tested_recipient; /* the one that counts for decision.tested; NULL: the same */
	const struct policy *policy; /* NULL: none was in force */
	const struct facts *facts;
	struct decision decision;
	struct reply reply; /* to decision.enforced */
	struct reply tested_reply; /* to decision.tested, where that differs; else empty */
};

/* Decides by policy and facts, and makes the replies. Pure, as decision_eval is. */
void event_decide(struct event *event);

/* Makes the replies alone, for an event whose decision was made of several. */
void event_make_replies(struct event *event);

void event_fini(struct event *event);

/* One of the two verdicts of an event, and the mode in which it was reached. */
const struct judgement *event_judgement(const struct event *event, bool tested);
enum mode event_mode(const struct event *event, bool tested);

/*
 * What kept something from being judged (decision.untold), and what to do about
 * it, in words for the log and for who asks; NULL where nothing is to be said.
 */
const char *event_untold_text(enum fact untold);

#endif
