/* SPDX-License-Identifier: MIT */
/* Texts of peers and files as JSON. */
#include "util/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

json_t *json_text_bytes(const char *text, size_t length, size_t max)
{
	char *repaired = utf8_repair(text, length, max);
	json_t *json = json_string(repaired);

	free(repaired);
	return json;
}

json_t *json_text(const char *text, size_t max)
{
	return text != NULL ? json_text_bytes(text, strlen(text), max) : json_null();
}

const char *text_in(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : otherwise;
}

long long number_in(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}
