/* SPDX-License-Identifier: MIT */
#include "run/pidfile.h"

#include <criterion/criterion.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/run/place.h"
#include "unit/run/waits.h"

static const struct identity as_we_are = {.uid = (uid_t)-1, .gid = (gid_t)-1, .socket_group = (gid_t)-1};

static char *directory, *path;

static void set_up(void)
{
	directory = place_make();
	path = place_path(directory, "forcedtlsd.pid");
}

static void tear_down(void)
{
	free(path);
	place_remove(directory);
}

TestSuite(pidfile, .init = set_up, .fini = tear_down);

static bool exists(const char *at)
{
	struct stat st;

	return lstat(at, &st) == 0;
}

/* What another process is told that wants the same file. */
static bool another_process_gets_it(void)
{
	pid_t child = fork();
	int status;

	cr_assert(child >= 0);
	if (child == 0) {
		struct pidfile pidfile;

		waits = waits_for_nothing;
		_exit(pidfile_create(path, &as_we_are, &pidfile) ? 0 : 1);
	}
	cr_assert(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void expect_our_pid(void)
{
	char *text = place_read(path), *end;

	cr_expect(strtol(text, &end, 10) == (long)getpid(), "%s", text);
	cr_expect_str_eq(end, "\n");
	free(text);
}

Test(pidfile, created_and_removed)
{
	struct pidfile pidfile;

	cr_assert(pidfile_create(path, &as_we_are, &pidfile));
	expect_our_pid();
	pidfile_remove(&pidfile);
	cr_expect(!exists(path));
	cr_expect(pidfile.fd == -1);
	pidfile_remove(&pidfile);
}

static struct pidfile ending;

static void end(void)
{
	pidfile_remove(&ending);
	waits = waits_for_nothing;
}

/* As with "kill" and a start right behind it. */
Test(pidfile, who_ends_is_waited_for)
{
	struct pidfile pidfile;

	cr_assert(pidfile_create(path, &as_we_are, &ending));
	waits = end;
	cr_expect(pidfile_create(path, &as_we_are, &pidfile));
	cr_expect_eq(waited, INT64_C(20000000));
	expect_our_pid();
	pidfile_remove(&pidfile);
}

Test(pidfile, locked_as_long_as_we_live)
{
	struct pidfile pidfile;

	cr_assert(pidfile_create(path, &as_we_are, &pidfile));
	cr_expect(!another_process_gets_it());
	expect_our_pid();
	pidfile_remove(&pidfile);
	cr_expect(another_process_gets_it());
	/* It ended without removing it, as if it was killed: the number in it says nothing. */
	cr_expect(exists(path));
	cr_expect(pidfile_create(path, &as_we_are, &pidfile));
	expect_our_pid();
	pidfile_remove(&pidfile);
}

Test(pidfile, shorter_than_what_was_there)
{
	struct pidfile pidfile;

	place_write(path, "123456789012345678901234567890\n");
	cr_assert(pidfile_create(path, &as_we_are, &pidfile));
	expect_our_pid();
	pidfile_remove(&pidfile);
}

Test(pidfile, no_file_of_somebody_else)
{
	char *other = place_path(directory, "other"), *text;
	struct pidfile pidfile;

	place_write(other, "precious");
	cr_assert(symlink(other, path) == 0);
	cr_expect(!pidfile_create(path, &as_we_are, &pidfile), "symbolic link");
	cr_assert(unlink(path) == 0);
	cr_assert(link(other, path) == 0);
	cr_expect(!pidfile_create(path, &as_we_are, &pidfile), "hard link");
	text = place_read(other);
	cr_expect_str_eq(text, "precious");
	free(text);
	free(other);
}

/* Root is led nowhere by whom it is to become. */
Test(pidfile, in_a_directory_of_the_user)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct pidfile pidfile;
	struct stat st;

	if (geteuid() != 0 || nobody == NULL)
		cr_skip_test("only root can act as somebody else");
	const struct identity identity = {.is_root = true,
					  .user = "nobody",
					  .uid = nobody->pw_uid,
					  .gid = nobody->pw_gid,
					  .socket_group = (gid_t)-1};

	cr_assert(chown(directory, identity.uid, identity.gid) == 0);
	cr_assert(pidfile_create(path, &identity, &pidfile));
	cr_expect(lstat(path, &st) == 0 && st.st_uid == identity.uid);
	expect_our_pid();
	pidfile_remove(&pidfile);
	cr_expect(!exists(path));
	cr_assert(chmod(directory, 0555) == 0);
	cr_expect(!pidfile_create(path, &identity, &pidfile), "root could, and its owner cannot");
}

Test(pidfile, nothing_is_created_behind_a_link)
{
	char *target = place_path(directory, "target");
	struct pidfile pidfile;

	cr_assert(symlink(target, path) == 0);
	cr_expect(!pidfile_create(path, &as_we_are, &pidfile));
	cr_expect(!exists(target));
	free(target);
}

Test(pidfile, neither_a_fifo_nor_a_directory)
{
	struct pidfile pidfile;

	cr_assert(mkfifo(path, 0600) == 0);
	cr_expect(!pidfile_create(path, &as_we_are, &pidfile));
	cr_expect(!pidfile_create(directory, &as_we_are, &pidfile));
	cr_expect(pidfile.fd == -1);
}

Test(pidfile, directory_that_is_not_there)
{
	char *nowhere = place_path(path, "forcedtlsd.pid");
	struct pidfile pidfile;

	cr_expect(!pidfile_create(nowhere, &as_we_are, &pidfile));
	free(nowhere);
}
