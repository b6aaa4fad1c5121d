/* SPDX-License-Identifier: MIT */
/*
 * Messages about values of a policy file: where, by what path, and what was
 * written. Decides nothing about right and wrong.
 */
#include "config/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "policy/policy.h"

struct place source_place(const struct source *source, const struct node *node)
{
	struct place place = {.file = source->file};

	if (node != NULL) {
		place.line = node->line;
		place.column = node->column;
	}
	return place;
}

struct source source_at(const struct source *source, struct place place)
{
	struct source at = *source;

	if (source->loading != NULL) {
		at.name = source->loading->policy->files[place.file];
		at.file = place.file;
	}
	return at;
}

bool source_wants_advice(const struct source *source)
{
	return source->loading != NULL && source->loading->today != 0;
}

/* As deep as the schema is. */
static void print_path(const struct path *path, struct strbuf *out)
{
	if (path == NULL)
		return;
	print_path(path->parent, out);
	if (path->key == NULL)
		strbuf_printf(out, "[%zu]", path->index);
	else
		strbuf_printf(out, "%s%s", path->parent != NULL ? "." : "", path->key);
}

void report_message(enum severity severity, const struct source *source, const struct path *path,
		    struct place place, const char *format, va_list ap)
{
	char *text = xvasprintf(format, ap);
	struct strbuf path_text = {0};

	print_path(path, &path_text);
	diagnostics_add(source->diagnostics, severity, source->name, place.line, place.column,
			strbuf_text(&path_text), "%s", text);
	strbuf_fini(&path_text);
	free(text);
}

void report_node(enum severity severity, const struct source *source, const struct path *path,
		 const struct node *node, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	report_message(severity, source, path, source_place(source, node), format, ap);
	va_end(ap);
}

void report_at(enum severity severity, const struct source *source, const struct path *path,
	       struct place place, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	report_message(severity, source, path, place, format, ap);
	va_end(ap);
}

void report_cause(const struct source *source, int error)
{
	static const int of_the_moment[] = {/* the system's */
					    ENOMEM, EMFILE, ENFILE, ENOBUFS, EAGAIN, EINTR, EIO,
					    /* a file server's */
					    ESTALE, EREMOTEIO, ETIMEDOUT, ECONNREFUSED, ECONNRESET, ENOTCONN,
					    EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH};

	for (size_t i = 0; i < sizeof of_the_moment / sizeof *of_the_moment; i++)
		if (error == of_the_moment[i])
			source->diagnostics->temporary++;
	if (error == ENOMEM && source->loading != NULL)
		source->loading->no_memory = true;
}

void report_quoted(enum severity severity, const struct source *source, const struct path *path,
		   struct place place, const char *text, const char *format, ...)
{
	char quoted[REPORT_QUOTE_SIZE], *rest;
	va_list ap;

	va_start(ap, format);
	rest = xvasprintf(format, ap);
	va_end(ap);
	report_at(severity, source, path, place, "%s %s", report_quote(text, quoted), rest);
	free(rest);
}

/* The most bytes of text that are whole characters and no more than the limit. */
static size_t shown_length(const char *text)
{
	size_t length = strnlen(text, REPORT_QUOTE_MAX + 1);

	if (length <= REPORT_QUOTE_MAX)
		return length;
	length = REPORT_QUOTE_MAX;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

const char *report_quote(const char *text, char buffer[REPORT_QUOTE_SIZE])
{
	size_t shown = shown_length(text);
	char *out = buffer;

	*out++ = '"';
	for (size_t i = 0; i < shown; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*out++ = '\\';
		*out++ = text[i];
	}
	for (size_t i = 0; text[shown] != '\0' && i < 3; i++)
		*out++ = '.';
	*out++ = '"';
	*out = '\0';
	return buffer;
}
