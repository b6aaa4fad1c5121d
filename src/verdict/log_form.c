/* SPDX-License-Identifier: MIT */
/* Whole lines from tables of fields, within the length that a line may have. Knows nothing of what they are about. */
#include "verdict/log_form.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct log_field *log_form_field(const struct log_form *form, const char *key)
{
	size_t i = 0;

	while (strcmp(form->fields[i].key, key) != 0) {
		i++;
		assert(i < form->count);
	}
	return &form->fields[i];
}

/* width: for each value. */
typedef char *print_within(const struct log_form *form, const void *subject, size_t width);

/* The first of print's lines, with widths that get smaller, that is short enough. */
static char *fit(print_within *print, const struct log_form *form, const void *subject)
{
	/* All values of a line together fit at the last of them. */
	static const size_t widths[] = {SIZE_MAX, 1024, 512, 384, 256, 192, 128, 64};
	char *line = NULL;

	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		free(line);
		line = print(form, subject, widths[i]);
		if (strlen(line) <= LOG_VALUE_LINE_MAX)
			break;
	}
	return line;
}

static char *text_within(const struct log_form *form, const void *subject, size_t width)
{
	struct log_field_value head[LOG_FORM_HEAD_MAX] = {0};
	struct strbuf out = {0};

	assert(form->head_count <= LOG_FORM_HEAD_MAX && form->head_count <= form->count);
	for (size_t i = 0; i < form->head_count; i++)
		form->fields[i].value(subject, &head[i]);
	form->add_head(&out, head, width);
	for (size_t i = 0; i < form->head_count; i++)
		log_field_value_fini(&head[i]);
	log_fields_add_text(&out, form->fields + form->head_count, form->count - form->head_count, subject,
			    width);
	return strbuf_take(&out);
}

char *log_form_text(const struct log_form *form, const void *subject)
{
	return fit(text_within, form, subject);
}

/* jansson has an allocator and limits of its own: a line without facts is still better than none. */
static char *verdict_alone(const struct log_form *form, const void *subject)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "{\"verdict\":\"");
	log_field_add(&out, log_form_field(form, "verdict"), subject, log_value_room(SIZE_MAX));
	strbuf_puts(&out, "\"}");
	return strbuf_take(&out);
}

/* DEL is ASCII, and yet not printable; it stands within a text, for elsewhere jansson writes none. */
static char *escape_del(const char *line)
{
	struct strbuf out = {0};

	while (*line != '\0') {
		size_t printable = strcspn(line, "\x7f");

		strbuf_add(&out, line, printable);
		line += printable;
		if (*line != '\0') {
			strbuf_puts(&out, "\\u007F");
			line++;
		}
	}
	return strbuf_take(&out);
}

static char *json_within(const struct log_form *form, const void *subject, size_t width)
{
	json_t *json = log_fields_json(form->fields, form->count, subject, width);
	char *dump = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER)
				  : NULL;
	char *line = dump != NULL ? escape_del(dump) : verdict_alone(form, subject);

	json_decref(json);
	free(dump);
	return line;
}

char *log_form_json(const struct log_form *form, const void *subject)
{
	return fit(json_within, form, subject);
}

char *log_form_journal(const struct log_form *form, const void *subject)
{
	struct strbuf out = {0};

	strbuf_printf(&out, "MESSAGE_ID=%s\n", form->message_id);
	log_fields_add_journal(&out, form->fields, form->count, subject);
	return strbuf_take(&out);
}
