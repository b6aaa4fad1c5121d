/* SPDX-License-Identifier: MIT */
/*
 * What the log says of an answer about a next hop. Writes nowhere: a door
 * hands the text on. Names and bytes that were asked for are escaped as those
 * of a peer.
 */
#include "verdict/delivery_record.h"

#include <stdint.h>
#include <stdlib.h>

#include "verdict/log_field.h"
#include "verdict/log_value.h"
#include "util/memory.h"
#include "policy/reason.h"

static const struct delivery_answer *answer_of(const struct delivery_record *record)
{
	return record->tested ? &record->delivery->tested : &record->delivery->enforced;
}

/* What stands where the answer would, too. */
static const char *text_of(const struct delivery_record *record)
{
	const struct delivery_answer *answer = answer_of(record);

	switch (answer->result) {
	case DELIVERY_NOT_FOUND:
		break;
	case DELIVERY_FOUND:
		return delivery_text(answer);
	case DELIVERY_TEMP:
		return DELIVERY_TEMP_TEXT;
	}
	if (!record->tested && record->policy->mode == MODE_TEST)
		return "test mode: nothing is enforced";
	return answer->connector != NULL ? "no demand" : "no connector applies";
}

static const char *connector_name(const struct delivery_record *record)
{
	const struct connector *connector = answer_of(record)->connector;

	return connector != NULL ? connector->name : NULL;
}

/* NULL: nothing is wrong. */
static const char *reason_of(const struct delivery_record *record)
{
	return answer_of(record)->result == DELIVERY_TEMP ? reason_name(REASON_INTERNAL) : NULL;
}

static const char *mode_of(const struct delivery_record *record)
{
	return mode_name(record->tested ? MODE_TEST : record->policy->mode);
}

/* The host part where it could be read. */
static const char *domain_of(const struct delivery_record *record)
{
	const char *domain = record->delivery->next_hop.domain;

	return domain[0] != '\0' ? domain : record->next_hop;
}

/* The caller frees it. */
static char *verdict_text(const struct delivery_record *record)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%s", record->tested ? "would-" : "",
		      delivery_result_name(answer_of(record)->result));
	return strbuf_take(&text);
}

/* The fields, in the order of the table; subject is a struct delivery_record. */
#define FIELD(name) static void name(const void *subject, struct log_field_value *value_r)

FIELD(queue_id)
{
	(void)subject;
	log_field_set(value_r, NULL);
}

FIELD(verdict)
{
	log_field_own(value_r, verdict_text(subject));
}

FIELD(domain)
{
	log_field_set(value_r, domain_of(subject));
}

FIELD(reply)
{
	log_field_set(value_r, text_of(subject));
}

FIELD(connector)
{
	log_field_set(value_r, connector_name(subject));
}

FIELD(reason)
{
	log_field_set(value_r, reason_of(subject));
}

FIELD(next_hop)
{
	const struct delivery_record *record = subject;

	log_field_set(value_r, record->next_hop);
}

FIELD(mode)
{
	log_field_set(value_r, mode_of(subject));
}

#undef FIELD

/* What the line says before its fields, as that of a verdict does; in JSON they are fields like the others. */
#define FIELDS_BEFORE 4

static const struct log_field fields[] = {
	{"queue_id", LOG_FIELD_WORD, LOG_FIELD_SHOWN, queue_id},
	{"verdict", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict},
	{"domain", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, domain},
	{"reply", LOG_FIELD_TEXT, LOG_FIELD_SHOWN, reply},
	{"connector", LOG_FIELD_WORD, LOG_FIELD_SHOWN, connector},
	{"reason", LOG_FIELD_WORD, LOG_FIELD_NULL, reason},
	{"next_hop", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, next_hop},
	{"mode", LOG_FIELD_WORD, LOG_FIELD_SHOWN, mode},
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

static char *text_within(const void *context, size_t width)
{
	struct log_value_room room = {.bytes = SIZE_MAX, .width = width};
	char *verdict_is = verdict_text(context);
	struct strbuf out = {0};

	strbuf_printf(&out, "NOQUEUE: %s: TLS-POLICY for ", verdict_is);
	log_field_add_value(&out, domain_of(context), log_value_room(width));
	strbuf_puts(&out, ": ");
	log_value_add_text(&out, text_of(context), &room);
	strbuf_putc(&out, ';');
	log_fields_add_text(&out, fields + FIELDS_BEFORE, FIELD_COUNT - FIELDS_BEFORE, context, width);
	free(verdict_is);
	return strbuf_take(&out);
}

char *delivery_record_text(const struct delivery_record *record)
{
	return log_value_fit(text_within, record);
}

static char *json_within(const void *context, size_t width)
{
	char *verdict_is = verdict_text(context);
	char *line = log_value_dump(log_fields_json(fields, FIELD_COUNT, context, width), verdict_is);

	free(verdict_is);
	return line;
}

char *delivery_record_json(const struct delivery_record *record)
{
	return log_value_fit(json_within, record);
}
