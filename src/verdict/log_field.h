/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_LOG_FIELD_H
#define FORCEDTLS_VERDICT_LOG_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict/log_value.h"
#include "util/memory.h"

/*
 * Fields of a line of the log. Whatever is logged, one table says which fields
 * it has, in their order, and everything that shows them walks it: text and
 * JSON are two views of one list.
 */
enum log_field_shape {
	LOG_FIELD_WORD, /* a word or text of ours: whole in any line */
	LOG_FIELD_TEXT, /* a long text of ours: bounded by the line alone */
	LOG_FIELD_VALUE, /* text that a peer may have chosen */
	LOG_FIELD_BRACKETED, /* the same; in text it stands in angle brackets */
	LOG_FIELD_NUMBER,
	LOG_FIELD_LIST, /* texts of a peer: in angle brackets, separated by commas; in JSON an array */
};

/* What becomes of a field that has no value: it is "-" or null, or it is left out. */
enum log_field_absence {
	LOG_FIELD_SHOWN,
	LOG_FIELD_LEFT_OUT,
	LOG_FIELD_NULL, /* left out in text, and null in JSON */
};

/* What one field has, until log_field_value_fini. Zeroed memory is no value, but for number. */
struct log_field_value {
	const char *text; /* NULL: there is none */
	size_t length; /* of text */
	char *owned; /* NULL: text is borrowed */
	int number; /* of LOG_FIELD_NUMBER; -1: there is none */
	bool is_list; /* of LOG_FIELD_LIST: there is a list, be it empty */
	char **items; /* owned, and each of them */
	size_t item_count;
};

struct log_field {
	const char *key;
	enum log_field_shape shape;
	enum log_field_absence absence;
	/* What subject, the thing that is logged, has for this field; *value_r was zeroed. */
	void (*value)(const void *subject, struct log_field_value *value_r);
};

/*
 * For the functions above: a borrowed text, which may be NULL; one that is
 * handed over; one that is made; one more item of a list.
 */
void log_field_set(struct log_field_value *value_r, const char *text);
void log_field_own(struct log_field_value *value_r, char *text);
void log_field_print(struct log_field_value *value_r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_field_add_item(struct log_field_value *value_r, char *text);
void log_field_value_fini(struct log_field_value *value);

/* Adds value as one field has it: "-" for NULL, "" in quotes for an empty one, \x2D for a lone "-". Threads: all safe. */
void log_field_add_value(struct strbuf *out, const char *value, struct log_value_room room);

/* Adds the value alone, as a line of text has it, where there is one, else "-". */
void log_field_add(struct strbuf *out, const struct log_field *field, const void *subject,
		   struct log_value_room room);

/* Adds " key=value" for each field. width: what each value may take. */
void log_fields_add_text(struct strbuf *out, const struct log_field *fields, size_t count,
			 const void *subject, size_t width);

/* Adds a line "FORCEDTLS_KEY=value" for each field that has a value: without brackets. */
void log_fields_add_journal(struct strbuf *out, const struct log_field *fields, size_t count,
			    const void *subject);

/* An object with a member for each field; the caller owns it. NULL when jansson has no memory. */
json_t *log_fields_json(const struct log_field *fields, size_t count, const void *subject, size_t width);

#endif
