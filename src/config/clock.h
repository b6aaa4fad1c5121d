/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CLOCK_H
#define FORCEDTLS_CONFIG_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_MILLISECOND INT64_C(1000000)

/*
 * Nanoseconds since some moment, by a clock that nobody sets: CLOCK_MONOTONIC of
 * clock_gettime(2), which every Linux has. Threads: safe.
 */
int64_t clock_monotonic(void);

#endif
