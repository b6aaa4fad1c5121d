/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_COLLECTOR_H
#define FORCEDTLS_REPORT_COLLECTOR_H

#include <stddef.h>

#include "report/incoming.h"
#include "report/log_time.h"
#include "report/outgoing.h"
#include "report/replayed.h"
#include "report/suggest.h"

/* Lines of all inputs, each handed to who counts what it says. */
struct collector {
	struct log_clock clock;
	struct scope scope;
	size_t budget; /* bytes that are left for what peers chose */
	struct incoming incoming;
	struct outgoing outgoing;
	struct replayed replayed;
	struct suggestions suggestions;
	const struct policy *ciphers; /* a policy, for its ciphers alone; NULL: nothing looks at sessions */
	bool suggests;
	struct days days;
	struct tally hosts; /* lines of the mail system by host */
	time_t first; /* of the lines that were counted; 0: none has a time */
	time_t last;
	unsigned long long lines;
	unsigned long long unreadable; /* in none of the forms that are known */
	unsigned long long cut;
	unsigned long long verdicts;
	unsigned long long deliveries;
};

/* What is asked of a collector. All borrowed. */
struct collector_wishes {
	time_t now; /* of the run */
	const struct scope *scope;
	const struct policy *policy; /* for what leaves; NULL: none */
	const struct policy *replayed; /* to be asked about each session; NULL: none */
	const struct policy *ciphers; /* any policy; NULL unless something is to be suggested or replayed */
	bool suggest;
};

void collector_init(struct collector *collector_r, const struct collector_wishes *wishes);

/* A sources_line with a struct collector as context. */
void collector_add(void *context, char *text, size_t length, bool cut);

void collector_fini(struct collector *collector);

#endif
