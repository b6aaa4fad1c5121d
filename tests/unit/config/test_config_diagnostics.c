/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "config/diagnostics.h"
#include "load.h"

TestSuite(config_diagnostics);

Test(config_diagnostics, text)
{
	struct diagnostics d = {0};
	char *text;

	diagnostics_add(&d, SEVERITY_ERROR, "f.yaml", 3, 7, "connectors[2].name", "%s and %d", "text", 5);
	diagnostics_add(&d, SEVERITY_WARNING, "f.yaml", 0, 0, "", "is a file");
	diagnostics_add(&d, SEVERITY_WARNING, "f.yaml", 0, 0, "mode", "is a key");
	cr_expect_eq(d.errors, 1);
	cr_expect_eq(d.count, 3);
	text = take_messages(&d);
	cr_expect_str_eq(text, "f.yaml:3:7: error: connectors[2].name: text and 5\n"
			       "f.yaml: warning: is a file\n"
			       "f.yaml: warning: mode: is a key\n");
	free(text);
}

Test(config_diagnostics, nothing_forges_output)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		{"a\nb\r\x1b[1m\x7f", "a\\x0Ab\\x0D\\x1B[1m\\x7F"},
		{"\xc2\x85\xc2\x9b", "\\xC2\\x85\\xC2\\x9B"}, /* NEL and CSI */
		{"\xe2\x80\xae\xe2\x80\xa8",
		 "\\xE2\\x80\\xAE\\xE2\\x80\\xA8"}, /* right to left, line separator */
		{"\xff\xc3", "\\xFF\\xC3"},
		{"\xed\xa0\x80", "\\xED\\xA0\\x80"}, /* a surrogate */
		{"m\xc3\xbcnchen \xe2\x98\x83", "m\xc3\xbcnchen \xe2\x98\x83"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct diagnostics d = {0};

		diagnostics_add(&d, SEVERITY_ERROR, cases[i].text, 1, 1, cases[i].text, "%s", cases[i].text);
		cr_expect_str_eq(d.list[0].text, cases[i].shown);
		cr_expect_str_eq(d.list[0].file, cases[i].shown);
		cr_expect_str_eq(d.list[0].path, cases[i].shown);
		diagnostics_fini(&d);
	}
}

Test(config_diagnostics, sorted_by_place_and_then_as_found)
{
	struct diagnostics d = {0};
	char *text;

	diagnostics_add(&d, SEVERITY_ERROR, "b", 1, 1, "", "6");
	diagnostics_add(&d, SEVERITY_ERROR, "a", 2, 1, "", "4");
	diagnostics_add(&d, SEVERITY_WARNING, "a", 1, 9, "", "2");
	diagnostics_add(&d, SEVERITY_ERROR, "a", 1, 9, "", "3");
	diagnostics_add(&d, SEVERITY_ERROR, "a", 10, 1, "", "5");
	diagnostics_add(&d, SEVERITY_ERROR, "a", 0, 0, "", "1");
	diagnostics_sort(&d);
	text = take_messages(&d);
	cr_expect_str_eq(text, "a: error: 1\na:1:9: warning: 2\na:1:9: error: 3\na:2:1: error: 4\n"
			       "a:10:1: error: 5\nb:1:1: error: 6\n");
	free(text);
}

Test(config_diagnostics, beyond_the_limit_errors_come_before_warnings)
{
	struct diagnostics d = {0};
	size_t errors = 0;

	for (size_t i = 0; i < DIAGNOSTICS_MAX; i++)
		diagnostics_add(&d, i % 2 ? SEVERITY_ERROR : SEVERITY_WARNING, "f", i + 1, 1, "", "old");
	for (size_t i = 0; i < DIAGNOSTICS_MAX; i++)
		diagnostics_add(&d, SEVERITY_ERROR, "f", i + 1, 2, "", "new");
	diagnostics_add(&d, SEVERITY_WARNING, "f", 1, 3, "", "late");
	cr_expect_eq(d.count, DIAGNOSTICS_MAX);
	cr_expect_eq(d.unlisted, DIAGNOSTICS_MAX + 1);
	cr_expect_eq(d.errors, DIAGNOSTICS_MAX * 3 / 2);
	for (size_t i = 0; i < d.count; i++)
		errors += d.list[i].severity == SEVERITY_ERROR;
	cr_expect_eq(errors, DIAGNOSTICS_MAX);
	cr_expect_str_eq(d.list[0].text, "old");
	diagnostics_fini(&d);
	cr_expect_eq(d.count, 0);
}

Test(config_diagnostics, take)
{
	struct diagnostics d = {0}, from = {0};

	diagnostics_add(&d, SEVERITY_ERROR, "f", 1, 2, "k", "a\\b\n");
	for (size_t i = 0; i < DIAGNOSTICS_MAX + 5; i++)
		diagnostics_add(&from, i % 2 ? SEVERITY_ERROR : SEVERITY_WARNING, "g", i + 1, 1, "k", "t");
	from.temporary = 2;
	diagnostics_take(&d, &from);
	cr_expect_eq(d.temporary, 2);
	cr_expect_eq(d.count, DIAGNOSTICS_MAX);
	cr_expect_eq(d.errors, 1 + (DIAGNOSTICS_MAX + 5) / 2);
	cr_expect_eq(d.unlisted, 6);
	cr_expect_eq(from.count, 0);
	cr_expect_eq(from.errors, 0);
	cr_expect_str_eq(d.list[0].text, "a\\b\\x0A");
	cr_expect(strcmp(d.list[1].file, "g") == 0 && d.list[1].line == 1 && d.list[1].column == 1 &&
		  d.list[1].severity == SEVERITY_WARNING && strcmp(d.list[1].path, "k") == 0);
	diagnostics_fini(&from);
	diagnostics_fini(&d);
}

Test(config_diagnostics, print)
{
	struct diagnostics d = {0};
	char *out = NULL;
	size_t length;
	FILE *stream = open_memstream(&out, &length);

	for (size_t i = 0; i < DIAGNOSTICS_MAX + 2; i++)
		diagnostics_add(&d, SEVERITY_ERROR, "f", i + 1, 1, "k", "t");
	cr_expect(diagnostics_print(&d, stream));
	(void)fclose(stream);
	cr_expect(strncmp(out, "f:1:1: error: k: t\nf:2:1: error: k: t\n", 38) == 0);
	cr_expect_str_eq(strstr(out, "f:200:1"), "f:200:1: error: k: t\n2 more not shown\n");
	free(out);
	stream = fopen("/dev/full", "w");
	if (stream != NULL) {
		cr_expect_not(diagnostics_print(&d, stream), "a full disk is noticed");
		(void)fclose(stream);
	}
	diagnostics_fini(&d);
}
