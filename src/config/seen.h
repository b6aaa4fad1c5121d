/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_SEEN_H
#define FORCEDTLS_CONFIG_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include "config/wildcard.h"

/*
 * What a policy was read from, as it was when it was opened or searched for. A
 * file that somebody writes meanwhile is read in part, and a part of a policy
 * is a policy too. Zeroed memory is an empty one; ended with seen_fini.
 */
struct seen {
	struct seen_file *files;
	size_t file_count;
	size_t file_capacity;
	struct seen_search *searches;
	size_t search_count;
	size_t search_capacity;
};

/*
 * The times of files advance in ticks of the kernel's, of 10 ms at the most.
 * Who writes twice within one, the same number of bytes, leaves a file that
 * looks as it did after the first time. So no file is taken for what it is
 * before this time has passed since it was written.
 */
#define SEEN_SETTLE_NS 20000000L

/* Whether that time has passed. A time in the future tells nothing, and holds nobody up. */
bool seen_is_settled(const struct stat *stat, const struct timespec *now);

/* A file as it was opened, and is only now read. */
void seen_add_file(struct seen *seen, const char *name, const struct stat *stat);

/* What wildcard_find found in that folder for that pattern. */
void seen_add_search(struct seen *seen, const char *folder, const char *pattern, const struct names *found);

/*
 * The file, or the pattern, that is not what it was any more, or that was
 * opened before it was settled; NULL: none. Valid as long as seen.
 */
const char *seen_changed(const struct seen *seen);

void seen_fini(struct seen *seen);

#endif
