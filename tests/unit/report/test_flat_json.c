/* SPDX-License-Identifier: MIT */
#include "report/flat_json.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

TestSuite(flat_json);

/* What jansson says of a member is what is said here, as far as anything is. */
static bool says_the_same(const struct flat_member *member, const json_t *value)
{
	switch (member->kind) {
	case FLAT_TEXT:
		return json_is_string(value) && strcmp(member->text, json_string_value(value)) == 0;
	case FLAT_NUMBER:
		return json_is_real(value) || (json_is_integer(value) &&
					       strtoll(member->text, NULL, 10) == json_integer_value(value));
	case FLAT_WORD:
		return json_is_boolean(value) || json_is_null(value);
	case FLAT_NESTED: {
		json_t *nested = json_loads(member->text, 0, NULL);
		bool same = json_equal(nested, value) == 1;

		json_decref(nested);
		return same;
	}
	}
	return false;
}

static void expect_as_jansson(const char *text)
{
	/* A block of just the text, so that a sanitizer sees what is read beside it. */
	char *copy = xstrdup(text);
	json_t *object = json_loads(text, 0, NULL);
	struct flat_json json;
	bool read = flat_json_read(copy, &json);

	cr_expect_eq(read, json_is_object(object), "%s", text);
	for (size_t i = 0; read && json_is_object(object) && i < json.count; i++) {
		const char *key = json.members[i].key;
		const struct flat_member *member = flat_json_find(&json, key);
		const json_t *value = json_object_get(object, key);

		cr_expect(value != NULL && says_the_same(member, value), "%s in %s", key, text);
	}
	if (read)
		cr_expect(json.count >= json_object_size(object), "%s", text);
	json_decref(object);
	free(copy);
}

static const char *const texts[] = {
	"{}",
	" { } \r\n",
	"{\"a\":\"b\"}",
	"\t{ \"a\" : \"b\" , \"c\" : 1 }",
	"{\"a\": \"\", \"\": \"a\"}",
	"{\"a\": 1, \"a\": \"two\", \"b\": null}",
	"{\"a\": true, \"b\": false, \"c\": null, \"d\": -12, \"e\": 0, \"f\": 1.5e-3, \"g\": 10E+2}",
	"{\"a\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"b\\n\": \"x\"}",
	"{\"a\": \"\\u00fc\\u20ac\\ud83d\\ude00 \xc3\xbc \\u0001\"}",
	"{\"a\": [1, \"]\", {\"b\": \"}\\\"\"}], \"c\": {\"d\": []}, \"e\": \"f\"}",
	"{\"a\": {\"b\": {\"c\": [[[[]]]]}}}",
	"",
	" ",
	"{",
	"{}}",
	"{} x",
	"[]",
	"null",
	"\"a\"",
	"{,}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{\"a\":1 \"b\":2}",
	"{\"a\":1]",
	"{a:1}",
	"{'a':1}",
	"{\"a\": \"b}",
	"{\"a\": \"b\\\"}",
	"{\"a\": \"b\\",
	"{\"a\": \"\\x\"}",
	"{\"a\": \"\\u12\"}",
	"{\"a\": \"\\u0000\"}",
	"{\"a\": \"\\ud83d\"}",
	"{\"a\": \"\\ud83d\\u0041\"}",
	"{\"a\": \"\\ude00\\ud83d\"}",
	"{\"a\": \"\\ud83d\\u",
	"{\"a\": \"\\u",
	"{\"a\": \"\x01\"}",
	"{\"a\": \"\t\"}",
	"{\"a\": \"\xff\"}",
	"{\"a\": \"\xc3\"}",
	"{\"a\": \"\xed\xa0\x80\"}",
	"{\"a\": \"\xc0\x80\"}",
	"{\"a\": [\"\xff\"]}",
	"{\"a\": \"\xc3\\u00bc\"}",
	"{\"a\": 01}",
	"{\"a\": -}",
	"{\"a\": +1}",
	"{\"a\": .5}",
	"{\"a\": 1.}",
	"{\"a\": 1e}",
	"{\"a\": 0x1}",
	"{\"a\": nul}",
	"{\"a\": nullx}",
	"{\"a\": True}",
	"{\"a\": [}",
	"{\"a\": [}]}",
	"{\"a\": [\"]}",
	"{\"a\": {\"b\": \"\\",
};

Test(flat_json, reads_what_jansson_reads)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		expect_as_jansson(texts[i]);
}

static uint32_t draw(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* What stands in the place of a byte, or before it. */
static const char *const pieces[] = {
	"\"",      "\\",      "{", "}", ",", ":",    "\\u00e4",  "\\ud83d\\ude00",
	"\\ud83d", "\\u0000", " ", "1", "e", "\x01", "\xc3\xbc", "\xff",
	"null",    "-",       "0", "."};

/* One in four is left out; the others get a piece. */
static void damage(const char *text, uint32_t *state, struct strbuf *out)
{
	size_t length = strlen(text), at = draw(state) % (length + 1);
	const char *piece = pieces[draw(state) % (sizeof pieces / sizeof *pieces)];
	size_t left_out = draw(state) % 2;

	strbuf_add(out, text, at);
	if (draw(state) % 4 != 0)
		strbuf_puts(out, piece);
	strbuf_puts(out, text + at + (at < length ? left_out : 0));
}

Test(flat_json, reads_damaged_text_as_jansson_does)
{
	static const char line[] =
		"{\"queue_id\": null, \"verdict\": \"reject\", \"stage\": \"RCPT\", \"bits\": 256, "
		"\"reply\": "
		"\"550 5.7.10 \\\"TLS\\\" \\u00fc required\", \"from\": \"a@contoso.com\", \"ok\": true}";
	uint32_t state = 7;

	for (unsigned i = 0; i < 30000; i++) {
		struct strbuf once = {0}, twice = {0};

		damage(line, &state, &once);
		damage(once.text, &state, &twice);
		expect_as_jansson(once.text);
		expect_as_jansson(twice.text);
		strbuf_fini(&once);
		strbuf_fini(&twice);
	}
}

/* However deep, and however many: nothing is read that has no room. */
Test(flat_json, bounds)
{
	struct strbuf deep = {0}, many = {0};
	struct flat_json json;

	strbuf_puts(&deep, "{\"a\": ");
	for (unsigned i = 0; i < 100000; i++)
		strbuf_putc(&deep, '[');
	cr_expect_not(flat_json_read(deep.text, &json));
	strbuf_puts(&many, "{\"x\": 0");
	for (unsigned i = 0; i < 1000; i++)
		strbuf_printf(&many, ", \"k%u\": \"v%u\"", i, i);
	strbuf_puts(&many, "}");
	cr_expect(flat_json_read(many.text, &json));
	cr_expect_eq(json.count, FLAT_JSON_MEMBERS);
	cr_expect_str_eq(flat_json_find(&json, "k0")->text, "v0");
	cr_expect_null(flat_json_find(&json, "k999"));
	strbuf_fini(&deep);
	strbuf_fini(&many);
}
