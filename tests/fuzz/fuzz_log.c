/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Logs, line by line: read, counted, and shown in each form of a report. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/must.h"
#include "config/config.h"
#include "report/collector.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_text.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a line has, nothing steers a terminal. */
static void check_text(const json_t *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	MUST(out != NULL);
	report_text(report, out);
	MUST(fclose(out) == 0);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		MUST((c >= 0x20 && c != 0x7f) || c == '\n');
	}
	free(text);
}

/* Nothing that a line has becomes markup: as many tags begin as end, all of them ours. */
static void check_page(const json_t *report)
{
	char *text = NULL;
	size_t length = 0, opened = 0, closed = 0;
	FILE *out = open_memstream(&text, &length);

	MUST(out != NULL);
	report_html(report, out);
	MUST(fclose(out) == 0);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		MUST((c >= 0x20 && c != 0x7f) || c == '\n');
		opened += c == '<';
		closed += c == '>';
	}
	MUST(opened == closed && strstr(text, "<script") == NULL && strstr(text, "<img") == NULL);
	free(text);
}

/* Whatever a log has, what is suggested can be read as a policy. */
static void check_suggestions(struct suggestions *suggestions)
{
	struct diagnostics diagnostics = {0};
	struct config *config;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	MUST(out != NULL);
	suggestions_print(suggestions, out);
	MUST(fclose(out) == 0);
	if (strstr(text, "\nconnectors:\n") != NULL) {
		config = config_load_bytes("suggested", (const unsigned char *)text, length, &diagnostics);
		if (config == NULL)
			(void)diagnostics_print(&diagnostics, stderr);
		MUST(config != NULL);
		config_free(&config);
	}
	diagnostics_fini(&diagnostics);
	free(text);
}

/* Lines, as they come. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scope everything;
	struct policy *policy = policy_new();
	struct collector_wishes wishes = {.now = 1795168800, .scope = &everything, .suggest = true};
	struct collector collector;
	json_t *report;

	policy_finish(policy);
	wishes.ciphers = policy;
	wishes.replayed = policy;
	collector_init(&collector, &wishes);
	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t length = end != NULL ? (size_t)(end - data) : size;
		char *line = xstrndup((const char *)data, length);

		collector_add(&collector, line, strlen(line), false);
		free(line);
		length += end != NULL;
		data += length;
		size -= length;
	}
	report = report_json(&collector);
	MUST(report != NULL);
	check_text(report);
	check_page(report);
	json_decref(report);
	check_suggestions(&collector.suggestions);
	collector_fini(&collector);
	policy_free(&policy);
	return 0;
}
