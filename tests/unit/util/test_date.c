/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/date.h"

Test(date, days_that_exist)
{
	date_t date = 0;

	cr_assert(date_parse("2027-03-01", &date));
	cr_assert_eq(date, 20270301);
	cr_assert(date_parse("2028-02-29", &date));
	cr_assert(date_parse("2000-02-29", &date));
	cr_assert(date_parse("2026-12-31", &date));
}

Test(date, days_that_do_not)
{
	static const char *const texts[] = {
		"2027-02-29",   "1900-02-29", "2027-13-01", "2027-00-01",  "2027-01-00",  "2027-01-32",
		"2027-04-31",   "27-01-01",   "2027-1-1",   "2027-01-01 ", " 2027-01-01", "2027/01/01",
		"2027-01-01T0", "",           "2027",       "2027-",       "2027-01",     "2027-01-",
		"2027-01-0",    "0027-01-01", "-027-01-01", "2027-01-\xb2"};
	date_t date;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect_not(date_parse(texts[i], &date), "%s", texts[i]);
}

Test(date, from_time_is_utc)
{
	cr_assert_eq(date_from_time(0), 19700101);
	cr_assert_eq(date_from_time(86399), 19700101);
	cr_assert_eq(date_from_time(86400), 19700102);
	cr_assert_eq(date_from_time(1803859199), 20270228);
	cr_assert_eq(date_from_time(1803859200), 20270301);
}

Test(date, is_printed_as_it_is_read)
{
	char text[DATE_TEXT_SIZE];
	date_t date;

	cr_assert(date_parse("2027-03-01", &date));
	cr_expect_str_eq(date_print(date, text), "2027-03-01");
}
