/* SPDX-License-Identifier: MIT */
/*
 * The list of what is wrong with a policy file, and how it is printed. Knows
 * nothing of YAML or of policies; a file's text never reaches a terminal or a
 * log without having been through here.
 */
#include "config/diagnostics.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/utf8.h"

static void diagnostic_fini(struct diagnostic *diagnostic)
{
	free(diagnostic->file);
	free(diagnostic->path);
	free(diagnostic->text);
	*diagnostic = (struct diagnostic){0};
}

/*
 * In a full list an error still takes the place of the last warning. True when there was one.
 * As long as fewer errors than DIAGNOSTICS_MAX were found, all of them are in the list.
 */
static bool drop_a_warning(struct diagnostics *diagnostics)
{
	size_t at = diagnostics->count;

	if (diagnostics->errors >= DIAGNOSTICS_MAX)
		return false;
	while (at > 0 && diagnostics->list[at - 1].severity != SEVERITY_WARNING)
		at--;
	if (at == 0)
		return false;
	diagnostic_fini(&diagnostics->list[at - 1]);
	memmove(&diagnostics->list[at - 1], &diagnostics->list[at],
		(diagnostics->count - at) * sizeof *diagnostics->list);
	diagnostics->count--;
	return true;
}

/* Room for one more of that severity; counts what is found beyond the limit. */
static bool make_room(struct diagnostics *diagnostics, enum severity severity)
{
	if (diagnostics->count < DIAGNOSTICS_MAX)
		return true;
	diagnostics->unlisted++;
	return severity == SEVERITY_ERROR && drop_a_warning(diagnostics);
}

void diagnostics_add(struct diagnostics *diagnostics, enum severity severity, const char *file, size_t line,
		     size_t column, const char *path, const char *format, ...)
{
	bool has_room = make_room(diagnostics, severity);
	char *text;
	va_list ap;

	if (severity == SEVERITY_ERROR)
		diagnostics->errors++;
	if (!has_room)
		return;
	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	*VECTOR_ADD(diagnostics->list, diagnostics->count, diagnostics->capacity) = (struct diagnostic){
		.severity = severity,
		.file = utf8_printable(file),
		.line = line,
		.column = column,
		.path = utf8_printable(path),
		.text = utf8_printable(text),
	};
	free(text);
}

bool diagnostics_are_temporary(const struct diagnostics *diagnostics)
{
	return diagnostics->errors > 0 && diagnostics->temporary == diagnostics->errors;
}

void diagnostics_take(struct diagnostics *diagnostics, struct diagnostics *from)
{
	size_t errors = diagnostics->errors + from->errors;

	for (size_t i = 0; i < from->count; i++) {
		const struct diagnostic *each = &from->list[i];

		diagnostics_add(diagnostics, each->severity, each->file, each->line, each->column, each->path,
				"%s", each->text);
	}
	diagnostics->errors = errors;
	diagnostics->temporary += from->temporary;
	diagnostics->unlisted += from->unlisted;
	diagnostics_fini(from);
}

static int diagnostics_compare(const struct diagnostic *a, const struct diagnostic *b)
{
	int order = strcmp(a->file, b->file);

	if (order != 0)
		return order;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return 0;
}

/* By insertion: the list is short, and equal places keep the order in which they were found. */
void diagnostics_sort(struct diagnostics *diagnostics)
{
	for (size_t i = 1; i < diagnostics->count; i++) {
		struct diagnostic moved = diagnostics->list[i];
		size_t at = i;

		for (; at > 0 && diagnostics_compare(&diagnostics->list[at - 1], &moved) > 0; at--)
			diagnostics->list[at] = diagnostics->list[at - 1];
		diagnostics->list[at] = moved;
	}
}

char *diagnostic_text(const struct diagnostic *diagnostic)
{
	struct strbuf out = {0};

	strbuf_puts(&out, diagnostic->file);
	if (diagnostic->line > 0)
		strbuf_printf(&out, ":%zu:%zu", diagnostic->line, diagnostic->column);
	strbuf_puts(&out, diagnostic->severity == SEVERITY_ERROR ? ": error: " : ": warning: ");
	if (diagnostic->path[0] != '\0')
		strbuf_printf(&out, "%s: ", diagnostic->path);
	strbuf_puts(&out, diagnostic->text);
	return strbuf_take(&out);
}

bool diagnostics_print(const struct diagnostics *diagnostics, FILE *out)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		char *text = diagnostic_text(&diagnostics->list[i]);
		int written = fprintf(out, "%s\n", text);

		free(text);
		if (written < 0)
			return false;
	}
	if (diagnostics->unlisted > 0 && fprintf(out, "%zu more not shown\n", diagnostics->unlisted) < 0)
		return false;
	return fflush(out) == 0;
}

void diagnostics_fini(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++)
		diagnostic_fini(&diagnostics->list[i]);
	free(diagnostics->list);
	*diagnostics = (struct diagnostics){0};
}
