/* SPDX-License-Identifier: MIT */
/* Answers as JSON. Knows nothing of what they say. */
#include "control/reply.h"

#include "util/date.h"
#include "util/json_text.h"

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

void reply_add(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

void reply_add_text(json_t *object, const char *key, const char *text)
{
	reply_add(object, key, json_text(text, REPLY_TEXT_MAX));
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
	char text[TIME_TEXT_SIZE];

	reply_add_text(object, key, seconds != 0 ? time_print(seconds, text) : NULL);
}

void reply_add_day(json_t *object, const char *key, date_t day)
{
	char text[DATE_TEXT_SIZE];

	reply_add_text(object, key, date_print(day, text));
}

void reply_add_bool(json_t *object, const char *key, int value)
{
	reply_add(object, key, json_boolean(value));
}

void reply_append_text(json_t *list, const char *text)
{
	(void)json_array_append_new(list, json_text(text, REPLY_TEXT_MAX));
}
