/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_TEXT_TABLE_H
#define FORCEDTLS_REPORT_TEXT_TABLE_H

#include <stddef.h>
#include <stdio.h>

#define TEXT_TABLE_COLUMNS_MAX 10

/* Rows of text in columns. Zeroed but for columns, and width_max where there is one, it is an empty one. */
struct text_table {
	size_t columns;
	size_t width_max; /* wider cells do not push the next column away for all rows; 0: none is too wide */
	size_t widths[TEXT_TABLE_COLUMNS_MAX];
	char **cells; /* owned, row by row; each fit for a terminal */
	size_t count;
	size_t capacity;
};

/* One more cell, row by row; what could steer a terminal in text is escaped. */
void text_table_add(struct text_table *table, const char *text);
void text_table_printf(struct text_table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints one row, or all; the last column is as wide as it is. */
void text_table_print_row(const struct text_table *table, size_t row, FILE *out);
void text_table_print(const struct text_table *table, FILE *out);

void text_table_fini(struct text_table *table);

#endif
