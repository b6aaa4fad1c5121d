/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOOR_RECIPIENT_H
#define FORCEDTLS_DOOR_RECIPIENT_H

#include "core/decision.h"
#include "core/reply.h"
#include "door/session.h"
#include "proto/macros.h"

/* What the MTA is to do with one recipient. Ended with answer_fini. */
struct answer {
	enum verdict verdict;
	struct reply reply; /* empty with VERDICT_PASS */
};

/*
 * Judges one recipient of the session's message, and logs the verdict.
 * argument: as the client wrote it; macros: those of RCPT. A session without
 * CONNECT, without a message or without a policy gets a VERDICT_TEMPFAIL.
 */
void recipient_judge(const struct session *session, const char *argument, const struct milter_macros *macros,
		     struct answer *answer_r);
/* The answer when something went wrong on our side. */
void answer_internal(struct answer *answer_r);
void answer_fini(struct answer *answer);

#endif
