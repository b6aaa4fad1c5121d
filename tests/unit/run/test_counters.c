/* SPDX-License-Identifier: MIT */
#include "run/counters.h"

#include <criterion/criterion.h>

TestSuite(counters);

Test(counters, open_sessions)
{
	struct service_count count;

	counters_session_began(COUNTED_metrics);
	counters_session_began(COUNTED_metrics);
	counters_session_ended(COUNTED_metrics);
	count = counters_service(COUNTED_metrics);
	cr_expect_eq(count.sessions, 2);
	cr_expect_eq(count.open, 1);
	cr_expect_eq(counters_service(COUNTED_control).open, 0);
}

/* As a processor may show it that sees the end of a session before its beginning. */
Test(counters, no_fewer_than_none_are_open)
{
	counters_session_ended(COUNTED_metrics);
	cr_expect_eq(counters_service(COUNTED_metrics).open, 0, "%ju",
		     (uintmax_t)counters_service(COUNTED_metrics).open);
}
