/* SPDX-License-Identifier: MIT */
/*
 * Lines of verdicts, read back. Which fields there are, and which shape each
 * has, is the table's in verdict/verdict_line.c alone.
 */
#include "report/verdict_reader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/hex.h"
#include "verdict/verdict_line.h"

static const struct log_field *field_of(enum verdict_field field)
{
	assert(verdict_line_form.count == VERDICT_FIELDS);
	return &verdict_line_form.fields[field];
}

const char *verdict_field_key(enum verdict_field field)
{
	return field_of(field)->key;
}

/* Undoes \xHH where it stands. */
static char *unescape(char *text)
{
	char *out = strchr(text, '\\'), *in = out;

	while (in != NULL && *in != '\0') {
		int byte = in[0] == '\\' && in[1] == 'x' ? hex_byte(in + 2) : -1;

		*out++ = (char)(byte >= 0 ? byte : *in);
		in += byte >= 0 ? 4 : 1;
	}
	if (out != NULL)
		*out = '\0';
	return text;
}

/* NULL for "-" and for what is not of the shape. */
static char *value_of(enum log_field_shape shape, char *text)
{
	size_t length = strlen(text);

	if (strcmp(text, "-") == 0)
		return NULL;
	if (shape == LOG_FIELD_BRACKETED || shape == LOG_FIELD_LIST) {
		if (length < 2 || text[0] != '<' || text[length - 1] != '>')
			return NULL;
		text[length - 1] = '\0';
		text++;
	}
	if (shape == LOG_FIELD_LIST)
		text[strcspn(text, ",")] = '\0';
	if (strcmp(text, "\"\"") == 0)
		*text = '\0';
	return unescape(text);
}

/* The field with that key, looked for from where the last one was; VERDICT_FIELDS for none. */
static size_t find_field(const char *key, size_t length, size_t from)
{
	const struct log_field *fields = verdict_line_form.fields;
	size_t count = verdict_line_form.count;

	for (size_t i = 0; i < count; i++) {
		size_t at = (from + i) % count;

		if (strncmp(fields[at].key, key, length) == 0 && fields[at].key[length] == '\0')
			return at;
	}
	return VERDICT_FIELDS;
}

/* "key=value key=value ..." */
static void read_fields(char *text, struct verdict_line *verdict_r)
{
	size_t next = verdict_line_form.head_count;

	while (*text != '\0') {
		size_t token = strcspn(text, " "), key = strcspn(text, "= ");
		bool last = text[token] == '\0';

		text[token] = '\0';
		if (key < token) {
			size_t at = find_field(text, key, next);

			if (at >= verdict_line_form.head_count && at < VERDICT_FIELDS) {
				verdict_r->values[at] =
					value_of(field_of((enum verdict_field)at)->shape, text + key + 1);
				next = at + 1;
			}
		}
		text += last ? token : token + 1;
	}
}

/* Ends text at mark, and returns what stands behind it, or NULL. */
static char *split(char *text, const char *mark)
{
	char *at = strstr(text, mark);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + strlen(mark);
}

/* The fields begin behind the last ";": in a value one is escaped, in a reply of the policy's it is not. */
static char *split_fields(char *text)
{
	char *at = strrchr(text, ';');

	if (at == NULL || at[1] != ' ')
		return NULL;
	*at = '\0';
	return at + 2;
}

/* "NOQUEUE: reject: RCPT from mail.contoso.com[192.0.2.25]: 550 5.7.10 text; connector=..." */
static bool read_text(char *text, struct verdict_line *verdict_r)
{
	char *fields = split_fields(text);
	char *verdict = fields != NULL ? split(text, ": ") : NULL;
	char *stage = verdict != NULL ? split(verdict, ": ") : NULL;
	char *client = stage != NULL ? split(stage, " from ") : NULL;
	char *address = client != NULL ? split(client, "[") : NULL;
	char *reply = address != NULL ? split(address, "]: ") : NULL;

	if (reply == NULL)
		return false;
	verdict_r->values[FIELD_QUEUE_ID] = strcmp(text, "NOQUEUE") != 0 ? unescape(text) : NULL;
	verdict_r->values[FIELD_VERDICT] = verdict;
	verdict_r->values[FIELD_STAGE] = stage;
	verdict_r->values[FIELD_CLIENT_NAME] = unescape(client);
	verdict_r->values[FIELD_CLIENT_ADDRESS] = address;
	verdict_r->values[FIELD_REPLY] = reply;
	read_fields(fields, verdict_r);
	return true;
}

/* The first of a list, which the line keeps. */
static const char *first_of(const char *text, struct log_line *line)
{
	json_t *list = json_loads(text, 0, NULL);

	if (line->lists == NULL)
		line->lists = json_array();
	(void)json_array_append_new(line->lists, list);
	return json_string_value(json_array_get(list, 0));
}

/* What text has no word for is null in JSON. */
static const char *read_member(const struct flat_member *member, enum verdict_field field,
			       struct log_line *line, struct verdict_line *verdict_r)
{
	switch (member->kind) {
	case FLAT_TEXT:
		return member->text;
	case FLAT_NUMBER:
		if (field != FIELD_BITS || strpbrk(member->text, ".eE") != NULL)
			return NULL;
		(void)snprintf(verdict_r->bits, sizeof verdict_r->bits, "%d",
			       (int)(strtoll(member->text, NULL, 10) % 1000000));
		return verdict_r->bits;
	case FLAT_NESTED:
		return first_of(member->text, line);
	case FLAT_WORD:
		break;
	}
	return NULL;
}

static bool read_json(struct log_line *line, struct verdict_line *verdict_r)
{
	size_t next = 0;

	for (size_t i = 0; i < line->json.count; i++) {
		const struct flat_member *member = &line->json.members[i];
		size_t at = find_field(member->key, strlen(member->key), next);

		if (at == VERDICT_FIELDS)
			continue;
		verdict_r->values[at] = read_member(member, (enum verdict_field)at, line, verdict_r);
		next = at + 1;
	}
	return verdict_r->values[FIELD_VERDICT] != NULL && verdict_r->values[FIELD_STAGE] != NULL;
}

bool verdict_line_read(struct log_line *line, struct verdict_line *verdict_r)
{
	*verdict_r = (struct verdict_line){0};
	if (!line->is_json && line->message[0] == '{')
		line->is_json = flat_json_read(line->message, &line->json);
	return line->is_json ? read_json(line, verdict_r) : read_text(line->message, verdict_r);
}
