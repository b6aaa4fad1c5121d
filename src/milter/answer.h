/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_ANSWER_H
#define FORCEDTLS_MILTER_ANSWER_H

#include "config/config.h"
#include "verdict/event.h"

/* What the MTA is to do with a recipient, or a message. Ended with answer_fini. */
struct answer {
	enum verdict verdict;
	struct reply reply; /* empty with VERDICT_PASS; without codes with VERDICT_QUARANTINE */
};

/*
 * The answer to an event that was decided. The event is logged and counted
 * (run/emit.h), and ended. config: NULL without a policy in force.
 */
void answer_make(const struct config *config, struct event *event, struct answer *answer_r);
void answer_fini(struct answer *answer);

/* The answer, at that stage, in a session of which nothing was kept; it is logged and counted as any other. */
void answer_to_unknown(enum event_stage stage, struct answer *answer_r);

#endif
