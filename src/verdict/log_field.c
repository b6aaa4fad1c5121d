/* SPDX-License-Identifier: MIT */
/*
 * Tables of fields as text and as JSON. Knows nothing of which fields there
 * are. Every value that a peer could have chosen goes through log_value.h.
 */
#include "verdict/log_field.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void log_field_set(struct log_field_value *value_r, const char *text)
{
	value_r->text = text;
	value_r->length = text != NULL ? strlen(text) : 0;
}

void log_field_own(struct log_field_value *value_r, char *text)
{
	log_field_set(value_r, text);
	assert(value_r->owned == NULL);
	value_r->owned = text;
}

void log_field_print(struct log_field_value *value_r, const char *format, ...)
{
	struct strbuf text = {0};
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	log_field_own(value_r, strbuf_take(&text));
}

void log_field_add_item(struct log_field_value *value_r, char *text)
{
	assert(value_r->is_list);
	value_r->items = xreallocarray(value_r->items, value_r->item_count + 1, sizeof *value_r->items);
	value_r->items[value_r->item_count++] = text;
}

void log_field_value_fini(struct log_field_value *value)
{
	for (size_t i = 0; i < value->item_count; i++)
		free(value->items[i]);
	free(value->items);
	free(value->owned);
}

static bool is_there(const struct log_field *field, const struct log_field_value *value)
{
	switch (field->shape) {
	case LOG_FIELD_NUMBER:
		return value->number >= 0;
	case LOG_FIELD_LIST:
		return value->is_list;
	case LOG_FIELD_WORD:
	case LOG_FIELD_TEXT:
	case LOG_FIELD_VALUE:
	case LOG_FIELD_BRACKETED:
		break;
	}
	return value->text != NULL;
}

/* False for one that is to be left out; there is nothing to be freed then. */
static bool log_field_ask(const struct log_field *field, const void *subject,
			  enum log_field_absence also_left_out, struct log_field_value *value_r)
{
	*value_r = (struct log_field_value){0};
	field->value(subject, value_r);
	return is_there(field, value_r) ||
	       (field->absence != LOG_FIELD_LEFT_OUT && field->absence != also_left_out);
}

static struct log_value_room room_of(const struct log_field *field, size_t width)
{
	struct log_value_room room = log_value_room(width);

	if (field->shape == LOG_FIELD_WORD || field->shape == LOG_FIELD_TEXT)
		room.bytes = SIZE_MAX;
	if (field->shape == LOG_FIELD_WORD)
		room.width = SIZE_MAX;
	return room;
}

void log_field_add_value(struct strbuf *out, const char *value, struct log_value_room room)
{
	if (value == NULL)
		strbuf_puts(out, "-");
	else if (value[0] == '\0')
		strbuf_puts(out, "\"\"");
	else if (strcmp(value, "-") == 0)
		strbuf_puts(out, "\\x2D");
	else
		log_value_add(out, value, strlen(value), "", &room);
}

/* A comma within an item is escaped. */
static void log_field_add_items(struct strbuf *out, const struct log_field_value *value,
				struct log_value_room room)
{
	for (size_t i = 0; i < value->item_count && !room.cut; i++) {
		strbuf_puts(out, i > 0 ? "," : "");
		log_value_add(out, value->items[i], strlen(value->items[i]), ",", &room);
	}
}

/* A value that is there, without brackets, "" or \x2D. */
static void add_bare(struct strbuf *out, const struct log_field *field, const struct log_field_value *value,
		     struct log_value_room room)
{
	switch (field->shape) {
	case LOG_FIELD_WORD:
	case LOG_FIELD_TEXT:
		log_value_add_text(out, value->text, &room);
		break;
	case LOG_FIELD_NUMBER:
		strbuf_printf(out, "%d", value->number);
		break;
	case LOG_FIELD_VALUE:
	case LOG_FIELD_BRACKETED:
		log_value_add(out, value->text, value->length, "", &room);
		break;
	case LOG_FIELD_LIST:
		log_field_add_items(out, value, room);
		break;
	}
}

