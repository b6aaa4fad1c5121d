/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_VERDICT_LINE_H
#define FORCEDTLS_VERDICT_VERDICT_LINE_H

#include <stdbool.h>

#include "verdict/event.h"
#include "verdict/log_form.h"

/* What one line says of an event: its verdict, or the one that connectors in test mode would have ("would-..."). */
struct verdict_view {
	const struct event *event;
	bool tested;
};

/* Its form, of which a struct verdict_view is the subject. */
extern const struct log_form verdict_line_form;

#endif
