/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_ORIGIN_H
#define FORCEDTLS_CONFIG_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "config/report.h"
#include "util/place.h"

/* Where a connector came from. */
struct origin {
	size_t index; /* in the list of connectors of its file, from 0 */
	struct place name; /* where its name stands */
	struct place require; /* and its "require" */
	bool faulty; /* has errors, so that a comparison with others would mislead */
};

/*
 * A message about the value at key of a connector (NULL: about all of it) and
 * at place. source: any file of the policy, with its loading. Text that comes
 * from the file goes through report_quote first.
 */
void origin_report(enum severity severity, const struct source *source, const struct origin *origin,
		   const char *key, struct place place, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
#define origin_error(...) origin_report(SEVERITY_ERROR, __VA_ARGS__)
#define origin_warning(...) origin_report(SEVERITY_WARNING, __VA_ARGS__)

#endif
