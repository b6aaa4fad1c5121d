/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_VERDICT_READER_H
#define FORCEDTLS_REPORT_VERDICT_READER_H

#include <stdbool.h>

#include "report/log_line.h"

/* The fields of a verdict that are read. Their words and shapes are those of verdict/verdict_line.h. */
enum verdict_field {
	FIELD_QUEUE_ID,
	FIELD_VERDICT,
	FIELD_STAGE,
	FIELD_CLIENT_NAME,
	FIELD_CLIENT_ADDRESS,
	FIELD_REPLY,
	FIELD_CONNECTOR,
	FIELD_REASON,
	FIELD_HELO,
	FIELD_FROM,
	FIELD_TO,
	FIELD_HEADER_FROM, /* the first of them */
	FIELD_TLS,
	FIELD_CIPHER,
	FIELD_BITS,
	FIELD_SUBJECT,
	FIELD_ALTNAMES,
	FIELD_ISSUER,
	FIELD_CERTIFICATE,
	FIELD_FINGERPRINT,
	FIELD_WANTED,
	FIELD_MODE,
	FIELD_DOOR,
	VERDICT_FIELDS,
};

struct verdict_line {
	/* As they were before they were escaped; NULL: absent. In the line, or in its json. */
	const char *values[VERDICT_FIELDS];
	char bits[12];
};

/*
 * What forcedtlsd logged of a verdict, as text or as JSON. Changes the line's
 * message. Keys that are not known are passed over. False for anything else
 * of the daemon's; a NUL that was escaped ends its value. Threads: safe.
 */
bool verdict_line_read(struct log_line *line, struct verdict_line *verdict_r);

/* The words of a field, as the log has it. A static string. */
const char *verdict_field_key(enum verdict_field field);

#endif
