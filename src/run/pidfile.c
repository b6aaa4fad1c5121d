/* SPDX-License-Identifier: MIT */
/*
 * The pid file. Its lock tells whether its process lives, never the number in
 * it; knows nothing of who reads it.
 */
#include "run/pidfile.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/lockfile.h"
#include "run/log.h"

static bool write_pid(const char *path, int fd)
{
	if (ftruncate(fd, 0) == 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0)
		return true;
	log_line(LOG_SEVERITY_FATAL, "cannot write the pid file %s: %s", path, strerror(errno));
	return false;
}

/* How long one who has it may take to end: with SIGTERM it was told to do so within a second. */
#define PATIENCE_MS 2000
#define PAUSE_MS 20

static enum lock pidfile_take(const char *path, int *fd_r)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
	enum lock lock;

	for (unsigned waited = 0;
	     (lock = lockfile_take(path, "pid file", 0644, fd_r)) == LOCK_HELD && waited < PATIENCE_MS;
	     waited += PAUSE_MS)
		(void)nanosleep(&pause, NULL);
	return lock;
}

static bool create(const char *path, struct pidfile *pidfile)
{
	switch (pidfile_take(path, &pidfile->fd)) {
	case LOCK_TAKEN:
		break;
	case LOCK_HELD:
		log_line(LOG_SEVERITY_FATAL,
			 "another forcedtlsd has the pid file %s: stop it, or use another pid file", path);
		return false;
	case LOCK_FAILED:
		return false;
	}
	assert(pidfile->fd >= 0);
	pidfile->path = path;
	if (write_pid(path, pidfile->fd))
		return true;
	pidfile_remove(pidfile);
	return false;
}

bool pidfile_create(const char *path, const struct identity *identity, struct pidfile *pidfile_r)
{
	struct acting acting;
	bool created;

	*pidfile_r = PIDFILE_NONE;
	created = privilege_act_at(path, identity, &acting) && create(path, pidfile_r);
	privilege_act_end(&acting);
	return created;
}

void pidfile_remove(struct pidfile *pidfile)
{
	bool emptied;

	if (pidfile->fd < 0)
		return;
	emptied = ftruncate(pidfile->fd, 0) == 0;
	if (!lockfile_remove(pidfile->path, pidfile->fd) && !emptied)
		log_line(LOG_SEVERITY_WARNING, "cannot remove the pid file %s: %s", pidfile->path,
			 strerror(errno));
	*pidfile = PIDFILE_NONE;
}
