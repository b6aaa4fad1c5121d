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

	if (gmtime_r(&seconds, &tm) == NULL)
		return 0;
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
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
