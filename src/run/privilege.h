/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_PRIVILEGE_H
#define FORCEDTLS_RUN_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

/* Whom the daemon serves as, and who may use its socket. */
struct identity {
	bool is_root; /* we are root now, and have to become user */
	const char *user; /* borrowed from the call */
	uid_t uid; /* (uid_t)-1 unless is_root */
	gid_t gid; /* (gid_t)-1 unless is_root */
	gid_t socket_group; /* (gid_t)-1: leave the socket's group alone */
};

/*
 * Looks up the names. user counts for root alone, who may neither do without
 * it nor name root itself. socket_group NULL: none. False: the reason is in
 * the log. Before threads start.
 */
bool identity_find(const char *user, const char *socket_group, struct identity *identity_r);

/*
 * Becomes identity->user for good, with that user's groups, and makes sure of
 * it. Does nothing when we are not root. False: the reason is in the log, and
 * the process must not go on. Before threads start.
 */
bool privilege_drop(const struct identity *identity);

#endif
