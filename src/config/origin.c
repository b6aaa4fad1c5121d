/* SPDX-License-Identifier: MIT */
/*
 * Messages about connectors that have been read, of which no node is left.
 * Decides nothing about right and wrong.
 */
#include "config/origin.h"

#include <stdarg.h>

void origin_report(enum severity severity, const struct source *source, const struct origin *origin,
		   const char *key, struct place place, const char *format, ...)
{
	const struct path list = {.key = "connectors"};
	const struct path item = {.parent = &list, .index = origin->index};
	const struct source at = source_at(source, place);
	va_list ap;

	va_start(ap, format);
	report_message(severity, &at, key != NULL ? PATH_KEY(&item, key) : &item, place, format, ap);
	va_end(ap);
}
