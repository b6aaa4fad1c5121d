/* SPDX-License-Identifier: MIT */
#include "run/gate.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static atomic_bool tried, let_in;

static void *come_late(void *argument)
{
	(void)argument;
	atomic_store(&tried, true);
	gate_enter();
	atomic_store(&let_in, true);
	gate_leave();
	return NULL;
}

static void *leave(void *argument)
{
	(void)argument;
	gate_leave();
	return NULL;
}

Test(gate, open_until_it_is_shut)
{
	for (int i = 0; i < 3; i++) {
		gate_enter();
		gate_enter();
		gate_leave();
		gate_leave();
	}
	cr_expect(gate_shut(0), "nobody is inside");
}

Test(gate, who_stays_inside_is_told_of)
{
	pthread_t thread;

	gate_enter();
	cr_expect(!gate_shut(0));
	cr_assert(pthread_create(&thread, NULL, leave, NULL) == 0);
	cr_expect(gate_shut(10000), "the other thread leaves in our place");
	cr_assert(pthread_join(thread, NULL) == 0);
}

/* The late one waits for the end of the process: it is neither let in nor sent back. */
Test(gate, nobody_gets_in_once_it_is_shut)
{
	pthread_t thread;

	cr_assert(gate_shut(0));
	cr_assert(pthread_create(&thread, NULL, come_late, NULL) == 0);
	while (!atomic_load(&tried))
		;
	cr_expect(gate_shut(10000), "who waits outside is not inside");
	cr_expect(!atomic_load(&let_in));
}

Test(gate, tells_that_it_is_shut)
{
	cr_assert(!gate_is_shut());
	gate_enter();
	cr_assert(!gate_is_shut());
	cr_assert(!gate_shut(0));
	cr_assert(gate_is_shut());
	gate_leave();
	cr_assert(gate_is_shut());
}
