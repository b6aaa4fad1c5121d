/* SPDX-License-Identifier: MIT */
/* Directories for tests that need files. Must not know what is tested. */
#include "unit/run/place.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/memory.h"

char *place_make(void)
{
	const char *parent = getenv("TMPDIR");
	char *directory =
		place_path(parent != NULL && *parent != '\0' ? parent : "/tmp", "forcedtls-unit-XXXXXX");

	cr_assert_not_null(mkdtemp(directory));
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
