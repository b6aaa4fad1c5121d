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

/* A clock that failed, or one of 32 bit behind 2038. */
Test(date, from_a_time_that_no_clock_says)
{
	cr_expect_eq(date_from_time(-1), 0);
	cr_expect_eq(date_from_time(INT32_MIN), 0);
}

Test(date, days_are_added_over_months_and_years)
{
	static const struct {
		date_t date;
		int days;
		date_t sum;
	} cases[] = {
		{20270301, 0, 20270301},
		{20270228, 1, 20270301},
		{20270301, -1, 20270228},
		{20280228, 1, 20280229},
		{20280301, -1, 20280229},
		{20261231, 1, 20270101},
		{20270101, -1, 20261231},
		{20261215, 30, 20270114},
		{20270114, -30, 20261215},
		{20270131, 28, 20270228},
		{20270131, 29, 20270301},
		{20270130, 60, 20270331},
		{20380101, 30, 20380131},
		{20380119, 1, 20380120},
		{99991231, -1, 99991230},
		{10000101, 365, 10010101},
		{20270301, -59, 20270101},
		{20270301, -60, 20261231},
		{0, 30, 0},
		{0, -1, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(date_add_days(cases[i].date, cases[i].days), cases[i].sum, "case %zu: %d", i,
			     date_add_days(cases[i].date, cases[i].days));
}

/* From 1000 to 9999, by a calendar that only adds. */
Test(date, every_day_begins_a_day_after_the_one_before)
{
	int64_t begin = date_begin(10000101);
	date_t date = 10000101;

	cr_assert_eq(date_begin(19700101), 0);
	cr_assert_eq(date_begin(20380120), INT64_C(2147558400));
	for (; date < 99991231; begin += 86400, date = date_add_days(date, 1))
		cr_assert_eq(date_begin(date), begin, "%d", date);
	cr_assert_eq(date_begin(99991231), INT64_C(253402214400));
}

Test(date, is_printed_as_it_is_read)
{
	char text[DATE_TEXT_SIZE];
	date_t date;

	cr_assert(date_parse("2027-03-01", &date));
	cr_expect_str_eq(date_print(date, text), "2027-03-01");
}
