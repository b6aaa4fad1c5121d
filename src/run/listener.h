/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LISTENER_H
#define FORCEDTLS_RUN_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

/* Who may use a unix socket. */
struct socket_access {
	uid_t owner; /* (uid_t)-1: leave it as it is */
	gid_t group; /* (gid_t)-1: leave it as it is */
	mode_t mode;
};

/* A listening socket of a door that is not libmilter's. */
struct listener {
	int fd; /* -1: none */
	char *path; /* NULL: not in the file system */
	/* What was made at path: something else that is there later is not ours to remove. */
	dev_t device;
	ino_t inode;
};

#define LISTENER_NONE ((struct listener){.fd = -1})

/*
 * Opens the socket that spec names: unix:PATH, inet:PORT@HOST or
 * inet6:PORT@HOST, as daemon.milter has it, and by the rules of
 * run/socket.h: a stale one is removed, a live one is not. Nobody can connect
 * before owner, group and mode are as access has them. The descriptor does
 * not block. False: the reason is in the log. Before threads start.
 */
bool listener_open(const char *spec, const struct socket_access *access, struct listener *listener_r);

/* Closes it, and removes it from the file system where the directory lets us. Fine with LISTENER_NONE. */
void listener_close(struct listener *listener);

#endif
