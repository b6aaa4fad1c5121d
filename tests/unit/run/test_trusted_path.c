/* SPDX-License-Identifier: MIT */
#include "run/trusted_path.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/memory.h"
#include "unit/run/place.h"

/* Somebody who is not root; no user of that number is needed. */
#define OTHER ((uid_t)4321)

static char *directory, *inside, *file;

/* directory, which is root's alone, below a directory for everybody; inside it another one. */
static void set_up(void)
{
	directory = place_make();
	inside = place_path(directory, "inside");
	file = place_path(inside, "file");
	cr_assert(mkdir(inside, 0755) == 0);
	cr_assert(chmod(directory, 0755) == 0);
}

static void tear_down(void)
{
	(void)unlink(file);
	cr_expect(rmdir(inside) == 0);
	free(file);
	free(inside);
	place_remove(directory);
}

TestSuite(trusted_path, .init = set_up, .fini = tear_down);

static void only_root(void)
{
	if (geteuid() != 0)
		cr_skip_test("only root can give directories away");
}

/* Whether it is trusted with the directory as these have it; it is set right again. */
static bool trusted_with(const char *path, const char *changed, uid_t owner, mode_t mode)
{
	bool trusted;

	cr_assert(chown(changed, owner, (gid_t)-1) == 0 && chmod(changed, mode) == 0);
	trusted = trusted_path(path);
	cr_assert(chown(changed, 0, (gid_t)-1) == 0 && chmod(changed, 0755) == 0);
	return trusted;
}

Test(trusted_path, roots_own)
{
	only_root();
	cr_expect(trusted_path(file));
	cr_expect(trusted_path("/file"));
	place_write(file, "");
	cr_expect(trusted_path(file), "it may be there");
	cr_assert(chown(file, OTHER, (gid_t)-1) == 0);
	cr_expect(trusted_path(file), "what is there is not the question");
}

Test(trusted_path, where_others_can_write)
{
	only_root();
	cr_expect(!trusted_with(file, inside, OTHER, 0755));
	cr_expect(!trusted_with(file, inside, OTHER, 0500), "the owner can change that");
	cr_expect(!trusted_with(file, inside, 0, 0775));
	cr_expect(!trusted_with(file, inside, 0, 0757));
	cr_expect(!trusted_with(file, inside, 0, 01777), "it may be there already, and another's");
	cr_expect(!trusted_with(file, directory, OTHER, 0755), "on the way there");
	cr_expect(!trusted_with(file, directory, 0, 0777), "on the way there");
	cr_expect(trusted_with(file, directory, 0, 01777), "what is root's stays where it is");
}

Test(trusted_path, symbolic_links)
{
	char *link = place_path(directory, "link"), *beyond = place_path(link, "file");

	only_root();
	cr_assert(symlink("inside", link) == 0);
	cr_expect(trusted_path(beyond), "relative");
	cr_assert(unlink(link) == 0 && symlink(inside, link) == 0);
	cr_expect(trusted_path(beyond), "absolute");
	cr_expect(!trusted_with(beyond, inside, OTHER, 0755), "where it leads to");
	cr_assert(chmod(directory, 01777) == 0 && lchown(link, OTHER, (gid_t)-1) == 0);
	cr_expect(!trusted_path(beyond), "another's link");
	cr_assert(chmod(directory, 0755) == 0);
	cr_assert(unlink(link) == 0 && symlink("link", link) == 0);
	cr_expect(!trusted_path(beyond), "to itself");
	cr_assert(unlink(link) == 0);
	free(beyond);
	free(link);
}

Test(trusted_path, what_cannot_be_told)
{
	char *nowhere = place_path(inside, "none/file"), *up = place_path(inside, "../inside/./file");

	only_root();
	cr_expect(!trusted_path("file"));
	cr_expect(!trusted_path(""));
	cr_expect(!trusted_path(nowhere));
	cr_expect(trusted_path(up));
	cr_expect(!trusted_with(up, inside, OTHER, 0755));
	free(up);
	free(nowhere);
}
