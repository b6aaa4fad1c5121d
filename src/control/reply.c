/* SPDX-License-Identifier: MIT */
/* Answers as JSON. Knows nothing of what they say. */
#include "control/reply.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/utf8.h"

/* Far more than a message of ours has. */
#define REPLY_TEXT_MAX ((size_t)16 * 1024)

json_t *reply_new(void)
{
	json_t *reply = json_object();

	reply_add_text(reply, "result", "ok");
	return reply;
}

void reply_fail(json_t *reply, const char *why)
{
	reply_add_text(reply, "result", "failed");
	reply_add_text(reply, "error", why);
}

static json_t *text_value(const char *text)
{
	char *repaired;
	json_t *value;

	if (text == NULL)
		return json_null();
	repaired = utf8_repair(text, strlen(text), REPLY_TEXT_MAX);
	value = json_string(repaired);
	free(repaired);
	return value;
}

void reply_add(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

void reply_add_text(json_t *object, const char *key, const char *text)
{
	reply_add(object, key, text_value(text));
}

void reply_add_number(json_t *object, const char *key, uint64_t number)
{
	reply_add(object, key, json_integer((json_int_t)number));
}

void reply_add_seconds(json_t *object, const char *key, int64_t nanoseconds)
{
	reply_add(object, key, json_real((double)nanoseconds / 1e9));
}

void reply_add_time(json_t *object, const char *key, time_t seconds)
{
	char text[sizeof "2026-11-26T12:00:00Z" + 8];
	struct tm utc;

	if (seconds == 0 || gmtime_r(&seconds, &utc) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		reply_add(object, key, json_null());
	else
		reply_add_text(object, key, text);
}

void reply_add_day(json_t *object, const char *key, date_t day)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%04d-%02d-%02d", (int)day / 10000, (int)day / 100 % 100, (int)day % 100);
	reply_add_text(object, key, text.text);
	strbuf_fini(&text);
}

void reply_add_bool(json_t *object, const char *key, int value)
{
	reply_add(object, key, json_boolean(value));
}

void reply_append_text(json_t *list, const char *text)
{
	(void)json_array_append_new(list, text_value(text));
}
