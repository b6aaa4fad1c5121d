/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_RECORD_H
#define FORCEDTLS_VERDICT_RECORD_H

#include <stdbool.h>

#include "policy/decision.h"
#include "util/memory.h"
#include "verdict/log_field.h"
#include "verdict/reply.h"

/* Where in the SMTP session it was judged; in the log in Postfix's words. */
enum record_stage {
	RECORD_STAGE_RECIPIENT, /* "RCPT" */
	RECORD_STAGE_DATA, /* "DATA" */
	RECORD_STAGE_END_OF_HEADER, /* "END-OF-HEADERS" */
	RECORD_STAGE_END_OF_MESSAGE, /* "END-OF-MESSAGE" */
};

/* Who judged. With both doors in use most recipients are judged twice. */
enum record_door {
	RECORD_DOOR_MILTER, /* "milter" */
	RECORD_DOOR_POLICY_SERVICE, /* "policy-service" */
};

/* What the log says of one verdict. All borrowed. */
struct record {
	enum record_door door;
	enum record_stage stage;
	const char *queue_id; /* NULL or "": none yet */
	const char *sender; /* as the client wrote it; NULL: not known */
	const char *recipient; /* as the client wrote it; NULL: not known */
	const struct policy *policy; /* NULL: none was in force */
	const struct facts *facts;
	const struct decision *decision;
	bool tested; /* describe decision->tested ("would-...") instead of decision->enforced */
};

/*
 * One line without its end, in Postfix's manner, or one JSON object with the
 * same keys: printable ASCII, and no more than LOG_VALUE_LINE_MAX bytes
 * (verdict/log_value.h). No byte of a peer can end the line or forge a field. The
 * caller frees the result.
 */
char *record_text(const struct record *record);
char *record_json(const struct record *record);

/* The fields of such a line, in their order, for whoever reads lines back. A static table. Threads: safe. */
const struct log_field *record_fields(size_t *count_r);

#endif
