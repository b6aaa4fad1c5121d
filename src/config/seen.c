/* SPDX-License-Identifier: MIT */
/*
 * Tells whether files are still what they were. Knows nothing of what is in
 * them: their inode, size and times have to do, of which a rename changes the
 * first, and whoever writes one of the others.
 */
#include "config/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

struct seen_file {
	char *name;
	struct stat stat;
	bool is_settled; /* as it was opened */
};

struct seen_search {
	char *folder;
	char *pattern;
	struct names found;
};

/* Between two times, whichever is the later; at the most INT64_MAX. */
static int64_t nanoseconds_between(const struct timespec *a, const struct timespec *b)
{
	const int64_t second = INT64_C(1000000000), seconds_max = INT64_MAX / second - 1;
	int64_t seconds;

	if (__builtin_sub_overflow((int64_t)a->tv_sec, (int64_t)b->tv_sec, &seconds) ||
	    seconds > seconds_max || seconds < -seconds_max)
		return INT64_MAX;
	return llabs(seconds * second + (a->tv_nsec - b->tv_nsec));
}

bool seen_is_settled(const struct stat *stat, const struct timespec *now)
{
	return nanoseconds_between(now, &stat->st_mtim) >= SEEN_SETTLE_NS &&
	       nanoseconds_between(now, &stat->st_ctim) >= SEEN_SETTLE_NS;
}

void seen_add_file(struct seen *seen, const char *name, const struct stat *stat)
{
	struct timespec now;
	bool is_settled = clock_gettime(CLOCK_REALTIME, &now) == 0 && seen_is_settled(stat, &now);

	*VECTOR_ADD(seen->files, seen->file_count, seen->file_capacity) =
		(struct seen_file){.name = xstrdup(name), .stat = *stat, .is_settled = is_settled};
}

void seen_add_search(struct seen *seen, const char *folder, const char *pattern, const struct names *found)
{
	struct seen_search *search;

	search = VECTOR_ADD(seen->searches, seen->search_count, seen->search_capacity);
	*search = (struct seen_search){.folder = xstrdup(folder), .pattern = xstrdup(pattern)};
	search->found.list = xcalloc(found->count, sizeof *search->found.list);
	search->found.count = found->count;
	for (size_t i = 0; i < found->count; i++)
		search->found.list[i] = xstrdup(found->list[i]);
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_as_it_was(const struct seen_file *file)
{
	const struct stat *was = &file->stat;
	struct stat is;

	return file->is_settled && stat(file->name, &is) == 0 && is.st_dev == was->st_dev &&
	       is.st_ino == was->st_ino && is.st_size == was->st_size &&
	       same_time(&is.st_mtim, &was->st_mtim) && same_time(&is.st_ctim, &was->st_ctim);
}

static bool same_names(const struct names *a, const struct names *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->list[i], b->list[i]) != 0)
			return false;
	return true;
}

static bool finds_the_same(const struct seen_search *search)
{
	struct names found;
	char *trouble;
	bool same = wildcard_find(search->folder, search->pattern, &found, &trouble) &&
		    same_names(&found, &search->found);

	names_fini(&found);
	free(trouble);
	return same;
}

const char *seen_changed(const struct seen *seen)
{
	for (size_t i = 0; i < seen->file_count; i++)
		if (!is_as_it_was(&seen->files[i]))
			return seen->files[i].name;
	for (size_t i = 0; i < seen->search_count; i++)
		if (!finds_the_same(&seen->searches[i]))
			return seen->searches[i].pattern;
	return NULL;
}

void seen_fini(struct seen *seen)
{
	for (size_t i = 0; i < seen->file_count; i++)
		free(seen->files[i].name);
	free(seen->files);
	for (size_t i = 0; i < seen->search_count; i++) {
		free(seen->searches[i].folder);
		free(seen->searches[i].pattern);
		names_fini(&seen->searches[i].found);
	}
	free(seen->searches);
	*seen = (struct seen){0};
}
