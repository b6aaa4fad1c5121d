/* SPDX-License-Identifier: MIT */
#include "run/reminders.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "run/snapshot.h"
#include "run/watched.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"

#define DAY ((time_t)86400)
#define NOW ((time_t)1796083200) /* 2026-12-01 00:00 UTC */

static void tear_down(void)
{
	snapshot_retire();
}

TestSuite(reminders, .fini = tear_down);

struct tick {
	struct reminders *reminders;
	time_t now;
};

static void tick(void *context)
{
	const struct tick *tick = context;

	reminders_tick(tick->reminders, tick->now);
}

/* How often the log has word after a tick at that time. */
static size_t count_at(struct reminders *reminders, time_t now, const char *word)
{
	struct tick at = {reminders, now};
	char *log = captured(tick, &at);
	size_t count = 0;

	for (const char *found = strstr(log, word); found != NULL; found = strstr(found + 1, word))
		count++;
	free(log);
	return count;
}

/* At the start, and then once on each day, however often somebody looks. */
Test(reminders, once_a_day)
{
	static const char line[] =
		"warning: reminder: certificate-entry: connector a: subject:a.example ends on "
		"2026-12-03, and none of its entries counts after that\n";
	struct reminders reminders;

	snapshot_publish(frees_config("connectors:\n  - {name: a, senders: a.example, require: {certificate: "
				      "{subject: a.example, valid_to: 2026-12-03}}}\n"));
	reminders_init(&reminders, NOW);
	cr_expect_eq(count_at(&reminders, NOW + 1, line), 1);
	cr_expect_eq(count_at(&reminders, NOW + 2, "reminder"), 0);
	cr_expect_eq(count_at(&reminders, NOW + DAY - 1, "reminder"), 0);
	cr_expect_eq(count_at(&reminders, NOW + DAY, line), 1);
	cr_expect_eq(count_at(&reminders, NOW + DAY + 1, "reminder"), 0);
	cr_expect_eq(count_at(&reminders, NOW + 4 * DAY, "the last of its entries ended on 2026-12-03\n"), 1);
	reminders_fini(&reminders);
}

/* Of a test that began with a reload, counted from there, and over reloads that leave it as it is. */
Test(reminders, test_mode_over_reloads)
{
	static const char test[] =
		"connectors:\n  - {name: a, mode: test, senders: a.example, require: tls}\n";
	static const char more[] =
		"connectors:\n  - {name: a, mode: test, senders: [a.example, b.example], require: "
		"tls}\n";
	static const char line[] =
		"reminder: test-mode: connector a: in test mode since 2026-12-03 or before\n";
	struct reminders reminders;

	snapshot_publish(frees_config("connectors:\n  - {name: a, senders: a.example, require: tls}\n"));
	reminders_init(&reminders, NOW);
	cr_expect_eq(count_at(&reminders, NOW, "reminder"), 0);
	snapshot_publish(frees_config(test));
	cr_expect_eq(count_at(&reminders, NOW + 2 * DAY, "reminder"), 0);
	snapshot_publish(frees_config(more));
	cr_expect_eq(count_at(&reminders, NOW + 20 * DAY, "reminder"), 0);
	cr_expect_eq(count_at(&reminders, NOW + 33 * DAY, line), 1);
	reminders_fini(&reminders);
}

Test(reminders, doctor)
{
	static const char line[] = "reminder: doctor: ";
	struct reminders reminders;

	snapshot_publish(frees_config(FREES_CONNECTORS));
	reminders_init(&reminders, NOW);
	cr_expect_eq(count_at(&reminders, NOW + 31 * DAY, line), 1);
	watched_set_doctored(&(struct doctored){.at = NOW + 31 * DAY + 60});
	cr_expect_eq(count_at(&reminders, NOW + 32 * DAY, line), 0);
	cr_expect_eq(count_at(&reminders, NOW + 63 * DAY, line), 1);
	watched_set_doctored(&(struct doctored){0});
	reminders_fini(&reminders);
}
