/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_SERVER_SOCKET_H
#define FORCEDTLS_SERVER_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The path of a milter socket that lies in the file system ("unix:PATH",
 * "local:PATH", or a path alone, as libmilter takes it); NULL for any other.
 * Borrowed from spec.
 */
const char *socket_path(const char *spec);

/*
 * spec with its path, if it has one, from the root directory on, for the
 * current directory changes before libmilter removes the socket. The caller frees it.
 */
char *socket_absolute(const char *spec);

enum socket_state {
	SOCKET_FREE, /* nothing is there */
	SOCKET_STALE, /* a socket that nobody serves any more */
	SOCKET_LIVE, /* a socket that somebody serves */
	SOCKET_OTHER, /* something that is no socket */
	SOCKET_UNSURE, /* cannot tell: errno says why */
};

/* Looks at what is at path, and connects if it is a socket. */
enum socket_state socket_probe(const char *path);

/*
 * False where nothing can be made at path, nor removed: its directory is not
 * there, not ours to write to, or shut by systemd's ProtectSystem=. The log
 * names it.
 */
bool socket_can_be_made(const char *path);

/* Says in the log that a socket is SOCKET_LIVE, and what to do. */
void socket_say_in_use(const char *path);

/*
 * Makes way for the socket that spec names. A path: true when nothing is
 * there, or when a stale socket was and has been removed; a socket that is
 * served, and anything that is no socket, stays. A port: true when it is one,
 * for libmilter would cut its number down. False: the reason is in the log.
 */
bool socket_prepare(const char *spec);

/*
 * Hands an open socket to owner and group ((uid_t)-1, (gid_t)-1: leave as it
 * is) and sets its mode, last, so that it is never more open than it will be.
 * Follows no symbolic link. False: the reason is in the log.
 */
bool socket_hand_over(const char *path, uid_t owner, gid_t group, mode_t mode);

#endif
