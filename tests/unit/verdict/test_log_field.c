/* SPDX-License-Identifier: MIT */
#include "verdict/log_field.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

/* A field's value is the subject itself, and NULL none. */
static void value_of_text(const void *subject, struct log_field_value *value_r)
{
	log_field_set(value_r, subject);
}

static void value_of_number(const void *subject, struct log_field_value *value_r)
{
	value_r->number = subject != NULL ? 1 : -1;
}

static void value_of_list(const void *subject, struct log_field_value *value_r)
{
	value_r->is_list = subject != NULL;
	for (int i = 0; subject != NULL && i < 3; i++)
		log_field_add_item(value_r, xstrdup(subject));
}

static const struct log_field fields[] = {
	{"word", LOG_FIELD_WORD, LOG_FIELD_SHOWN, value_of_text},
	{"number", LOG_FIELD_NUMBER, LOG_FIELD_SHOWN, value_of_number},
	{"list", LOG_FIELD_LIST, LOG_FIELD_SHOWN, value_of_list},
};

static void expect_text(size_t count, const char *subject, size_t width, const char *want)
{
	struct strbuf out = {0};

	log_fields_add_text(&out, fields, count, subject, width);
	cr_expect_str_eq(strbuf_text(&out), want);
	strbuf_fini(&out);
}

static void expect_json(const char *subject, size_t width, const char *want)
{
	json_t *json = log_fields_json(fields, 3, subject, width);
	char *got = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	cr_expect_str_eq(got, want, "%s", got);
	free(got);
	json_decref(json);
}

Test(log_field, what_is_not_there)
{
	expect_text(3, NULL, SIZE_MAX, " word=- number=- list=-");
	expect_json(NULL, SIZE_MAX, "{\"list\":null,\"number\":null,\"word\":null}");
}

Test(log_field, an_empty_word_is_one)
{
	expect_text(1, "", SIZE_MAX, " word=\"\"");
}

/* Whatever room a line has for each of its values. */
Test(log_field, a_word_is_whole)
{
	char word[5001], want[5100] = " word=";

	memset(word, 'w', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	memcpy(want + strlen(want), word, sizeof word);
	expect_text(1, word, 10, want);
}

/* What follows an item that is cut is left out. */
Test(log_field, a_list_ends_where_its_room_does)
{
	expect_text(3, "abcdef", 10, " word=abcdef number=1 list=<abcdef,abcd...>");
	expect_json("abcdef", 10, "{\"list\":[\"abcdef\",\"abcd...\"],\"number\":1,\"word\":\"abcdef\"}");
}
