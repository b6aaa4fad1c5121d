/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_END_OF_MESSAGE_H
#define FORCEDTLS_MILTER_END_OF_MESSAGE_H

#include <stddef.h>

#include "milter/answer.h"
#include "milter/session.h"

/* What is to be done to a message that was let through. Ended with edits_fini. */
struct edits {
	const char *hold_reason; /* hold it, for this reason; NULL: do not. Valid until the message ends */
	size_t trace_fields; /* remove so many fields of TRACE_HEADER_NAME ... */
	char *trace; /* ... then add one with this body; NULL: none */
};
void edits_make(const struct session *session, struct edits *edits_r);
void edits_fini(struct edits *edits);

/*
 * The answer where one of the edits could not be made; it is logged, and names
 * the first recipient. what: for the log; queue_id may be NULL.
 */
void edits_failed(const struct session *session, const char *queue_id, const char *what,
		  struct answer *answer_r);

#endif
