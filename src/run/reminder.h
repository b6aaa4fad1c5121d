/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_REMINDER_H
#define FORCEDTLS_RUN_REMINDER_H

#include <time.h>

#include "config/config.h"

/* How many days before the end of an entry, and after how many in test mode or without a look of doctor's, one is reminded. */
#define REMINDER_DAYS 30

/* Lines of one kind at a time; one more says how many there would be. */
#define REMINDER_LINES_MAX ((size_t)20)

/* What a policy does not say of itself. */
struct reminder_facts {
	time_t now;
	time_t started; /* the daemon */
	time_t doctored; /* when doctor ran last; 0: not since the start */
	time_t policy_tested; /* since when the policy as a whole is in test mode, where it is */
	const time_t *tested; /* by number of the connector, where it is in test mode itself */
};

/* text: one line, borrowed for the call. */
typedef void reminder_say(void *context, const char *text);

/*
 * Says what somebody should look at: entries of certificates that end within
 * REMINDER_DAYS, connectors whose last entry has ended, what is in test mode for
 * longer than that, and a doctor that has not looked for longer. The lines are
 * those of forcedtlsd(8). A function of its arguments; threads: safe.
 */
void reminder_each(const struct config *config, const struct reminder_facts *facts, reminder_say *say,
		   void *context);

#endif
