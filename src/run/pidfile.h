/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_PIDFILE_H
#define FORCEDTLS_RUN_PIDFILE_H

#include <stdbool.h>

#include "run/privilege.h"

/* A pid file that is locked as long as its process lives. */
struct pidfile {
	const char *path; /* borrowed */
	int fd; /* -1: none */
};

#define PIDFILE_NONE ((struct pidfile){.path = NULL, .fd = -1})

/*
 * Creates the file (or takes over one that nobody has locked), locks it and
 * writes our process id. Follows no symbolic link and takes no file that has
 * another name too; root works as identity->user where others could tamper
 * with the path (run/privilege.h). False: the reason is in the log. path has
 * to stay valid. Before threads start.
 */
bool pidfile_create(const char *path, const struct identity *identity, struct pidfile *pidfile_r);

/* Removes the file; empties it where the directory does not let us. Fine with PIDFILE_NONE. */
void pidfile_remove(struct pidfile *pidfile);

#endif
