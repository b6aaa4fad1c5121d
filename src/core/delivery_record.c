/* SPDX-License-Identifier: MIT */
/*
 * What the log says of an answer about a next hop. Writes nowhere: a door
 * hands the text on. Names and bytes that were asked for are escaped as those
 * of a peer.
 */
#include "core/delivery_record.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/log_value.h"
#include "core/memory.h"
#include "core/reason.h"
#include "core/record.h"

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

static char *text_within(const void *context, size_t width)
{
	const struct delivery_record *record = context;
	struct log_value_room room = {.bytes = SIZE_MAX, .width = width};
	struct strbuf out = {0};

	strbuf_printf(&out, "NOQUEUE: %s%s: TLS-POLICY for ", record->tested ? "would-" : "",
		      delivery_result_name(answer_of(record)->result));
	record_add_value(&out, domain_of(record), log_value_room(width));
	strbuf_puts(&out, ": ");
	log_value_add_text(&out, text_of(record), &room);
	strbuf_puts(&out, "; connector=");
	record_add_value(&out, connector_name(record), log_value_room(SIZE_MAX));
	if (reason_of(record) != NULL)
		strbuf_printf(&out, " reason=%s", reason_of(record));
	strbuf_puts(&out, " next_hop=<");
	if (record->next_hop[0] != '\0')
		record_add_value(&out, record->next_hop, log_value_room(width));
	strbuf_printf(&out, "> mode=%s", mode_of(record));
	return strbuf_take(&out);
}

char *delivery_record_text(const struct delivery_record *record)
{
	return log_value_fit(text_within, record);
}

static json_t *json_value(const char *value, size_t bytes, size_t width)
{
	struct log_value_room room = {.bytes = bytes, .width = width};

	return log_value_json(value, value != NULL ? strlen(value) : 0, &room);
}

static char *json_within(const void *context, size_t width)
{
	const struct delivery_record *record = context;
	char verdict[32];
	json_t *json;

	(void)snprintf(verdict, sizeof verdict, "%s%s", record->tested ? "would-" : "",
		       delivery_result_name(answer_of(record)->result));
	json = json_pack("{s:n, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "queue_id", "verdict", verdict, "domain",
			 json_value(domain_of(record), LOG_VALUE_MAX, width), "reply",
			 json_value(text_of(record), SIZE_MAX, width), "connector",
			 json_value(connector_name(record), SIZE_MAX, SIZE_MAX), "reason",
			 json_value(reason_of(record), SIZE_MAX, SIZE_MAX), "next_hop",
			 json_value(record->next_hop, LOG_VALUE_MAX, width), "mode", mode_of(record));
	return log_value_dump(json, verdict);
}

char *delivery_record_json(const struct delivery_record *record)
{
	return log_value_fit(json_within, record);
}
