/* SPDX-License-Identifier: MIT */
/*
 * Times as logs and administrators write them. Logs have the same day in
 * line after line: when it began is worked out once.
 */
#include "report/log_time.h"

#include <ctype.h>
#include <string.h>

#include "util/date.h"
#include "util/decimal.h"

#define DAY_SECONDS ((time_t)86400)

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* 0 to 11, or -1. */
static int month_of(const char *text)
{
	for (int i = 0; i < 12; i++)
		if (strncmp(text, months + 3 * (size_t)i, 3) == 0)
			return i;
	return -1;
}

/* "HH:MM:SS" in seconds, or -1; 23:59:60 is a leap second. */
static int clock_seconds(const char *text)
{
	int hour = decimal_parse_bytes(text, 2);
	int minute = hour >= 0 && text[2] == ':' ? decimal_parse_bytes(text + 3, 2) : -1;
	int second = minute >= 0 && text[5] == ':' ? decimal_parse_bytes(text + 6, 2) : -1;

	if (second < 0 || hour > 23 || minute > 59 || second > 60)
		return -1;
	return hour * 3600 + minute * 60 + second;
}

/* When a day of local time began; -1 where there is none. */
static time_t begin_of_day(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month, .tm_mday = day, .tm_isdst = -1};
	time_t begin = mktime(&tm);

	return tm.tm_mday == day && tm.tm_mon == month ? begin : -1;
}

/* The same of a day without year: the last one that is not past tomorrow. */
static time_t begin_of_latest(const struct log_clock *clock, int month, int day)
{
	struct tm now;
	time_t begin;

	if (localtime_r(&clock->now, &now) == NULL)
		return -1;
	begin = begin_of_day(now.tm_year + 1900, month, day);
	for (int back = 1; back < 8 && (begin == -1 || begin - DAY_SECONDS > clock->now); back++)
		begin = begin_of_day(now.tm_year + 1900 - back, month, day);
	return begin;
}

static bool is_known(const struct log_clock *clock, const char *text, size_t length)
{
	return clock->day_length == length && memcmp(clock->day, text, length) == 0;
}

static void learn(struct log_clock *clock, const char *text, size_t length, time_t begin)
{
	memcpy(clock->day, text, length);
	clock->day_length = length;
	clock->day_begin = begin;
}

/* A local time: the day's beginning and seconds; two of the days in a year have 23 or 25 hours. */
static time_t local_time(time_t begin, int seconds)
{
	time_t at = begin + seconds;
	struct tm tm;

	if (localtime_r(&at, &tm) == NULL)
		return at;
	return at + (seconds - (tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec));
}

/* "Nov 26 01:56:14" or "Nov  6 01:56:14": 15 bytes. */
static size_t read_rfc3164(struct log_clock *clock, const char *text, time_t *time_r)
{
	int month = month_of(text), day, seconds;

	if (month < 0 || text[3] != ' ')
		return 0;
	day = text[4] == ' ' ? decimal_parse_bytes(text + 5, 1) : decimal_parse_bytes(text + 4, 2);
	if (day < 1 || day > 31 || text[6] != ' ')
		return 0;
	seconds = clock_seconds(text + 7);
	if (seconds < 0)
		return 0;
	if (!is_known(clock, text, 6)) {
		time_t begin = begin_of_latest(clock, month, day);

		if (begin == -1)
			return 0;
		learn(clock, text, 6, begin);
	}
	*time_r = local_time(clock->day_begin, seconds);
	return 15;
}

