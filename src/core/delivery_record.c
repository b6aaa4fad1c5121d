/* SPDX-License-Identifier: MIT */
/*
 * What the log says of an answer about a next hop. Writes nowhere: a door
 * hands the text on. Names and bytes that were asked for are escaped as those
 * of a peer.
 */
#include "core/delivery_record.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/reason.h"
#include "core/record.h"
#include "core/utf8.h"

static const struct delivery_answer *answer_of(const struct delivery_record *record)
{
	return record->tested ? &record->delivery->tested : &record->delivery->enforced;
}

static const char *result_name(enum delivery_result result)
{
	switch (result) {
	case DELIVERY_NOT_FOUND:
		return "notfound";
	case DELIVERY_FOUND:
		return "answer";
	case DELIVERY_TEMP:
		return "temp";
	}
	return "temp";
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

char *delivery_record_text(const struct delivery_record *record)
{
	struct strbuf out = {0};

	strbuf_printf(&out, "NOQUEUE: %s%s: TLS-POLICY for ", record->tested ? "would-" : "",
		      result_name(answer_of(record)->result));
	record_add_value(&out, domain_of(record));
	strbuf_printf(&out, ": %s; connector=", text_of(record));
	record_add_value(&out, connector_name(record));
	if (reason_of(record) != NULL)
		strbuf_printf(&out, " reason=%s", reason_of(record));
	strbuf_puts(&out, " next_hop=<");
	if (record->next_hop[0] != '\0')
		record_add_value(&out, record->next_hop);
	strbuf_printf(&out, "> mode=%s", mode_of(record));
	return strbuf_take(&out);
}

/* JSON takes UTF-8 alone. */
static json_t *json_value(const char *value)
{
	char *repaired;
	json_t *json;

	if (value == NULL)
		return json_null();
	repaired = utf8_repair(value, strlen(value), RECORD_VALUE_MAX);
	json = json_string(repaired);
	free(repaired);
	return json;
}

char *delivery_record_json(const struct delivery_record *record)
{
	char verdict[32], *line = NULL, *copy;
	json_t *json;

	(void)snprintf(verdict, sizeof verdict, "%s%s", record->tested ? "would-" : "",
		       result_name(answer_of(record)->result));
	json = json_pack("{s:n, s:s, s:o, s:s, s:o, s:o, s:o, s:s}", "queue_id", "verdict", verdict, "domain",
			 json_value(domain_of(record)), "reply", text_of(record), "connector",
			 json_value(connector_name(record)), "reason", json_value(reason_of(record)),
			 "next_hop", json_value(record->next_hop), "mode", mode_of(record));
	if (json != NULL)
		line = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER);
	json_decref(json);
	if (line == NULL) {
		struct strbuf bare = {0};

		/* jansson has an allocator and limits of its own: a line without facts is still better than none. */
		strbuf_printf(&bare, "{\"verdict\":\"%s\"}", verdict);
		return strbuf_take(&bare);
	}
	copy = xstrdup(line);
	free(line);
	return copy;
}
