/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_LOG_FORM_H
#define FORCEDTLS_VERDICT_LOG_FORM_H

#include <stddef.h>

#include "verdict/log_field.h"

/*
 * The form of a line about one kind of thing: its fields, and how its text
 * begins. The text has some of the fields in its head, in Postfix's manner
 * ("NOQUEUE: reject: RCPT from ...;"); in JSON they are fields like the others.
 */
#define LOG_FORM_HEAD_MAX 8
struct log_form {
	const struct log_field *fields; /* one of them has the key "verdict" */
	size_t count;
	const char
		*message_id; /* of the journal (systemd.journal-fields(7)): the same for all of this form */
	size_t head_count; /* so many of the first, LOG_FORM_HEAD_MAX at most, stand in the head of a text */
	/* head: what subject has for these. width: what each value may take. */
	void (*add_head)(struct strbuf *out, const struct log_field_value *head, size_t width);
};

/* The field with that key, which is there. */
const struct log_field *log_form_field(const struct log_form *form, const char *key);

/*
 * subject as one line without its end, in text or as a JSON object: printable
 * ASCII of no more than LOG_VALUE_LINE_MAX bytes (verdict/log_value.h). No byte
 * of a peer can end the line or forge a field; where peers send more than a
 * line takes, long values are cut, and short ones stay. The caller frees it.
 */
char *log_form_text(const struct log_form *form, const void *subject);
char *log_form_json(const struct log_form *form, const void *subject);

/*
 * The same for the journal, a line each: "MESSAGE_ID=...", and of each field
 * that has a value "FORCEDTLS_CONNECTOR=...": its key, and its value as a text
 * has it, but without brackets. The caller frees it.
 */
char *log_form_journal(const struct log_form *form, const void *subject);

#endif
