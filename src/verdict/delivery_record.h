/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_DELIVERY_RECORD_H
#define FORCEDTLS_VERDICT_DELIVERY_RECORD_H

#include <stdbool.h>

#include "policy/delivery.h"

/* What the log says of one answer about a next hop. All borrowed. */
struct delivery_record {
	const char *next_hop; /* as it was asked for */
	const struct policy *policy;
	const struct delivery *delivery;
	bool tested; /* describe delivery->tested ("would-...") instead of delivery->enforced */
};

/*
 * One line without its end, in the manner and with the bounds of verdict/record.h,
 * or one JSON object with the same keys. No byte of whoever asked can end the
 * line or forge a field. The caller frees the result.
 */
char *delivery_record_text(const struct delivery_record *record);
char *delivery_record_json(const struct delivery_record *record);

/* What is told with DELIVERY_TEMP. */
#define DELIVERY_TEMP_TEXT "try again later"

#endif
