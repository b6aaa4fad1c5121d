/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LIMITS_H
#define FORCEDTLS_RUN_LIMITS_H

#include <stddef.h>

/*
 * Raises the limits of open descriptors and of threads as far as they go: each
 * session takes one, libmilter spins when there is no descriptor left, and a
 * session for which there is no thread hangs. What cannot be raised is logged.
 */
void limits_raise(void);

/* What a thread of libmilter has at its disposal: mail is judged with a quarter of that as well. */
#define LIMITS_STACK_SIZE ((size_t)256 * 1024)

/*
 * Gives each thread that does not ask for more a stack of that size, and not the
 * usual 8 MiB: where the system lends no memory that it does not have
 * (vm.overcommit_memory), few threads would be all. Before threads start.
 * Where that cannot be it is logged.
 */
void limits_lower_stacks(void);

#endif
