/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONTROL_REPLY_H
#define FORCEDTLS_CONTROL_REPLY_H

#include <jansson.h>
#include <stdint.h>
#include <time.h>

#include "util/date.h"

/*
 * Answers of the control socket under construction. What cannot be added, for
 * lack of memory, is missing: who reads it has to bear with that.
 */

/* {"result": "ok"}; given back with json_decref. */
json_t *reply_new(void);

/* "result" is "failed" from now on, and "error" says why. */
void reply_fail(json_t *reply, const char *why);

/* Members. text: any bytes, those that are no UTF-8 become U+FFFD; NULL: null. seconds: 0: null; else RFC 3339, in UTC. */
void reply_add_text(json_t *object, const char *key, const char *text);
void reply_add_number(json_t *object, const char *key, uint64_t number);
void reply_add_seconds(json_t *object, const char *key, int64_t nanoseconds);
void reply_add_time(json_t *object, const char *key, time_t seconds);
void reply_add_day(json_t *object, const char *key, date_t day);
void reply_add_bool(json_t *object, const char *key, int value);
/* Takes over value. */
void reply_add(json_t *object, const char *key, json_t *value);

/* An item of a list. text: as above. */
void reply_append_text(json_t *list, const char *text);

#endif
