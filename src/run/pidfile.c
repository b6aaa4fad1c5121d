/* SPDX-License-Identifier: MIT */
/*
 * The pid file. The lock tells whether its process lives, never the number in
 * it; knows nothing of who reads it.
 */
#include "run/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	ATTEMPT_FAILED,
};

static enum attempt fail(const char *path, const char *what)
{
	log_line(LOG_SEVERITY_FATAL, "cannot %s the pid file %s: %s", what, path, strerror(errno));
	return ATTEMPT_FAILED;
}

/* We may be root, and the directory somebody else's: a file that is linked from elsewhere is not touched. */
static enum attempt check(const char *path, int fd)
{
	struct stat opened, there;

	if (fstat(fd, &opened) < 0)
		return fail(path, "look at");
	if (!S_ISREG(opened.st_mode) || opened.st_nlink > 1) {
		log_line(LOG_SEVERITY_FATAL,
			 "%s is not a plain file of its own: remove it, or use another pid file", path);
		return ATTEMPT_FAILED;
	}
	/* Its former owner removes it before the lock ends. */
	if (lstat(path, &there) < 0 || there.st_dev != opened.st_dev || there.st_ino != opened.st_ino)
		return ATTEMPT_AGAIN;
	return ATTEMPT_OK;
}

static enum attempt lock_file(const char *path, int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return check(path, fd);
	if (errno != EWOULDBLOCK)
		return fail(path, "lock");
	log_line(LOG_SEVERITY_FATAL,
		 "another forcedtlsd has the pid file %s: stop it, or use another pid file", path);
	return ATTEMPT_FAILED;
}

static enum attempt open_and_lock(const char *path, int *fd_r)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
	enum attempt attempt;

	if (fd < 0)
		return fail(path, "open");
	attempt = lock_file(path, fd);
	if (attempt != ATTEMPT_OK)
		(void)close(fd);
	else
		*fd_r = fd;
	return attempt;
}

static bool write_pid(const char *path, int fd)
{
	if (ftruncate(fd, 0) == 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0)
		return true;
	(void)fail(path, "write");
	return false;
}

bool pidfile_create(const char *path, struct pidfile *pidfile_r)
{
	enum attempt attempt = ATTEMPT_AGAIN;

	*pidfile_r = PIDFILE_NONE;
	for (int i = 0; i < ATTEMPTS_MAX && attempt == ATTEMPT_AGAIN; i++)
		attempt = open_and_lock(path, &pidfile_r->fd);
	if (attempt == ATTEMPT_AGAIN)
		log_line(LOG_SEVERITY_FATAL, "the pid file %s does not stay in its place", path);
	if (attempt != ATTEMPT_OK)
		return false;
	pidfile_r->path = path;
	if (write_pid(path, pidfile_r->fd))
		return true;
	pidfile_remove(pidfile_r);
	return false;
}

void pidfile_remove(struct pidfile *pidfile)
{
	if (pidfile->fd < 0)
		return;
	if (unlink(pidfile->path) < 0 && ftruncate(pidfile->fd, 0) < 0)
		log_line(LOG_SEVERITY_WARNING, "cannot remove the pid file %s: %s", pidfile->path,
			 strerror(errno));
	(void)close(pidfile->fd);
	*pidfile = PIDFILE_NONE;
}
