/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_RECIPIENT_H
#define FORCEDTLS_MILTER_RECIPIENT_H

#include "milter/answer.h"
#include "milter/macros.h"
#include "milter/session.h"

/*
 * Judges one recipient of the session's message, logs the verdict, and notes
 * in the message what its later steps need. VERDICT_QUARANTINE lets the
 * recipient through: the message is held at its end (milter/end_of_message.h).
 * argument: as the client wrote it, NULL when the MTA did not say; macros:
 * those of RCPT. A session without CONNECT, without a message or without a
 * policy is judged by what is known of it, which is not enough.
 */
void recipient_judge(struct session *session, const char *argument, const struct milter_macros *macros,
		     struct answer *answer_r);

#endif
