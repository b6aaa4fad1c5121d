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
 * it nor name root itself. socket_group NULL: none. An exit status (sysexits.h):
 * EX_OK; EX_NOUSER where another start would end the same way, and EX_OSERR
 * where the names could not be looked up: the reason is in the log. Before
 * threads start.
 */
int identity_find(const char *user, const char *socket_group, struct identity *identity_r);

/*
 * Becomes identity->user for good, with that user's groups, and makes sure of
 * it. Does nothing when we are not root. False: the reason is in the log, and
 * the process must not go on. Before threads start.
 */
bool privilege_drop(const struct identity *identity);

/* Who root was before it acted as somebody else. */
struct acting {
	bool as_user;
	gid_t group;
	gid_t *groups;
	int group_count;
};

/*
 * Before root touches what is at path: where others could tamper with the path
 * (run/trusted_path.h) it acts as identity->user from now on, in the socket
 * group, so that it can be led to nothing that this user could not reach
 * himself. Does nothing when we are not root. False: the reason is in the log.
 * Ended with privilege_act_end in any case. Before threads start.
 */
bool privilege_act_at(const char *path, const struct identity *identity, struct acting *acting_r);

/* Root is root again. */
void privilege_act_end(struct acting *acting);

#endif
