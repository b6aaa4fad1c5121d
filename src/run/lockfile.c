/* SPDX-License-Identifier: MIT */
/*
 * Files that are locked as long as their process lives. Knows nothing of what
 * is in them.
 */
#include "run/lockfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/log.h"

/* How often the file may be replaced under our hands before we give up. */
#define ATTEMPTS_MAX 16

enum attempt {
	ATTEMPT_OK,
	ATTEMPT_AGAIN, /* what was locked is not what is at the path any more */
	ATTEMPT_HELD,
	ATTEMPT_FAILED,
};

static enum attempt fail(const char *path, const char *what, const char *action)
{
	log_line(LOG_SEVERITY_FATAL, "cannot %s the %s %s: %s", action, what, path, strerror(errno));
	return ATTEMPT_FAILED;
}

static bool lockfile_is_at(const char *path, const struct stat *opened)
{
	struct stat there;

	return lstat(path, &there) == 0 && there.st_dev == opened->st_dev && there.st_ino == opened->st_ino;
}

/* The directory may be somebody else's: a file that is linked from elsewhere is not touched. */
static enum attempt lockfile_check(const char *path, const char *what, int fd)
{
	struct stat opened;

	if (fstat(fd, &opened) < 0)
		return fail(path, what, "look at");
	/* Its former owner removes it before the lock ends. */
	if (opened.st_nlink == 0)
		return ATTEMPT_AGAIN;
	if (!S_ISREG(opened.st_mode) || opened.st_nlink > 1) {
		log_line(LOG_SEVERITY_FATAL,
			 "%s is not a plain file of its own: remove it, or use another %s", path, what);
		return ATTEMPT_FAILED;
	}
	return lockfile_is_at(path, &opened) ? ATTEMPT_OK : ATTEMPT_AGAIN;
}

static enum attempt open_and_lock(const char *path, const char *what, mode_t mode, int *fd_r)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode);
	enum attempt attempt;

	if (fd < 0)
		return fail(path, what, "open");
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		attempt = lockfile_check(path, what, fd);
	else
		attempt = errno == EWOULDBLOCK ? ATTEMPT_HELD : fail(path, what, "lock");
	if (attempt != ATTEMPT_OK)
		(void)close(fd);
	else
		*fd_r = fd;
	return attempt;
}

enum lock lockfile_take(const char *path, const char *what, mode_t mode, int *fd_r)
{
	enum attempt attempt = ATTEMPT_AGAIN;

	for (int i = 0; i < ATTEMPTS_MAX && attempt == ATTEMPT_AGAIN; i++)
		attempt = open_and_lock(path, what, mode, fd_r);
	if (attempt == ATTEMPT_AGAIN)
		log_line(LOG_SEVERITY_FATAL, "the %s %s does not stay in its place", what, path);
	if (attempt == ATTEMPT_OK)
		return LOCK_TAKEN;
	return attempt == ATTEMPT_HELD ? LOCK_HELD : LOCK_FAILED;
}

bool lockfile_stays(const char *path, int fd)
{
	struct stat opened;

	return fstat(fd, &opened) == 0 && lockfile_is_at(path, &opened);
}

bool lockfile_remove(const char *path, int fd)
{
	bool removed;
	int error;

	assert(fd >= 0);
	removed = !lockfile_stays(path, fd) || unlink(path) == 0;
	error = errno;
	(void)close(fd);
	errno = error;
	return removed;
}
