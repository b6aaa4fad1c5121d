/* SPDX-License-Identifier: MIT */
#include "run/reminder.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "unit/run/frees.h"
#include "util/memory.h"

TestSuite(reminder);

#define DAY ((time_t)86400)
#define NOW ((time_t)1796083200) /* 2026-12-01 00:00 UTC */

#define CERTIFICATE(name, entries)                                                                           \
	"  - {name: " name ", senders: " name ".example, require: {certificate: [" entries "]}}\n"
#define PILOT(name) "  - {name: " name ", mode: test, senders: " name ".example, require: tls}\n"

static void add_line(void *context, const char *text)
{
	strbuf_printf(context, "%s\n", text);
}

static void expect(const char *policy, const struct reminder_facts *facts, const char *want)
{
	struct config *config = frees_config(policy);
	struct strbuf got = {0};

	strbuf_puts(&got, "");
	reminder_each(config, facts, add_line, &got);
	cr_expect_str_eq(got.text, want, "%s", got.text);
	strbuf_fini(&got);
	config_free(&config);
}

static const time_t fresh[] = {NOW, NOW, NOW};
static const struct reminder_facts nothing_old = {
	.now = NOW, .started = NOW, .policy_tested = NOW, .tested = fresh};

static void expect_of_entries(const char *policy, const char *want)
{
	expect(policy, &nothing_old, want);
}

Test(reminder, nothing)
{
	expect_of_entries("connectors:\n" CERTIFICATE("a", "{subject: a.example}") PILOT("b"), "");
	expect_of_entries("mode: test\nconnectors:\n" PILOT("b"), "");
}

/* The last day counts, and so does the thirtieth from today. */
Test(reminder, entries_that_end)
{
	expect_of_entries("connectors:\n" CERTIFICATE("a", "{subject: a.example, valid_to: 2027-01-01}"), "");
	expect_of_entries("connectors:\n" CERTIFICATE("a", "{subject: a.example, valid_to: 2026-12-31}"),
			  "reminder: certificate-entry: connector a: subject:a.example ends on 2026-12-31, "
			  "and none of its "
			  "entries counts after that\n");
	expect_of_entries("connectors:\n" CERTIFICATE(
				  "a", "{subject: a.example, issuer: Some CA, valid_to: 2026-12-01}"),
			  "reminder: certificate-entry: connector a: subject:a.example,issuer:Some CA ends "
			  "on 2026-12-01, and "
			  "none of its entries counts after that\n");
}

Test(reminder, entries_with_a_successor)
{
	expect_of_entries(
		"connectors:\n" CERTIFICATE("a", "{subject: a.example, valid_to: 2026-12-10}, {subject: "
						 "b.example, valid_to: 2027-12-10}")
			CERTIFICATE("b", "{subject: b.example, valid_to: 2026-12-09}, {subject: c.example}"),
		"reminder: certificate-entry: connector b: subject:b.example ends on 2026-12-09, and another "
		"one counts "
		"after that\n"
		"reminder: certificate-entry: connector a: subject:a.example ends on 2026-12-10, and another "
		"one counts "
		"after that\n");
}

/* One that has ended is told while nothing takes its place. */
Test(reminder, entries_that_ended)
{
	expect_of_entries(
		"connectors:\n" CERTIFICATE("a", "{subject: a.example, valid_to: 2026-11-30}")
			CERTIFICATE("b", "{subject: b.example, valid_to: 2026-11-30}, {subject: c.example}"),
		"reminder: certificate-entry: connector a: the last of its entries ended on 2026-11-30\n");
}

Test(reminder, many_entries)
{
	struct strbuf policy = {0}, want = {0};

	strbuf_puts(&policy, "connectors:\n");
	for (unsigned i = 0; i < 25; i++) {
		strbuf_printf(&policy, CERTIFICATE("c%02u", "{subject: c.example, valid_to: 2026-12-02}"), i,
			      i);
		if (i < REMINDER_LINES_MAX)
			strbuf_printf(
				&want,
				"reminder: certificate-entry: connector c%02u: subject:c.example ends on "
				"2026-12-02, and none of its entries counts after that\n",
				i);
	}
	strbuf_puts(&want, "reminder: certificate-entry: and 5 more\n");
	expect_of_entries(policy.text, want.text);
	strbuf_fini(&policy);
	strbuf_fini(&want);
}

/* Thirty days are not over thirty. */
Test(reminder, connectors_in_test_mode)
{
	const time_t tested[] = {NOW - 30 * DAY, NOW - 30 * DAY - 1, 0};
	struct reminder_facts facts = nothing_old;

	facts.tested = tested;
	expect("connectors:\n" PILOT("a") PILOT("b") "  - {name: c, senders: c.example, require: tls}\n",
	       &facts, "reminder: test-mode: connector b: in test mode since 2026-10-31 or before\n");
}

/* The policy as a whole speaks for all that it has, and not where it is younger than a connector's own test. */
Test(reminder, policy_in_test_mode)
{
	const time_t tested[] = {NOW - 40 * DAY};
	struct reminder_facts facts = nothing_old;

	facts.tested = tested;
	facts.policy_tested = NOW - 31 * DAY;
	expect("mode: test\nconnectors:\n" PILOT("a"), &facts,
	       "reminder: test-mode: the whole policy: in test mode since 2026-10-31 or before\n");
	facts.policy_tested = NOW - DAY;
	expect("mode: test\nconnectors:\n" PILOT("a"), &facts,
	       "reminder: test-mode: connector a: in test mode since 2026-10-22 or before\n");
}

Test(reminder, doctor)
{
	static const char policy[] = "connectors:\n  - {name: c, senders: c.example, require: tls}\n";
	struct reminder_facts facts = nothing_old;

	facts.started = NOW - 30 * DAY;
	expect(policy, &facts, "");
	facts.started = NOW - 31 * DAY;
	expect(policy, &facts,
	       "reminder: doctor: forcedtls doctor has not been run since 2026-10-31, when the daemon "
	       "started\n");
	facts.doctored = NOW - 30 * DAY;
	expect(policy, &facts, "");
	facts.started = NOW - 50 * DAY;
	facts.doctored = NOW - 45 * DAY;
	expect(policy, &facts, "reminder: doctor: forcedtls doctor has not been run since 2026-10-17\n");
}
