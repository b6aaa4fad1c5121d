/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_CONTENT_H
#define FORCEDTLS_MILTER_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/session.h"
#include "milter/verdict.h"

/* What the policy in force has to see of messages. */
struct content_needs {
	bool data;
	bool header;
	bool end_of_header;
};
struct content_needs content_needs(void);

/*
 * DATA: refuses a message of which something is left to be judged or done, and
 * of which the MTA will show nothing more. Postfix does that with
 * smtpd_proxy_filter, and then has no queue id for it. queue_id: NULL or "" where
 * there is none.
 */
void content_data(struct session *session, const char *queue_id, struct answer *answer_r);

/* One field of the header: its name, as the MTA hands it over, and its body. */
void content_field(struct session *session, const char *name, const char *body);

/*
 * The end of the header: a message whose From: selects a connector is judged
 * once more, for each recipient that was let through, and the strictest
 * verdict counts for the message; it is logged. Any other message gets
 * VERDICT_PASS. queue_id may be NULL.
 */
void content_end_of_header(struct session *session, const char *queue_id, struct answer *answer_r);

/* What is to be done to a message that was let through. Ended with edits_fini. */
struct edits {
	const char *hold_reason; /* hold it, for this reason; NULL: do not. Valid until the message ends */
	size_t trace_fields; /* remove so many fields of TRACE_HEADER_NAME ... */
	char *trace; /* ... then add one with this body; NULL: none */
};
void content_edits(const struct session *session, struct edits *edits_r);
void edits_fini(struct edits *edits);

/*
 * The answer where one of the edits could not be made; it is logged, and names
 * the first recipient. what: for the log; queue_id may be NULL.
 */
void content_edit_failed(const struct session *session, const char *queue_id, const char *what,
			 struct answer *answer_r);

#endif
