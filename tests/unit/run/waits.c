/* SPDX-License-Identifier: MIT */
/* Waiting that takes no time. Must not know who waits. */
#include "unit/run/waits.h"

#include <stddef.h>
#include <time.h>

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_nanosleep(const struct timespec *duration, struct timespec *left_r);
int __wrap_nanosleep(const struct timespec *duration, struct timespec *left_r);

void (*waits)(void);
int64_t waited;

int __wrap_nanosleep(const struct timespec *duration, struct timespec *left_r)
{
	if (waits == NULL)
		return __real_nanosleep(duration, left_r);
	waited += duration->tv_sec * INT64_C(1000000000) + duration->tv_nsec;
	waits();
	return 0;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void waits_for_nothing(void)
{
}
