/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_TLS_POLICY_LINE_H
#define FORCEDTLS_VERDICT_TLS_POLICY_LINE_H

#include <stdbool.h>

#include "policy/tls_policy_lookup.h"
#include "verdict/log_form.h"

/* One answer of the TLS policy's service, as struct event is one verdict. All borrowed. */
struct tls_policy_event {
	const char *unknown_map; /* a table that is none was asked for, and all else is unset; else NULL */
	const char *next_hop; /* as it was asked for */
	const struct policy *policy;
	const struct tls_policy_lookup *lookup;
};

/* What one line says of it: the answer, or the one that connectors in test mode would have ("would-..."). */
struct tls_policy_view {
	const struct tls_policy_event *event;
	bool tested;
};

/* Its form, of which a struct tls_policy_view is the subject. Not for an unknown_map. */
extern const struct log_form tls_policy_line_form;

/* What is told with TLS_POLICY_TEMP. */
#define TLS_POLICY_TEMP_TEXT "try again later"

#endif
