/* SPDX-License-Identifier: MIT */
/*
 * Counts who is inside, and lets nobody in at the end. Knows nothing of what
 * is done inside.
 */
#include "run/gate.h"

#include <assert.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

/* Beside the number of those inside. */
#define SHUT (1u << 31)

static atomic_uint gate;

void gate_enter(void)
{
	if ((atomic_fetch_add(&gate, 1) & SHUT) == 0)
		return;
	(void)atomic_fetch_sub(&gate, 1);
	for (;;)
		(void)pause();
}

void gate_leave(void)
{
	unsigned before = atomic_fetch_sub(&gate, 1);

	assert((before & ~SHUT) > 0);
	(void)before;
}

bool gate_shut(unsigned patience_ms)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	(void)atomic_fetch_or(&gate, SHUT);
	for (unsigned waited = 0; atomic_load(&gate) != SHUT; waited++) {
		if (waited >= patience_ms)
			return false;
		(void)nanosleep(&moment, NULL);
	}
	return true;
}

bool gate_is_shut(void)
{
	return (atomic_load(&gate) & SHUT) != 0;
}
