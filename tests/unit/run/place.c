/* SPDX-License-Identifier: MIT */
/*
 * Directories for tests that need files. All of them are in one, which the
 * process that runs the tests makes before the first and removes after the
 * last: a test that is to die, or crashes, removes none. Must not know what is
 * tested.
 */
#include "unit/run/place.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/memory.h"

/* In the environment, for tests are processes of their own. */
#define ALL_PLACES "FORCEDTLS_UNIT_PLACES"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	const char *parent = getenv("TMPDIR");
	char *all = place_path(parent != NULL && *parent != '\0' ? parent : "/tmp", "forcedtls-unit-XXXXXX");

	(void)tests;
	/* As /tmp is: some tests are done as another user. */
	if (mkdtemp(all) == NULL || chmod(all, S_ISVTX | S_IRWXU | S_IRWXG | S_IRWXO) < 0 ||
	    setenv(ALL_PLACES, all, 1) < 0)
		perror(all);
	free(all);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
	const char *all = getenv(ALL_PLACES);

	(void)stats;
	if (all != NULL && nftw(all, remove_entry, 10, FTW_DEPTH | FTW_PHYS) != 0)
		perror(all);
}

char *place_make(void)
{
	const char *all = getenv(ALL_PLACES);
	char *directory = place_path(all != NULL ? all : "/nowhere", "XXXXXX");

	cr_assert_not_null(mkdtemp(directory), "%s", directory);
	return directory;
}

char *place_path(const char *directory, const char *name)
{
	struct strbuf path = {0};

	strbuf_printf(&path, "%s/%s", directory, name);
	return strbuf_take(&path);
}

void place_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	cr_assert(fputs(text, file) >= 0);
	cr_assert(fclose(file) == 0);
}

char *place_read(const char *path)
{
	FILE *file = fopen(path, "r");
	struct strbuf text = {0};
	char chunk[256];
	size_t length;

	cr_assert_not_null(file, "%s", path);
	while ((length = fread(chunk, 1, sizeof chunk, file)) > 0)
		strbuf_add(&text, chunk, length);
	cr_assert(fclose(file) == 0);
	return strbuf_take(&text);
}

void place_remove(char *directory)
{
	DIR *dir = opendir(directory);

	cr_assert_not_null(dir);
	for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		char *path = place_path(directory, entry->d_name);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			cr_expect(unlink(path) == 0, "%s", path);
		free(path);
	}
	cr_assert(closedir(dir) == 0);
	cr_expect(rmdir(directory) == 0, "%s", directory);
	free(directory);
}
