/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/report.h"
#include "load.h"

TestSuite(config_report);

Test(config_report, quote)
{
	char text[400], buffer[REPORT_QUOTE_SIZE];

	cr_expect_str_eq(report_quote("", buffer), "\"\"");
	cr_expect_str_eq(report_quote("TLS1.2", buffer), "\"TLS1.2\"");
	cr_expect_str_eq(report_quote("a\"b\\c", buffer), "\"a\\\"b\\\\c\"");
	memset(text, '"', sizeof text);
	text[REPORT_QUOTE_MAX] = '\0';
	cr_expect_eq(strlen(report_quote(text, buffer)), 2 * REPORT_QUOTE_MAX + 2, "all of it");
	text[REPORT_QUOTE_MAX] = 'x';
	text[sizeof text - 1] = '\0';
	cr_expect_eq(strlen(report_quote(text, buffer)), 2 * REPORT_QUOTE_MAX + 5, "with dots");
	cr_expect_str_eq(buffer + strlen(buffer) - 6, "\\\"...\"");
}

Test(config_report, quote_never_splits_a_character)
{
	char text[400], buffer[REPORT_QUOTE_SIZE];

	memset(text, 'x', sizeof text);
	memcpy(text + REPORT_QUOTE_MAX - 2, "\xe2\x98\x83", 4);
	cr_expect_str_eq(report_quote(text, buffer) + 1 + REPORT_QUOTE_MAX - 2, "...\"");
	memcpy(text + REPORT_QUOTE_MAX - 2, "x\xe2\x98\x83", 5);
	cr_expect_str_eq(report_quote(text, buffer) + 1 + REPORT_QUOTE_MAX - 2, "x...\"");
	memcpy(text + REPORT_QUOTE_MAX - 3, "\xe2\x98\x83", 4);
	cr_expect_str_eq(report_quote(text, buffer) + 1 + REPORT_QUOTE_MAX - 3, "\xe2\x98\x83\"");
}

Test(config_report, paths_and_places)
{
	struct diagnostics d = {0};
	const struct source source = {.diagnostics = &d, .name = "f", .file = 3};
	const struct path list = {.key = "connectors"};
	const struct path item = {.parent = &list, .index = 2};
	const struct path require = {.parent = &item, .key = "require"};
	const struct path nested = {.parent = &item, .index = 0};
	const struct node node = {.line = 4, .column = 5};
	struct place place = source_place(&source, &node);
	char *text;

	cr_expect_eq(place.file, 3);
	cr_expect_eq(place.line, 4);
	cr_expect_eq(place.column, 5);
	cr_expect_eq(source_place(&source, NULL).line, 0);
	report_error(&source, &require, &node, "%s", "a");
	report_warning(&source, &nested, &node, "b");
	report_error(&source, NULL, &node, "c");
	report_error(&source, &list, NULL, "d");
	report_error_at(&source, &list, (struct place){.line = 6, .column = 7}, "e");
	text = take_messages(&d);
	cr_expect_str_eq(text, "f:4:5: error: connectors[2].require: a\n"
			       "f:4:5: warning: connectors[2][0]: b\n"
			       "f:4:5: error: c\n"
			       "f: error: connectors: d\n"
			       "f:6:7: error: connectors: e\n");
	free(text);
}
