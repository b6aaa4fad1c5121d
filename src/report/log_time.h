/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_LOG_TIME_H
#define FORCEDTLS_REPORT_LOG_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Times in logs. Zeroed but for now it is ready; one for each thread. */
struct log_clock {
	time_t now; /* a time without a year is none after the day behind this one */
	char day[16]; /* the beginning of a local time that was read last, ... */
	size_t day_length; /* ... of so many bytes; 0: none yet */
	time_t day_begin; /* ... and when that day began */
};

/*
 * Reads a time at the beginning of text: "Nov 26 01:56:14" (RFC 3164, local
 * time, the year that is nearest before now), "2026-11-26T01:56:14.123456+00:00"
 * (RFC 3339; with a blank for the T, without a colon or a zone: local time).
 * Returns the bytes that it has, 0 for none.
 */
size_t log_time_read(struct log_clock *clock, const char *text, time_t *time_r);

/*
 * What an administrator writes: such a time, a day, "today", "yesterday",
 * "now", or how long ago, as "90m", "24h", "7d", "2w". False for anything else.
 */
bool log_time_parse(struct log_clock *clock, const char *text, time_t *time_r);

#endif
