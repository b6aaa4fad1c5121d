/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_UNIX_SOCKET_H
#define FORCEDTLS_RUN_UNIX_SOCKET_H

/*
 * A socket of that type (SOCK_STREAM, SOCK_DGRAM) that is connected to path,
 * for the caller to close. Neither connect(2) nor any later call waits. -1 where
 * there is none, and errno says why. Threads: safe.
 */
int unix_socket_connect(const char *path, int type);

#endif
