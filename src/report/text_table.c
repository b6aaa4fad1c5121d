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

/* Wider cells do not push the next column away for all rows. */
#define WIDTH_MAX ((size_t)48)

void text_table_add(struct text_table *table, const char *text)
{
	table->cells = vector_grow(table->cells, table->count, &table->capacity, sizeof *table->cells);
	table->cells[table->count++] = utf8_printable(text);
}

void text_table_printf(struct text_table *table, const char *format, ...)
{
	struct strbuf text = {0};
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	text_table_add(table, text.text);
	strbuf_fini(&text);
}

static void measure(const struct text_table *table, size_t widths[TEXT_TABLE_COLUMNS_MAX])
{
	for (size_t i = 0; i < table->count; i++) {
		size_t width = utf8_width(table->cells[i]), *widest = &widths[i % table->columns];

		width = width < WIDTH_MAX ? width : WIDTH_MAX;
		if (width > *widest)
			*widest = width;
	}
}

void text_table_print(const struct text_table *table, int indent, FILE *out)
{
	size_t widths[TEXT_TABLE_COLUMNS_MAX] = {0};

	assert(table->columns > 0 && table->columns <= TEXT_TABLE_COLUMNS_MAX);
	assert(table->count % table->columns == 0);
	measure(table, widths);
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns, width = utf8_width(table->cells[i]);
		size_t wanted = widths[column] + 2;

		if (column == 0)
			(void)fprintf(out, "%*s", indent, "");
		(void)fputs(table->cells[i], out);
		if (column + 1 == table->columns)
			(void)fputc('\n', out);
		else
			(void)fprintf(out, "%*s", (int)(width + 2 < wanted ? wanted - width : 2), "");
	}
}

void text_table_fini(struct text_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct text_table){.columns = table->columns};
}
