/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_TEST_TIMES_H
#define FORCEDTLS_RUN_TEST_TIMES_H

#include <time.h>

#include "config/config.h"

/*
 * Since when connectors are in test mode, by name, over all policies that came
 * into force in the life of one process. Nothing is kept beyond it. One
 * thread's. Zeroed before use; ended with test_times_fini.
 */
struct test_times {
	char digest[DIGEST_TEXT_SIZE]; /* of the policy that was seen last */
	struct test_time *list; /* sorted by name */
	size_t count;
};
void test_times_fini(struct test_times *times);

/* Takes note of the policy in force, whenever it may have changed. Does nothing where it has not. */
void test_times_see(struct test_times *times, const struct config *config, time_t now);

/*
 * Since when at least the policy as a whole (connector NULL), or a connector
 * of its own, is in test mode: it was seen so, or the file that says so has not
 * been changed since (st_ctime, inode(7): of what was copied here yesterday the
 * time of last modification may be years old). now where there is no telling.
 */
time_t test_times_since(const struct test_times *times, const struct policy *policy,
			const struct connector *connector, time_t now);

#endif
