/* SPDX-License-Identifier: MIT */
/*
 * What waits for the eye: the JSON of waiting.c in columns. Adds nothing to it,
 * and lets nothing that a server said steer the terminal.
 */
#include "cli/waiting.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/text_table.h"
#include "util/json_text.h"
#include "util/utf8.h"

/* "2d 4h", "3h 20m", "5m", "12s" */
static void add_duration(struct text_table *table, long long seconds)
{
	long long minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (days > 0)
		text_table_printf(table, "%lldd %lldh", days, hours % 24);
	else if (hours > 0)
		text_table_printf(table, "%lldh %lldm", hours, minutes % 60);
	else if (minutes > 0)
		text_table_printf(table, "%lldm", minutes);
	else
		text_table_printf(table, "%llds", seconds);
}

static void waiting_add_row(struct text_table *table, const struct waiting_form *form, const json_t *group)
{
	text_table_add(table, text_in(group, form->whom, "-"));
	text_table_add(table, text_in(group, "connector", "-"));
	text_table_add(table, text_in(group, form->why, "-"));
	text_table_printf(table, "%lld", number_in(group, "messages"));
	text_table_printf(table, "%lld", number_in(group, "recipients"));
	add_duration(table, number_in(group, "waiting_seconds"));
	text_table_add(table, text_in(group, form->words, "-"));
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

bool waiting_print(const struct waiting_form *form, const json_t *groups, bool with_ids)
{
	const char *const titles[] = {form->whom_title, "CONNECTOR", form->why_title,  "MESSAGES",
				      "RECIPIENTS",     "WAITING",   form->words_title};
	struct text_table table = {.columns = sizeof titles / sizeof *titles};
	size_t count = json_array_size(groups);

	if (count == 0)
		return true;
	for (size_t i = 0; i < table.columns; i++)
		text_table_add(&table, titles[i]);
	for (size_t i = 0; i < count; i++)
		waiting_add_row(&table, form, json_array_get(groups, i));
	for (size_t row = 0; row <= count; row++) {
		text_table_print_row(&table, row, stdout);
		if (with_ids && row > 0)
			print_ids(json_object_get(json_array_get(groups, row - 1), "queue_ids"));
	}
	text_table_fini(&table);
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
