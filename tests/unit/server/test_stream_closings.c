/* SPDX-License-Identifier: MIT */
#include "server/stream_closings.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/run/captured.h"

static struct event_base *base;
static struct stream_closings closings;

static void set_up(void)
{
	base = event_base_new();
	cr_assert_not_null(base);
	cr_assert(stream_closings_init(&closings, base));
}

static void tear_down(void)
{
	stream_closings_fini(&closings);
	event_base_free(base);
}

TestSuite(stream_closings, .init = set_up, .fini = tear_down);

static const struct stream_service one = {.name = "one", .counted = COUNTED_tls_policy};
static const struct stream_service other = {.name = "other", .counted = COUNTED_policy_service};
static const struct stream_service unlogged = {
	.name = "unlogged", .counted = COUNTED_metrics, .unlogged = true};

static void add(const struct stream_service *service, enum stream_closing why, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		stream_closings_add(&closings, service, why, NULL);
}

/* As if its time had come; there is one to wait for while something was said. */
static void pass_minute(void)
{
	cr_assert(event_pending(closings.minute, EV_TIMEOUT, NULL), "nobody waits for the minute");
	cr_assert(event_del(closings.minute) == 0);
	event_active(closings.minute, EV_TIMEOUT, 0);
	cr_assert(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
}

/* The lines from what follows the severity on. */
static void expect_log(void (*run)(void *context), const char *expected)
{
	char *text = captured(run, NULL);
	char *lines = calloc(1, strlen(text) + 1), *at = lines, *rest;

	cr_assert_not_null(lines);
	for (const char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *said = strstr(line, "warning: ");

		cr_assert_not_null(said, "%s", line);
		at = stpcpy(at, said + strlen("warning: "));
		at = stpcpy(at, "\n");
	}
	cr_expect_str_eq(lines, expected, "%s", lines);
	free(lines);
	free(text);
}

static void many(void *context)
{
	(void)context;
	add(&one, STREAM_CLOSING_MALFORMED, 1000);
	pass_minute();
	add(&one, STREAM_CLOSING_MALFORMED, 10);
	pass_minute();
	pass_minute();
	cr_expect(!event_pending(closings.minute, EV_TIMEOUT, NULL), "nothing is left to be said");
	add(&one, STREAM_CLOSING_MALFORMED, 2);
	stream_closings_fini(&closings);
}

Test(stream_closings, first_and_once_a_minute_the_others)
{
	expect_log(many, "one: connection closed: malformed request\n"
			 "one: connection closed: malformed request (999 more)\n"
			 "one: connection closed: malformed request (10 more)\n"
			 "one: connection closed: malformed request\n"
			 "one: connection closed: malformed request (1 more)\n");
}

static void of_each_kind(void *context)
{
	(void)context;
	add(&one, STREAM_CLOSING_MALFORMED, 3);
	add(&one, STREAM_CLOSING_UNFINISHED, 1);
	stream_closings_add(&closings, &other, STREAM_CLOSING_MALFORMED, "a NUL");
	add(&one, STREAM_CLOSING_UNTAKEN, 2);
	pass_minute();
}

/* Nobody hides a fault at one service by a flood at another. */
Test(stream_closings, each_service_and_each_reason_by_itself)
{
	expect_log(of_each_kind, "one: connection closed: malformed request\n"
				 "one: connection closed: the request does not end\n"
				 "other: connection closed: malformed request: a NUL\n"
				 "one: connection closed: the client does not take its answer\n"
				 "one: connection closed: malformed request (2 more)\n"
				 "one: connection closed: the client does not take its answer (1 more)\n");
}

static void of_unlogged(void *context)
{
	(void)context;
	add(&unlogged, STREAM_CLOSING_MALFORMED, 3);
	add(&unlogged, STREAM_CLOSING_UNFINISHED, 3);
	add(&unlogged, STREAM_CLOSING_LIBEVENT, 1);
}

Test(stream_closings, unlogged_service_says_its_own_failures_alone)
{
	expect_log(of_unlogged, "unlogged: connection closed: libevent refuses its events\n");
}
