/* SPDX-License-Identifier: MIT */
/*
 * Files by patterns, one part of the path after the other. Knows nothing of
 * what is in them; tells what is not there from what cannot be seen.
 */
#include "config/wildcard.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/memory.h"

bool wildcard_is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static void add_name(struct names *names, char *name)
{
	*VECTOR_ADD(names->list, names->count, names->capacity) = name;
}

void names_fini(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names){0};
}

static char *wildcard_join(const char *folder, const char *name)
{
	struct strbuf joined = {0};

	strbuf_puts(&joined, folder);
	strbuf_puts(&joined, name);
	return strbuf_take(&joined);
}

static bool is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

/* errno is 0 when all entries have been seen. */
static void wildcard_add_entries(DIR *open_folder, const char *folder, const char *part, struct names *found)
{
	const struct dirent *entry;

	while (errno = 0, (entry = readdir(open_folder)) != NULL)
		if (fnmatch(part, entry->d_name, FNM_PERIOD) == 0)
			add_name(found, wildcard_join(folder, entry->d_name));
}

/* Adds what matches part in a folder, whose name ends in a slash or is "". */
static bool find_in(const char *folder, const char *part, struct names *found)
{
	DIR *open_folder = opendir(folder[0] != '\0' ? folder : ".");
	int error;

	if (open_folder == NULL)
		return is_absence(errno);
	wildcard_add_entries(open_folder, folder, part, found);
	error = errno;
	(void)closedir(open_folder);
	errno = error;
	return error == 0;
}

/* Adds a name without wildcards, its backslashes undone, if it is there. */
static bool find_one(const char *folder, const char *part, struct names *found)
{
	struct strbuf name = {0};
	struct stat st;

	strbuf_puts(&name, folder);
	for (; *part != '\0'; part++) {
		if (*part == '\\' && part[1] != '\0')
			part++;
		strbuf_putc(&name, *part);
	}
	if (lstat(strbuf_text(&name), &st) == 0) {
		add_name(found, strbuf_take(&name));
		return true;
	}
	strbuf_fini(&name);
	return is_absence(errno);
}

/* Goes down one part of the path from each of the folders. */
static bool descend(const struct names *folders, const char *part, struct names *found, char **trouble_r)
{
	for (size_t i = 0; i < folders->count; i++) {
		const char *folder = folders->list[i];
		int error;

		if (wildcard_is_pattern(part) ? find_in(folder, part, found) : find_one(folder, part, found))
			continue;
		error = errno;
		*trouble_r = wildcard_join(folder, part);
		errno = error;
		return false;
	}
	return true;
}

static void add_slashes(struct names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		char *name = names->list[i];

		names->list[i] = wildcard_join(name, "/");
		free(name);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool wildcard_find(const char *folder, const char *pattern, struct names *names_r, char **trouble_r)
{
	char *parts = xstrdup(pattern), *rest = NULL;
	bool seen = true, first = true;

	*names_r = (struct names){0};
	*trouble_r = NULL;
	add_name(names_r, xstrdup(pattern[0] == '/' ? "/" : folder));
	for (char *part = strtok_r(parts, "/", &rest); part != NULL && seen;
	     part = strtok_r(NULL, "/", &rest)) {
		struct names found = {0};

		if (!first)
			add_slashes(names_r);
		first = false;
		seen = descend(names_r, part, &found, trouble_r);
		names_fini(names_r);
		*names_r = found;
	}
	free(parts);
	if (!seen) {
		int error = errno;

		names_fini(names_r);
		errno = error;
	}
	if (names_r->count > 1)
		qsort(names_r->list, names_r->count, sizeof *names_r->list, compare_names);
	return seen;
}
