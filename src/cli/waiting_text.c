/* SPDX-License-Identifier: MIT */
/*
 * What waits for the eye: the JSON of waiting.c in columns. Adds nothing to it,
 * and lets nothing that a server said steer the terminal.
 */
#include "cli/waiting.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/memory.h"
#include "util/utf8.h"

enum column {
	COLUMN_WHOM,
	COLUMN_CONNECTOR,
	COLUMN_WHY,
	COLUMN_MESSAGES,
	COLUMN_RECIPIENTS,
	COLUMN_WAITING,
	COLUMN_WORDS,
	COLUMN_COUNT,
};

struct column_form {
	const char *title;
	const char *key;
};

static void make_columns(const struct waiting_form *form, struct column_form columns_r[COLUMN_COUNT])
{
	columns_r[COLUMN_WHOM] = (struct column_form){form->whom_title, form->whom};
	columns_r[COLUMN_CONNECTOR] = (struct column_form){"CONNECTOR", "connector"};
	columns_r[COLUMN_WHY] = (struct column_form){form->why_title, form->why};
	columns_r[COLUMN_MESSAGES] = (struct column_form){"MESSAGES", "messages"};
	columns_r[COLUMN_RECIPIENTS] = (struct column_form){"RECIPIENTS", "recipients"};
	columns_r[COLUMN_WAITING] = (struct column_form){"WAITING", "waiting_seconds"};
	columns_r[COLUMN_WORDS] = (struct column_form){form->words_title, form->words};
}

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
static char *waiting_text_cell(const json_t *group, const char *key, enum column column)
{
	const json_t *value = json_object_get(group, key);
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

static void waiting_text_print_row(char *const row[COLUMN_COUNT], const size_t widths[COLUMN_COUNT])
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		(void)fputs(row[i], stdout);
		if (i + 1 < COLUMN_COUNT)
			(void)printf("%*s", (int)(widths[i] - utf8_width(row[i]) + 2), "");
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
static void make_rows(const struct column_form columns[COLUMN_COUNT], const json_t *groups,
		      char *(*rows)[COLUMN_COUNT], size_t widths[COLUMN_COUNT])
{
	for (size_t i = 0; i <= json_array_size(groups); i++)
		for (size_t column = 0; column < COLUMN_COUNT; column++) {
			size_t width;

			rows[i][column] =
				i == 0 ? xstrdup(columns[column].title)
				       : waiting_text_cell(json_array_get(groups, i - 1), columns[column].key,
							   (enum column)column);
			width = utf8_width(rows[i][column]);
			if (width > widths[column])
				widths[column] = width;
		}
}

bool waiting_print(const struct waiting_form *form, const json_t *groups, bool with_ids)
{
	struct column_form columns[COLUMN_COUNT];
	size_t count = json_array_size(groups), widths[COLUMN_COUNT] = {0};
	char *(*rows)[COLUMN_COUNT];

	if (count == 0)
		return true;
	rows = xcalloc(count + 1, sizeof *rows);
	make_columns(form, columns);
	make_rows(columns, groups, rows, widths);
	for (size_t i = 0; i <= count; i++) {
		waiting_text_print_row(rows[i], widths);
		if (with_ids && i > 0)
			print_ids(json_object_get(json_array_get(groups, i - 1), "queue_ids"));
		for (size_t column = 0; column < COLUMN_COUNT; column++)
			free(rows[i][column]);
	}
	free(rows);
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
