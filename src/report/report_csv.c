/* SPDX-License-Identifier: MIT */
/*
 * The report's versions as rows of CSV. Adds nothing to its JSON.
 */
#include "report/report_csv.h"

#include <stdlib.h>
#include <string.h>

#include "util/json_text.h"
#include "util/utf8.h"

static const struct {
	const char *key;
	const char *word;
} directions[] = {{"incoming", "Inbound"}, {"outgoing", "Outbound"}};

static void put_cell(const char *text, FILE *out)
{
	char *shown = utf8_printable(text);

	(void)fputc('"', out);
	if (shown[0] != '\0' && strchr("=+-@", shown[0]) != NULL)
		(void)fputc('\'', out);
	for (const char *c = shown; *c != '\0'; c++) {
		if (*c == '"')
			(void)fputc('"', out);
		(void)fputc(*c, out);
	}
	(void)fputc('"', out);
	free(shown);
}

static void put_row(const char *connector, const char *direction, const char *version, long long volume,
		    FILE *out)
{
	put_cell(connector, out);
	(void)fputc(',', out);
	put_cell(direction, out);
	(void)fputc(',', out);
	put_cell(version, out);
	(void)fprintf(out, ",%lld\r\n", volume);
}

static void put_connector(const json_t *connector, const char *direction, FILE *out)
{
	const json_t *version;
	size_t i;

	json_array_foreach(json_object_get(connector, "versions"), i, version)
		put_row(text_in(connector, "connector", ""), direction, text_in(version, "value", "others"),
			number_in(version, "messages"), out);
}

void report_csv(const json_t *report, FILE *out)
{
	const json_t *connector;
	size_t i;

	(void)fputs("\"Connector\",\"Direction\",\"TLS version\",\"Volume\"\r\n", out);
	for (size_t direction = 0; direction < sizeof directions / sizeof *directions; direction++)
		json_array_foreach(json_object_get(report, directions[direction].key), i, connector)
			put_connector(connector, directions[direction].word, out);
}
