/* SPDX-License-Identifier: MIT */
/*
 * Messages about connectors that have been read, of which no node is left.
 * Decides nothing about right and wrong.
 */
#include "config/origin.h"

#include <stdarg.h>

static void __attribute__((format(printf, 6, 0)))
origin_report(enum severity severity, const struct source *source, const struct origin *origin,
	      const char *key, struct place place, const char *format, va_list ap)
{
	const struct path list = {.key = "connectors"};
	const struct path item = {.parent = &list, .index = origin->index};
	const struct source at = source_at(source, place);

	report_message(severity, &at, key != NULL ? PATH_KEY(&item, key) : &item, place, format, ap);
}

void origin_error(const struct source *source, const struct origin *origin, const char *key,
		  struct place place, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	origin_report(SEVERITY_ERROR, source, origin, key, place, format, ap);
	va_end(ap);
}

void origin_warning(const struct source *source, const struct origin *origin, const char *key,
		    struct place place, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	origin_report(SEVERITY_WARNING, source, origin, key, place, format, ap);
	va_end(ap);
}
