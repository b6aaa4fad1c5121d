/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/log_form.h"
#include "verdict/log_value.h"

static const struct log_value_room unbounded = {.bytes = SIZE_MAX, .width = SIZE_MAX};

static void expect_text(struct strbuf *out, const char *want)
{
	char *got = strbuf_take(out);

	cr_expect_str_eq(got, want, "got %s, want %s", got, want);
	free(got);
}

Test(log_value, every_byte)
{
	for (int c = 0; c < 256; c++) {
		const char byte = (char)c, text[] = {(char)c, '\0'};
		bool plain = c > ' ' && c <= '~' && (c == 0 || strchr("<>\\\";", c) == NULL);
		char escaped[] = "\\x00", as_is[] = {(char)c, '\0'};
		struct log_value_room room = unbounded;
		struct strbuf out = {0};

		escaped[2] = "0123456789ABCDEF"[c / 16];
		escaped[3] = "0123456789ABCDEF"[c % 16];
		log_value_add(&out, &byte, 1, "", &room);
		expect_text(&out, plain ? as_is : escaped);
		log_value_add(&out, &byte, 1, ",", &room);
		expect_text(&out, plain && c != ',' ? as_is : escaped);
		log_value_add_text(&out, text, &room);
		expect_text(&out, c == 0 ? "" : c >= ' ' && c <= '~' ? as_is : escaped);
		cr_expect_not(room.cut);
	}
}

