/* SPDX-License-Identifier: MIT */
/*
 * Whether a path is root's alone. Goes it step by step, since what lies in a
 * directory can be trusted only when the directory can. Knows nothing of what
 * is done there.
 */
#include "run/trusted_path.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/memory.h"

/* As many as the kernel follows (path_resolution(7)). */
#define LINKS_MAX 40

struct walk {
	int at; /* the directory that was reached, -1: none */
	char *rest; /* of the path, from there on */
	unsigned links; /* that were followed */
};

static void step_to(struct walk *walk, int directory)
{
	if (walk->at >= 0)
		(void)close(walk->at);
	walk->at = directory;
}

/* Cuts the first component off the rest. The caller frees it. NULL: the last one is what is left. */
static char *next_component(struct walk *walk)
{
	char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	char *component;

	if (begin[length] == '\0')
		return NULL;
	component = xstrndup(begin, length);
	memmove(walk->rest, begin + length + 1, strlen(begin + length + 1) + 1);
	return component;
}

/* Goes on where the symbolic link leads. */
static bool follow(struct walk *walk, int link)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof target);
	struct strbuf rest = {0};

	if (length <= 0 || (size_t)length == sizeof target || ++walk->links > LINKS_MAX)
		return false;
	strbuf_add(&rest, target, (size_t)length);
	strbuf_printf(&rest, "/%s", walk->rest);
	free(walk->rest);
	walk->rest = strbuf_take(&rest);
	if (target[0] == '/')
		step_to(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	return walk->at >= 0;
}

/* Whether others cannot put something in the place of what root has there. */
static bool is_roots(const struct stat *st, bool is_last)
{
	bool others_write = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;

	return st->st_uid == 0 && (!others_write || (!is_last && (st->st_mode & S_ISVTX) != 0));
}

/* One component further. */
static bool step(struct walk *walk, const char *component)
{
	int next = openat(walk->at, component, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	bool good;

	if (next < 0)
		return false;
	if (fstat(next, &st) < 0 || st.st_uid != 0) {
		(void)close(next);
		return false;
	}
	if (S_ISLNK(st.st_mode)) {
		good = follow(walk, next);
		(void)close(next);
		return good;
	}
	step_to(walk, next);
	return S_ISDIR(st.st_mode);
}

/* Whether the directory that was reached is root's. */
static bool stands_well(const struct walk *walk, bool is_last)
{
	struct stat st;

	return fstat(walk->at, &st) == 0 && is_roots(&st, is_last);
}

bool trusted_path(const char *path)
{
	struct walk walk = {.at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), .rest = xstrdup(path)};
	bool good = path[0] == '/' && walk.at >= 0;
	char *component;

	while (good && (component = next_component(&walk)) != NULL) {
		good = stands_well(&walk, false) && step(&walk, component);
		free(component);
	}
	good = good && stands_well(&walk, true);
	step_to(&walk, -1);
	free(walk.rest);
	return good;
}
