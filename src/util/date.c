/* SPDX-License-Identifier: MIT */
/*
 * Days in UTC. Reads no clock: who needs today passes it in.
 */
#include "util/date.h"

#include <stddef.h>
#include <stdio.h>

#include "util/decimal.h"

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool date_parse(const char *text, date_t *date_r)
{
	int year = decimal_parse_bytes(text, 4);
	int month = year >= 0 && text[4] == '-' ? decimal_parse_bytes(text + 5, 2) : -1;
	int day = month >= 0 && text[7] == '-' ? decimal_parse_bytes(text + 8, 2) : -1;

	if (year < 1000 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
	    text[10] != '\0')
		return false;
	*date_r = year * 10000 + month * 100 + day;
	return true;
}

date_t date_from_time(time_t seconds)
{
	struct tm tm;

	if (seconds < 0 || gmtime_r(&seconds, &tm) == NULL)
		return 0;
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

date_t date_add_days(date_t date, int days)
{
	int year = date / 10000, month = date / 100 % 100, day = date % 100 + days;

	if (date == 0)
		return 0;
	for (; day < 1; day += days_in_month(year, month)) {
		year -= month == 1;
		month = month == 1 ? 12 : month - 1;
	}
	for (; day > days_in_month(year, month); month = month == 12 ? 1 : month + 1) {
		day -= days_in_month(year, month);
		year += month == 12;
	}
	return year * 10000 + month * 100 + day;
}

/* From the first day of the year 1. */
static int64_t days_before(int year)
{
	int64_t past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

int64_t date_begin(date_t date)
{
	int year = date / 10000;
	int64_t days = days_before(year) - days_before(1970) + date % 100 - 1;

	for (int month = 1; month < date / 100 % 100; month++)
		days += days_in_month(year, month);
	return days * 86400;
}

const char *date_print(date_t date, char buffer[DATE_TEXT_SIZE])
{
	(void)snprintf(buffer, DATE_TEXT_SIZE, "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
	return buffer;
}

const char *time_print(time_t seconds, char buffer[TIME_TEXT_SIZE])
{
	struct tm tm;

	return gmtime_r(&seconds, &tm) != NULL &&
			       strftime(buffer, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0
		       ? buffer
		       : NULL;
}