/* What has just room stays whole; of what has not, nothing stands behind the mark. */
Test(log_value, room)
{
	static const struct {
		size_t bytes, width;
		const char *value, *want;
		size_t bytes_left, width_left;
		bool cut;
	} cases[] = {
		{3, 100, "abc", "abc", 0, 97, false},
		{2, 100, "abc", "ab...", 0, 98, true},
		{0, 100, "abc", "...", 0, 100, true},
		{0, 0, "", "", 0, 0, false},
		{100, 3, "abc", "abc", 97, 0, false},
		{100, 2, "abc", "ab...", 98, 0, true},
		{100, 6,
		 "a\x01"
		 "b",
		 "a\\x01b", 97, 0, false},
		{100, 5,
		 "a\x01"
		 "b",
		 "a\\x01...", 98, 0, true},
		{100, 4,
		 "a\x01"
		 "b",
		 "a...", 99, 3, true},
		{100, 5, "a\x01", "a\\x01", 98, 0, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int text = 0; text <= 1; text++) {
			struct log_value_room room = {.bytes = cases[i].bytes, .width = cases[i].width};
			struct strbuf out = {0};

			if (text)
				log_value_add_text(&out, cases[i].value, &room);
			else
				log_value_add(&out, cases[i].value, strlen(cases[i].value), "", &room);
			expect_text(&out, cases[i].want);
			cr_expect_eq(room.bytes, cases[i].bytes_left, "case %zu", i);
			cr_expect_eq(room.width, cases[i].width_left, "case %zu", i);
			cr_expect_eq(room.cut, cases[i].cut, "case %zu", i);
		}
}

/* A JSON line is cut by what it is long: that has to be known before it is written. */
Test(log_value, json_is_as_wide_as_it_is_counted)
{
	static const struct {
		const char *value;
		size_t width; /* between its quotes */
	} cases[] = {
		{"a", 1},
		{" ", 1},
		{"~", 1},
		{"\x7f", 6},
		{"\x1f", 6},
		{"\x01", 6},
		{"\b", 2},
		{"\f", 2},
		{"\n", 2},
		{"\r", 2},
		{"\t", 2},
		{"\"", 2},
		{"\\", 2},
		{"\xc2\x80", 6},
		{"\xc3\xb6", 6},
		{"\xef\xbf\xbf", 6},
		{"\xf0\x90\x80\x80", 12},
		{"\x80", 6},
		{"\xc3", 6},
		{"!", 1},
		{"#", 1},
		{"[", 1},
		{"]", 1},
		{"a\xc3\xb6\n", 9},
		{"", 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t length = strlen(cases[i].value);
		struct log_value_room exact = {.bytes = length, .width = cases[i].width};
		struct log_value_room narrow = {.bytes = length, .width = cases[i].width - 1};
		struct log_value_room short_one = {.bytes = length - 1, .width = cases[i].width};
		json_t *json = log_value_json(cases[i].value, length, &exact);

		cr_expect_not(exact.cut, "case %zu", i);
		cr_expect_eq(exact.width, 0, "case %zu: %zu", i, exact.width);
		cr_expect_eq(exact.bytes, 0, "case %zu", i);
		json_decref(json);
		if (length == 0)
			continue;
		json_decref(log_value_json(cases[i].value, length, &narrow));
		cr_expect(narrow.cut, "case %zu", i);
		json_decref(log_value_json(cases[i].value, length, &short_one));
		cr_expect(short_one.cut, "case %zu", i);
	}
}

Test(log_value, json_that_is_cut)
{
	struct log_value_room room = {.bytes = 100, .width = 8};
	json_t *json = log_value_json("ab\xc3\xb6"
				      "c",
				      5, &room);

	cr_expect_str_eq(json_string_value(json), "ab\xc3\xb6...");
	json_decref(json);
	room = (struct log_value_room){.bytes = 3, .width = 100};
	json = log_value_json("ab\xc3\xb6"
			      "c",
			      5, &room);
	cr_expect_str_eq(json_string_value(json), "ab...");
	json_decref(json);
	json = log_value_json(NULL, 0, &room);
	cr_expect(json_is_null(json));
	json_decref(json);
}

/* One field of the length that is asked for. */
static void value_of_length(const void *subject, struct log_field_value *value_r)
{
	value_r->text = subject;
	value_r->length = strlen(subject);
}

static void add_no_head(struct strbuf *out, const struct log_field_value *head, size_t width)
{
	(void)head;
	(void)width;
	strbuf_puts(out, "x");
}

/* Up to so many bytes a line stays whole, and beyond that each of its values takes less. */
Test(log_form, lines_are_as_long_as_they_may_be)
{
	static const struct log_field fields[] = {
		{.key = "verdict", .shape = LOG_FIELD_TEXT, .value = value_of_length}};
	static const struct log_form form = {
		.fields = fields, .count = 1, .message_id = "0", .add_head = add_no_head};
	static char text[LOG_VALUE_LINE_MAX + 1];
	size_t room = LOG_VALUE_LINE_MAX - strlen("x verdict=");
	char *line;

	memset(text, 'a', room);
	line = log_form_text(&form, text);
	cr_expect_eq(strlen(line), LOG_VALUE_LINE_MAX);
	free(line);
	text[room] = 'a';
	line = log_form_text(&form, text);
	cr_expect_eq(strlen(line), strlen("x verdict=") + 1024 + strlen("..."));
	free(line);
}

/* jansson writes DEL as it is. */
Test(log_form, json_has_no_del)
{
	static const struct log_field fields[] = {
		{.key = "verdict", .shape = LOG_FIELD_VALUE, .value = value_of_length}};
	static const struct log_form form = {
		.fields = fields, .count = 1, .message_id = "0", .add_head = add_no_head};
	char *line = log_form_json(&form, "\x7f"
					  "a\x7f\x7f"
					  "b\x7f");

	cr_expect_str_eq(line, "{\"verdict\":\"\\u007Fa\\u007F\\u007Fb\\u007F\"}");
	free(line);
	line = log_form_journal(&form, "a\x7f");
	cr_expect_str_eq(line, "MESSAGE_ID=0\nFORCEDTLS_VERDICT=a\\x7F\n");
	free(line);
	cr_expect_eq(log_form_field(&form, "verdict"), &fields[0]);
}