static void log_field_add_text(struct strbuf *out, const struct log_field *field,
			       const struct log_field_value *value, struct log_value_room room)
{
	bool bracketed = field->shape == LOG_FIELD_BRACKETED || field->shape == LOG_FIELD_LIST;

	if (!is_there(field, value)) {
		strbuf_putc(out, '-');
	} else if (field->shape == LOG_FIELD_WORD || field->shape == LOG_FIELD_VALUE) {
		log_field_add_value(out, value->text, room);
	} else {
		strbuf_puts(out, bracketed ? "<" : "");
		add_bare(out, field, value, room);
		strbuf_puts(out, bracketed ? ">" : "");
	}
}

void log_field_add(struct strbuf *out, const struct log_field *field, const void *subject,
		   struct log_value_room room)
{
	struct log_field_value value = {0};

	field->value(subject, &value);
	log_field_add_text(out, field, &value, room);
	log_field_value_fini(&value);
}

void log_fields_add_text(struct strbuf *out, const struct log_field *fields, size_t count,
			 const void *subject, size_t width)
{
	for (size_t i = 0; i < count; i++) {
		struct log_field_value value;

		if (!log_field_ask(&fields[i], subject, LOG_FIELD_NULL, &value))
			continue;
		strbuf_printf(out, " %s=", fields[i].key);
		log_field_add_text(out, &fields[i], &value, room_of(&fields[i], width));
		log_field_value_fini(&value);
	}
}

/* The journal's names are of capital letters (systemd.journal-fields(7)). */
static void add_journal_name(struct strbuf *out, const char *key)
{
	strbuf_puts(out, "FORCEDTLS_");
	for (; *key != '\0'; key++)
		strbuf_putc(out, (char)toupper((unsigned char)*key));
	strbuf_putc(out, '=');
}

void log_fields_add_journal(struct strbuf *out, const struct log_field *fields, size_t count,
			    const void *subject)
{
	for (size_t i = 0; i < count; i++) {
		struct log_field_value value = {0};

		fields[i].value(subject, &value);
		if (is_there(&fields[i], &value)) {
			add_journal_name(out, fields[i].key);
			add_bare(out, &fields[i], &value, room_of(&fields[i], SIZE_MAX));
			strbuf_putc(out, '\n');
		}
		log_field_value_fini(&value);
	}
}

static json_t *json_items(const struct log_field_value *value, struct log_value_room room)
{
	json_t *list = json_array();

	for (size_t i = 0; i < value->item_count && !room.cut; i++)
		(void)json_array_append_new(list,
					    log_value_json(value->items[i], strlen(value->items[i]), &room));
	return list;
}

static json_t *json_of(const struct log_field *field, const struct log_field_value *value, size_t width)
{
	struct log_value_room room = room_of(field, width);

	if (!is_there(field, value))
		return json_null();
	switch (field->shape) {
	case LOG_FIELD_NUMBER:
		return json_integer(value->number);
	case LOG_FIELD_LIST:
		return json_items(value, room);
	case LOG_FIELD_WORD:
	case LOG_FIELD_TEXT:
	case LOG_FIELD_VALUE:
	case LOG_FIELD_BRACKETED:
		break;
	}
	return log_value_json(value->text, value->length, &room);
}

json_t *log_fields_json(const struct log_field *fields, size_t count, const void *subject, size_t width)
{
	json_t *json = json_object();

	for (size_t i = 0; json != NULL && i < count; i++) {
		struct log_field_value value;

		if (!log_field_ask(&fields[i], subject, LOG_FIELD_LEFT_OUT, &value))
			continue;
		if (json_object_set_new(json, fields[i].key, json_of(&fields[i], &value, width)) != 0) {
			json_decref(json);
			json = NULL;
		}
		log_field_value_fini(&value);
	}
	return json;
}
