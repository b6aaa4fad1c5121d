/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LOCKFILE_H
#define FORCEDTLS_RUN_LOCKFILE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A file whose lock says that its process lives. The file may be left behind:
 * the lock never is.
 */
enum lock {
	LOCK_TAKEN,
	LOCK_HELD, /* by another process */
	LOCK_FAILED, /* the reason was said */
};

/*
 * Creates the file (or takes over one that nobody has locked) and locks it.
 * Follows no symbolic link at path, and takes no file that has another name
 * too. what: for the log, "pid file". *fd_r: with LOCK_TAKEN; closing it ends
 * the lock.
 */
enum lock lockfile_take(const char *path, const char *what, mode_t mode, int *fd_r);

/* Whether the file that is locked is still at path. */
bool lockfile_stays(const char *path, int fd);

/* Removes a file that is locked, if it is still at path, and ends the lock. False: it stays; errno says why. */
bool lockfile_remove(const char *path, int fd);

#endif