/* "Z", "+01:00", "-0500" in seconds east of UTC; the bytes that it has, 0 for none. */
static size_t read_zone(const char *text, int *offset_r)
{
	int hours, minutes, colon;

	if (*text == 'Z' || *text == 'z') {
		*offset_r = 0;
		return 1;
	}
	if (*text != '+' && *text != '-')
		return 0;
	hours = decimal_parse_bytes(text + 1, 2);
	colon = hours >= 0 && text[3] == ':';
	minutes = hours >= 0 ? decimal_parse_bytes(text + 3 + colon, 2) : -1;
	if (minutes < 0 || hours > 23 || minutes > 59)
		return 0;
	*offset_r = (hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
	return 5 + (size_t)colon;
}

/* ".123456"; the bytes that it has. */
static size_t skip_fraction(const char *text)
{
	return *text == '.' || *text == ',' ? 1 + strspn(text + 1, "0123456789") : 0;
}

/* The beginning of "2026-11-26" in UTC, or in local time; -1 where a time_t of 32 bit does not go so far. */
static time_t iso_day(struct log_clock *clock, const char *text, bool utc)
{
	int year = decimal_parse_bytes(text, 4), month = decimal_parse_bytes(text + 5, 2),
	    day = decimal_parse_bytes(text + 8, 2);
	char key[12];
	time_t begin;

	memcpy(key, text, 10);
	key[10] = utc ? 'Z' : 'L';
	if (is_known(clock, key, 11))
		return clock->day_begin;
	begin = utc ? timegm(&(struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day})
		    : begin_of_day(year, month - 1, day);
	learn(clock, key, 11, begin);
	return begin;
}

/* True when text begins with a day that exists. */
static bool begins_with_iso_day(const char *text)
{
	char day[11];
	date_t date;

	if (strnlen(text, 10) < 10)
		return false;
	memcpy(day, text, 10);
	day[10] = '\0';
	return date_parse(day, &date);
}

static size_t read_rfc3339(struct log_clock *clock, const char *text, time_t *time_r)
{
	int seconds, offset = 0;
	size_t length, zone;
	time_t begin;

	if (!begins_with_iso_day(text) || (text[10] != 'T' && text[10] != ' ' && text[10] != 't'))
		return 0;
	seconds = clock_seconds(text + 11);
	if (seconds < 0)
		return 0;
	length = 19 + skip_fraction(text + 19);
	zone = read_zone(text + length, &offset);
	begin = iso_day(clock, text, zone > 0);
	if (begin == -1)
		return 0;
	*time_r = zone > 0 ? begin + seconds - offset : local_time(begin, seconds);
	return length + zone;
}

size_t log_time_read(struct log_clock *clock, const char *text, time_t *time_r)
{
	if (isdigit((unsigned char)text[0]))
		return read_rfc3339(clock, text, time_r);
	return read_rfc3164(clock, text, time_r);
}

/* "90m", "24h", "7d", "2w" in seconds; -1 for anything else. */
static time_t parse_ago(const char *text)
{
	static const struct {
		char unit;
		time_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY_SECONDS}, {'w', 7 * DAY_SECONDS}};
	size_t digits = strspn(text, "0123456789");
	int number = decimal_parse_bytes(text, digits);
	time_t ago;

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (number >= 0 && text[digits] == units[i].unit && text[digits + 1] == '\0')
			return __builtin_mul_overflow(number, units[i].seconds, &ago) ? -1 : ago;
	return -1;
}

/* So many days before today. */
static time_t begin_of_past_day(const struct log_clock *clock, int back)
{
	struct tm tm;

	if (localtime_r(&clock->now, &tm) == NULL)
		return clock->now;
	tm.tm_mday -= back;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

bool log_time_parse(struct log_clock *clock, const char *text, time_t *time_r)
{
	time_t ago = parse_ago(text);
	size_t length;

	if (ago >= 0)
		*time_r = clock->now - ago;
	else if (strcmp(text, "now") == 0)
		*time_r = clock->now;
	else if (strcmp(text, "today") == 0)
		*time_r = begin_of_past_day(clock, 0);
	else if (strcmp(text, "yesterday") == 0)
		*time_r = begin_of_past_day(clock, 1);
	else if (begins_with_iso_day(text) && text[10] == '\0')
		return (*time_r = iso_day(clock, text, false)) != -1;
	else
		return (length = log_time_read(clock, text, time_r)) > 0 && text[length] == '\0';
	return true;
}
