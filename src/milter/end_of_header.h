/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_END_OF_HEADER_H
#define FORCEDTLS_MILTER_END_OF_HEADER_H

#include "milter/answer.h"
#include "milter/session.h"

/* One field of the header: its name, as the MTA hands it over, and its body. */
void header_field(struct session *session, const char *name, const char *body);

/*
 * The end of the header: a message whose From: selects a connector is judged
 * once more, for each recipient that was let through, and the strictest
 * verdict counts for the message; it is logged. Any other message gets
 * VERDICT_PASS. queue_id may be NULL.
 */
void end_of_header_judge(struct session *session, const char *queue_id, struct answer *answer_r);

#endif
