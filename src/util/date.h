/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_DATE_H
#define FORCEDTLS_UTIL_DATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* A day in UTC as year * 10000 + month * 100 + day, so that days compare as numbers; 0 is "no date". */
typedef int32_t date_t;

/* "2027-03-01", a day that exists, years 1000 to 9999. */
bool date_parse(const char *text, date_t *date_r);

/*
 * The day of a time; 0 for one before 1970: no clock says that, but one that
 * failed or, with a time_t of 32 bit, has come to its end in 2038.
 */
date_t date_from_time(time_t seconds);

/* The day so many days later, or before; 0 for 0. Unlike a time_t, which may have 32 bit, it has no end in 2038. */
date_t date_add_days(date_t date, int days);

/* The first second of a day in seconds since 1970. */
int64_t date_begin(date_t date);

/* Writes "2027-03-01" and returns buffer. */
#define DATE_TEXT_SIZE sizeof "0000000000-00-00"
const char *date_print(date_t date, char buffer[DATE_TEXT_SIZE]);

/* Writes "2026-11-26T01:56:14Z" (RFC 3339) and returns buffer; NULL for a time that no calendar has. */
#define TIME_TEXT_SIZE sizeof "9999-12-31T23:59:59Z"
const char *time_print(time_t seconds, char buffer[TIME_TEXT_SIZE]);

#endif
