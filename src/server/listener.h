/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_LISTENER_H
#define FORCEDTLS_SERVER_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "run/privilege.h"

/* Who may use a unix socket, and who opens it. */
struct socket_access {
	const struct identity *identity;
	mode_t mode;
};

/* A listening socket. */
struct listener {
	int fd; /* -1: none; it also keeps the inode from being used again */
	int lent; /* the number of another descriptor of it, which is not ours to close; -1: none */
	char *path; /* NULL: not in the file system */
	/* What was made at path: something else that is there later is not ours to remove. */
	dev_t device;
	ino_t inode;
	int lock; /* of path: who has it is the only one to make a socket there, and to remove one; -1: none */
};

#define LISTENER_NONE ((struct listener){.fd = -1, .lent = -1, .lock = -1})

/*
 * Opens the socket that spec names: unix:PATH, inet:PORT@HOST or
 * inet6:PORT@HOST, as daemon.milter has it, and by the rules of
 * server/socket.h: a stale one is removed, a live one is not. Who may make one at
 * PATH the lock of PATH.lock decides; a process that has it, or the address,
 * is waited for a while, since it may be about to end. Where others could tamper with the
 * path root works as the daemon's user (run/privilege.h). Nobody can connect
 * before owner, group and mode are as access has them. The descriptor does
 * not block. False: the reason is in the log. Before threads start.
 */
bool listener_open(const char *spec, const struct socket_access *access, struct listener *listener_r);

/*
 * Waits for the address of an inet socket, which somebody else will open, as
 * long as listener_open would: who has it may be about to end. Says nothing.
 */
void listener_await_address(const char *spec);

/*
 * Puts the socket at the number of a descriptor of somebody else's as well, in
 * place of what was open there. False: the reason is in the log.
 */
bool listener_lend(struct listener *listener, int number);

enum listener_state {
	LISTENER_WELL, /* it is where it was made, or never was in the file system */
	LISTENER_GONE, /* nothing is at its path */
	LISTENER_REPLACED, /* something else is */
};

enum listener_state listener_look(const struct listener *listener);

/*
 * For one that is at its path no more: makes a new socket there, and puts it
 * at the same descriptors; whoever polls those has to look again. Not for root.
 * False: the reason is in the log, and nothing has changed.
 */
bool listener_renew(struct listener *listener, const struct socket_access *access);

/*
 * Removes it from the file system where the directory lets us, and leaves it
 * open: for the end of the process, while others still use it. Fine with
 * LISTENER_NONE.
 */
void listener_remove(struct listener *listener);

/* Closes it, and removes it from the file system where the directory lets us. Fine with LISTENER_NONE. */
void listener_close(struct listener *listener);

#endif
