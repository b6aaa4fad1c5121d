/* SPDX-License-Identifier: MIT */
#include "config/clock.h"

#include <assert.h>
#include <time.h>

int64_t clock_monotonic(void)
{
	struct timespec now;
	int result = clock_gettime(CLOCK_MONOTONIC, &now);

	assert(result == 0);
	return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}
