/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_DAYS_H
#define FORCEDTLS_REPORT_DAYS_H

#include <stddef.h>
#include <time.h>

#include "util/date.h"

enum day_count {
	DAY_MESSAGES, /* that arrived */
	DAY_TLS,
	DAY_REFUSED,
	DAY_WOULD_REFUSE,
	DAY_SENT,
	DAY_SENT_TLS,
	DAY_BELOW,
	DAY_COUNTS,
};

struct day {
	date_t date; /* in UTC */
	unsigned long long counts[DAY_COUNTS];
};

/* Counts by day. Zeroed memory is an empty list; it is bounded, and days that have no room are left out. */
struct days {
	struct day *list; /* by date */
	size_t count;
	size_t capacity;
	size_t last; /* where the last one was */
};

/* Without a time there is no day, and nothing is counted. */
void days_add(struct days *days, time_t when, enum day_count which);
void days_fini(struct days *days);

#endif
