/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_MEMORY_LEFT_H
#define FORCEDTLS_RUN_MEMORY_LEFT_H

#include <stdint.h>

/* How much more memory this process may take, by the limit that leaves the least. */
struct memory_left {
	uint64_t bytes; /* UINT64_MAX: no limit is known */
	char limit[256]; /* where that limit is set; "" where none is known */
};

/*
 * By RLIMIT_AS and RLIMIT_DATA (getrlimit(2)), by memory.max and memory.high of
 * its cgroup and of those above it (version 2), where files that are kept in
 * memory give way, and by what the host has (proc(5), MemAvailable). For these
 * two, what can be paged out counts as left. A file that is not there limits
 * nothing; a limit of which nobody says how much is used leaves nothing.
 * Threads: safe.
 */
struct memory_left memory_left(void);

/* What that is made of: each lowers *left to what its limit leaves, where that is less. */

/* used of most, in bytes; most is UINT64_MAX where there is no limit. name, detail: "MemoryMax= of ", "/a.slice". */
void memory_left_below(struct memory_left *left, uint64_t most, uint64_t used, const char *name,
		       const char *detail);
/* root: where cgroups are mounted; cgroup: "/system.slice/a.service", of which it is no more than 1000 bytes. */
void memory_left_in_cgroups(struct memory_left *left, const char *root, const char *cgroup, uint64_t swap);
/* meminfo: the path of a file as /proc/meminfo. swap: bytes of the host's that are free. */
void memory_left_on_host(struct memory_left *left, const char *meminfo, uint64_t swap);

#endif
