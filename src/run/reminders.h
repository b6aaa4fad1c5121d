/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_REMINDERS_H
#define FORCEDTLS_RUN_REMINDERS_H

#include <time.h>

#include "run/test_times.h"
#include "util/date.h"

/* What the log says each day without being asked (run/reminder.h). One thread's; ended with reminders_fini. */
struct reminders {
	time_t started;
	date_t said; /* the day, in UTC, on which it was said last; 0: not yet */
	struct test_times tests;
};

void reminders_init(struct reminders *reminders_r, time_t now);
void reminders_fini(struct reminders *reminders);

/*
 * To be called every now and then, while a policy is in force: takes note of
 * that policy, and the first time on each day in UTC logs a warning for each
 * reminder. The first time of all is at the start.
 */
void reminders_tick(struct reminders *reminders, time_t now);

#endif
