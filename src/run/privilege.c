/* SPDX-License-Identifier: MIT */
/*
 * From root to the user that the daemon serves as. Knows nothing of why root
 * was needed: what needs it is done before.
 */
#include "run/privilege.h"

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "util/memory.h"
#include "run/log.h"
#include "run/trusted_path.h"

/*
 * What getpwnam(3) and getgrnam(3) leave in errno where there is no such name, by
 * their manual. What they leave otherwise is that nobody could be asked.
 */
static bool is_unknown(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

static int privilege_not_found(const char *key, const char *name, const char *unknown)
{
	const int error = errno;

	log_line(LOG_SEVERITY_FATAL, "%s: %s: %s", key, name, is_unknown(error) ? unknown : strerror(error));
	return is_unknown(error) ? EX_NOUSER : EX_OSERR;
}

static int find_user(const char *user, struct identity *identity)
{
	const struct passwd *entry;

	if (user == NULL) {
		log_line(LOG_SEVERITY_FATAL, "will not serve as root: name a user in daemon.user");
		return EX_NOUSER;
	}
	errno = 0;
	entry = getpwnam(user);
	if (entry == NULL)
		return privilege_not_found(
			"daemon.user", user,
			"no such user: create it (adduser --system --group), or name another");
	if (entry->pw_uid == 0) {
		log_line(LOG_SEVERITY_FATAL, "daemon.user: %s: will not serve as root: name another user",
			 user);
		return EX_NOUSER;
	}
	identity->uid = entry->pw_uid;
	identity->gid = entry->pw_gid;
	return EX_OK;
}

static int privilege_find_group(const char *group, struct identity *identity)
{
	const struct group *entry;

	errno = 0;
	entry = getgrnam(group);
	if (entry == NULL)
		return privilege_not_found("daemon.socket_group", group,
					   "no such group: name the group that your MTA runs as");
	identity->socket_group = entry->gr_gid;
	return EX_OK;
}

int identity_find(const char *user, const char *socket_group, struct identity *identity_r)
{
	int status = EX_OK;

	*identity_r = (struct identity){
		.is_root = geteuid() == 0,
		.user = user,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.socket_group = (gid_t)-1,
	};
	if (identity_r->is_root)
		status = find_user(user, identity_r);
	assert(status != EX_OK || identity_r->uid != 0);
	return status == EX_OK && socket_group != NULL ? privilege_find_group(socket_group, identity_r)
						       : status;
}

/* True when there is no way back. */
static bool is_dropped(const struct identity *identity)
{
	return getuid() == identity->uid && geteuid() == identity->uid && getgid() == identity->gid &&
	       getegid() == identity->gid && setuid(0) < 0 && seteuid(0) < 0;
}

bool privilege_drop(const struct identity *identity)
{
	const char *step = NULL;

	if (!identity->is_root)
		return true;
	assert(identity->uid != 0 && identity->uid != (uid_t)-1 && identity->user != NULL);
	if (initgroups(identity->user, identity->gid) < 0)
		step = "initgroups";
	else if (setgid(identity->gid) < 0)
		step = "setgid";
	else if (setuid(identity->uid) < 0)
		step = "setuid";
	if (step != NULL) {
		log_line(LOG_SEVERITY_FATAL, "cannot become user %s: %s: %s", identity->user, step,
			 strerror(errno));
		return false;
	}
	if (!is_dropped(identity)) {
		log_line(LOG_SEVERITY_FATAL, "cannot become user %s for good", identity->user);
		return false;
	}
	return true;
}

static bool keep_groups(struct acting *acting)
{
	int count = getgroups(0, NULL);

	acting->group = getegid();
	acting->groups = xcalloc(count > 0 ? (size_t)count : 1, sizeof *acting->groups);
	acting->group_count = count > 0 ? getgroups(count, acting->groups) : count;
	return acting->group_count >= 0;
}

bool privilege_act_at(const char *path, const struct identity *identity, struct acting *acting_r)
{
	gid_t group = identity->socket_group != (gid_t)-1 ? identity->socket_group : identity->gid;

	*acting_r = (struct acting){0};
	if (!identity->is_root || trusted_path(path))
		return true;
	acting_r->as_user = keep_groups(acting_r);
	if (acting_r->as_user && initgroups(identity->user, identity->gid) == 0 && setegid(group) == 0 &&
	    seteuid(identity->uid) == 0)
		return true;
	log_line(LOG_SEVERITY_FATAL, "cannot act as user %s at %s: %s", identity->user, path,
		 strerror(errno));
	return false;
}

void privilege_act_end(struct acting *acting)
{
	if (acting->as_user && (seteuid(0) < 0 || setegid(acting->group) < 0 ||
				setgroups((size_t)acting->group_count, acting->groups) < 0)) {
		log_line(LOG_SEVERITY_FATAL, "cannot act as root again: %s", strerror(errno));
		abort(); /* nobody knows who we are */
	}
	free(acting->groups);
	*acting = (struct acting){0};
}
