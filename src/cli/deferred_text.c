/* SPDX-License-Identifier: MIT */
/*
 * What waits for the eye: the JSON of deferred.c in columns. Adds nothing to it,
 * and lets nothing that a server said steer the terminal.
 */
#include "cli/deferred.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/utf8.h"

enum column {
	COLUMN_DESTINATION,
	COLUMN_CONNECTOR,
	COLUMN_KIND,
	COLUMN_MESSAGES,
	COLUMN_RECIPIENTS,
	COLUMN_WAITING,
	COLUMN_LAST_WORDS,
	COLUMN_COUNT,
};

static const struct {
	const char *title;
	const char *key;
} columns[COLUMN_COUNT] = {
	[COLUMN_DESTINATION] = {"DESTINATION", "destination"},
	[COLUMN_CONNECTOR] = {"CONNECTOR", "connector"},
	[COLUMN_KIND] = {"KIND", "kind"},
	[COLUMN_MESSAGES] = {"MESSAGES", "messages"},
	[COLUMN_RECIPIENTS] = {"RECIPIENTS", "recipients"},
	[COLUMN_WAITING] = {"WAITING", "waiting_seconds"},
	[COLUMN_LAST_WORDS] = {"LAST WORDS", "last_words"},
};

/* "2d 4h", "3h 20m", "5m", "12s" */
static void add_duration(struct strbuf *out, long long seconds)
{
	long long minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (days > 0)
		strbuf_printf(out, "%lldd %lldh", days, hours % 24);
	else if (hours > 0)
		strbuf_printf(out, "%lldh %lldm", hours, minutes % 60);
	else if (minutes > 0)
		strbuf_printf(out, "%lldm", minutes);
	else
		strbuf_printf(out, "%llds", seconds);
}

/* Fit for a terminal; the caller frees it. */
static char *deferred_text_cell(const json_t *group, enum column column)
{
	const json_t *value = json_object_get(group, columns[column].key);
	struct strbuf out = {0};
	char *text, *shown;

	if (column == COLUMN_WAITING)
		add_duration(&out, json_integer_value(value));
	else if (json_is_integer(value))
		strbuf_printf(&out, "%lld", (long long)json_integer_value(value));
	else
		strbuf_puts(&out, json_is_string(value) ? json_string_value(value) : "-");
	text = strbuf_take(&out);
	shown = utf8_printable(text);
	free(text);
	return shown;
}

/* In characters. */
static size_t deferred_text_width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void deferred_text_print_row(char *const row[COLUMN_COUNT], const size_t widths[COLUMN_COUNT])
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		(void)fputs(row[i], stdout);
		if (i + 1 < COLUMN_COUNT)
			(void)printf("%*s", (int)(widths[i] - deferred_text_width_of(row[i]) + 2), "");
	}
	(void)putchar('\n');
}

static void print_ids(const json_t *ids)
{
	const json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
	{
		char *shown = utf8_printable(json_is_string(id) ? json_string_value(id) : "-");

		(void)printf("    %s\n", shown);
		free(shown);
	}
}

/* The titles are row 0, so that they are aligned as the rest is. */
static void make_rows(const json_t *groups, char *(*rows)[COLUMN_COUNT], size_t widths[COLUMN_COUNT])
{
	for (size_t i = 0; i <= json_array_size(groups); i++)
		for (size_t column = 0; column < COLUMN_COUNT; column++) {
			size_t width;

			rows[i][column] = i == 0 ? xstrdup(columns[column].title)
						 : deferred_text_cell(json_array_get(groups, i - 1),
								      (enum column)column);
			width = deferred_text_width_of(rows[i][column]);
			if (width > widths[column])
				widths[column] = width;
		}
}

bool deferred_print(const json_t *groups, bool with_ids)
{
	size_t count = json_array_size(groups), widths[COLUMN_COUNT] = {0};
	char *(*rows)[COLUMN_COUNT];

	if (count == 0)
		return true;
	rows = xcalloc(count + 1, sizeof *rows);
	make_rows(groups, rows, widths);
	for (size_t i = 0; i <= count; i++) {
		deferred_text_print_row(rows[i], widths);
		if (with_ids && i > 0)
			print_ids(json_object_get(json_array_get(groups, i - 1), "queue_ids"));
		for (size_t column = 0; column < COLUMN_COUNT; column++)
			free(rows[i][column]);
	}
	free(rows);
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
