/* SPDX-License-Identifier: MIT */
/*
 * Text in columns. Knows nothing of what it says.
 */
#include "report/text_table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "util/memory.h"
#include "util/utf8.h"

void text_table_add(struct text_table *table, const char *text)
{
	char *shown = utf8_printable(text);
	size_t width = utf8_width(shown), *widest = &table->widths[table->count % table->columns];

	assert(table->columns <= TEXT_TABLE_COLUMNS_MAX);
	if (table->width_max > 0 && width > table->width_max)
		width = table->width_max;
	if (width > *widest)
		*widest = width;
	*VECTOR_ADD(table->cells, table->count, table->capacity) = shown;
}

void text_table_printf(struct text_table *table, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	text_table_add(table, text);
	free(text);
}

void text_table_print_row(const struct text_table *table, size_t row, FILE *out)
{
	char *const *cells = table->cells + row * table->columns;

	assert(row < table->count / table->columns);
	for (size_t i = 0; i + 1 < table->columns; i++) {
		size_t width = utf8_width(cells[i]), wanted = table->widths[i];

		(void)fprintf(out, "%s%*s", cells[i], (int)(width < wanted ? wanted - width : 0) + 2, "");
	}
	(void)fprintf(out, "%s\n", cells[table->columns - 1]);
}

void text_table_print(const struct text_table *table, FILE *out)
{
	assert(table->count % table->columns == 0);
	for (size_t row = 0; row < table->count / table->columns; row++)
		text_table_print_row(table, row, out);
}

void text_table_fini(struct text_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct text_table){.columns = table->columns};
}
