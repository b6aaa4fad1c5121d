/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_RUN_WAITS_H
#define FORCEDTLS_TESTS_UNIT_RUN_WAITS_H

#include <stdint.h>

/*
 * What happens while somebody waits with nanosleep, which the linker wraps:
 * with a function here it is called, and no time passes. NULL, as each test
 * begins: it is waited indeed.
 */
extern void (*waits)(void);

/* How long was waited so, in nanoseconds. */
extern int64_t waited;

void waits_for_nothing(void);

#endif
