/* SPDX-License-Identifier: MIT */
#include "run/snapshot.h"

#include <criterion/criterion.h>

#include "util/memory.h"
#include "unit/run/frees.h"

#define PIN "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"

static void publish(const char *user)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "daemon: {user: %s}\n" FREES_CONNECTORS, user);
	snapshot_publish(frees_config(text.text));
	strbuf_fini(&text);
}

static const char *user_of(const struct snapshot *snapshot)
{
	return snapshot_config(snapshot)->daemon.user;
}

Test(snapshot, none_before_the_first)
{
	struct snapshot *none = snapshot_acquire();

	cr_expect_null(none);
	snapshot_release(&none);
	snapshot_retire();
	cr_expect(frees_count() == 0);
}

Test(snapshot, the_one_in_force)
{
	struct snapshot *held;

	publish("first");
	held = snapshot_acquire();
	cr_assert_not_null(held);
	cr_expect_str_eq(user_of(held), "first");
	snapshot_release(&held);
	cr_expect_null(held);
	cr_expect(frees_count() == 0, "the place itself holds it");
	snapshot_retire();
	cr_expect(frees_count() == 1);
	cr_expect_null(snapshot_acquire());
}

Test(snapshot, old_one_is_freed_at_once_when_nobody_has_it)
{
	publish("first");
	publish("second");
	cr_expect(frees_count() == 1);
	snapshot_retire();
	cr_expect(frees_count() == 2);
}

Test(snapshot, old_one_lives_until_its_last_reference)
{
	struct snapshot *a, *b, *new;

	publish("first");
	a = snapshot_acquire();
	b = snapshot_acquire();
	publish("second");
	new = snapshot_acquire();
	cr_expect_str_eq(user_of(a), "first");
	cr_expect_str_eq(user_of(b), "first");
	cr_expect_str_eq(user_of(new), "second");
	snapshot_release(&a);
	cr_expect(frees_count() == 0);
	cr_expect_str_eq(user_of(b), "first");
	snapshot_release(&b);
	cr_expect(frees_count() == 1);
	snapshot_release(&new);
	cr_expect(frees_count() == 1);
	snapshot_retire();
	cr_expect(frees_count() == 2);
}

Test(snapshot, retired_while_in_use)
{
	struct snapshot *held;

	publish("first");
	held = snapshot_acquire();
	snapshot_retire();
	cr_expect(frees_count() == 0);
	cr_expect_str_eq(user_of(held), "first");
	snapshot_release(&held);
	cr_expect(frees_count() == 1);
}

Test(snapshot, reaper_frees_in_a_thread_of_its_own)
{
	struct snapshot *held;

	cr_assert(snapshot_reaper_start() == 0);
	publish("first");
	held = snapshot_acquire();
	publish("second");
	publish("third");
	snapshot_release(&held);
	cr_expect_null(held);
	cr_assert(snapshot_reaper_stop() == 0);
	cr_expect(frees_count() == 2, "stopped, it has nothing left");
	cr_expect(frees_count_here() == 0);
	snapshot_retire();
	cr_expect(frees_count() == 3);
	cr_expect(frees_count_here() == 1, "with no reaper, whoever has it frees it");
}

Test(snapshot, reaper_stops_while_one_is_in_use)
{
	struct snapshot *held;

	publish("first");
	cr_assert(snapshot_reaper_start() == 0);
	held = snapshot_acquire();
	publish("second");
	cr_assert(snapshot_reaper_stop() == 0);
	cr_expect(frees_count() == 0);
	cr_expect_str_eq(user_of(held), "first");
	snapshot_release(&held);
	cr_expect(frees_count_here() == 1);
	cr_assert(snapshot_reaper_start() == 0, "as often as one likes");
	snapshot_retire();
	cr_assert(snapshot_reaper_stop() == 0);
	cr_expect(frees_count() == 2);
	cr_expect(frees_count_here() == 1);
}
