/* SPDX-License-Identifier: MIT */
/*
 * The path of a unix socket: is it free, may it be taken, who may use it.
 * Knows nothing of what is spoken on the socket.
 */
#include "server/socket.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/file.h"
#include "run/log.h"
#include "run/unix_socket.h"
#include "util/memory.h"
#include "util/socket_address.h"

const char *socket_path(const char *spec)
{
	struct socket_address address;

	return socket_address_parse(spec, &address) == SOCKET_ADDRESS_OK ? address.path : NULL;
}

char *socket_absolute(const char *spec)
{
	const char *path = socket_path(spec);
	struct strbuf absolute = {0};
	char *whole;

	if (path == NULL || path[0] == '/')
		return xstrdup(spec);
	whole = file_absolute(path);
	strbuf_printf(&absolute, "unix:%s", whole);
	free(whole);
	return strbuf_take(&absolute);
}

/* 0, or the errno of a connection attempt that never waits. */
static int try_connect(const char *path)
{
	int fd = unix_socket_connect(path, SOCK_STREAM);

	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

enum socket_state socket_probe(const char *path)
{
	struct stat st;
	int error;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? SOCKET_FREE : SOCKET_UNSURE;
	if (!S_ISSOCK(st.st_mode))
		return SOCKET_OTHER;
	error = try_connect(path);
	switch (error) {
	case 0:
	case EAGAIN: /* its queue is full */
	case EPROTOTYPE: /* a datagram socket: somebody's, and not ours */
		return SOCKET_LIVE;
	case ECONNREFUSED:
		return SOCKET_STALE;
	case ENOENT:
		return SOCKET_FREE;
	default:
		errno = error;
		return SOCKET_UNSURE;
	}
}

/* Back to where it was, unless something else is there by now. */
static void put_back(const char *aside, const char *path)
{
	if (link(aside, path) < 0)
		log_line(LOG_SEVERITY_WARNING, "cannot put the socket %s back: %s", path, strerror(errno));
}

/* Moves path to aside, and removes it there if it is stale indeed. */
static bool remove_by_way_of(const char *path, const char *aside)
{
	enum socket_state state;

	if (rename(path, aside) < 0) {
		if (errno == ENOENT)
			return true;
		log_line(LOG_SEVERITY_FATAL, "cannot remove the stale socket %s: %s", path, strerror(errno));
		return false;
	}
	state = socket_probe(aside);
	if (state != SOCKET_STALE) {
		put_back(aside, path);
		log_line(LOG_SEVERITY_FATAL, "the socket %s came into use just now: try again", path);
	}
	if (unlink(aside) < 0)
		log_line(LOG_SEVERITY_WARNING, "cannot remove %s: %s", aside, strerror(errno));
	return state == SOCKET_STALE;
}

/*
 * Since the socket was found stale another process may have put a live one
 * there, and to unlink by name would steal that. So it is moved to a private
 * directory, looked at again, and put back if it is alive.
 */
static bool remove_stale(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct strbuf directory = {0}, aside = {0};
	bool removed = false;

	strbuf_add(&directory, path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
	strbuf_puts(&directory, ".XXXXXX");
	if (mkdtemp(directory.text) == NULL) {
		log_line(LOG_SEVERITY_FATAL, "cannot remove the stale socket %s: %s", path, strerror(errno));
	} else {
		strbuf_printf(&aside, "%s/s", directory.text);
		removed = remove_by_way_of(path, aside.text);
		if (rmdir(directory.text) < 0)
			log_line(LOG_SEVERITY_WARNING, "cannot remove %s: %s", directory.text,
				 strerror(errno));
	}
	strbuf_fini(&aside);
	strbuf_fini(&directory);
	return removed;
}

static void say_not_writable(const char *path, const char *directory)
{
	switch (errno) {
	case EROFS:
		log_line(LOG_SEVERITY_FATAL,
			 "cannot make the socket %s: its file system is read-only here. Where systemd starts "
			 "forcedtlsd, let it write there: \"systemctl edit forcedtlsd\", with the lines "
			 "\"[Service]\" and \"ReadWritePaths=%s\"",
			 path, directory);
		break;
	case ENOENT:
		log_line(LOG_SEVERITY_FATAL, "cannot make the socket %s: there is no directory %s", path,
			 directory);
		break;
	default:
		log_line(LOG_SEVERITY_FATAL,
			 "cannot make the socket %s: cannot write to the directory %s: %s", path, directory,
			 strerror(errno));
	}
}

bool socket_can_be_made(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory =
		slash != NULL ? xstrndup(path, slash > path ? (size_t)(slash - path) : 1) : xstrdup(".");
	bool writable = faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0;

	if (!writable)
		say_not_writable(path, directory);
	free(directory);
	return writable;
}

void socket_say_in_use(const char *path)
{
	log_line(LOG_SEVERITY_FATAL,
		 "the socket %s is in use: is forcedtlsd running already? Stop it, or use another socket",
		 path);
}

static bool free_path(const char *path)
{
	switch (socket_probe(path)) {
	case SOCKET_FREE:
		return true;
	case SOCKET_STALE:
		return remove_stale(path);
	case SOCKET_LIVE:
		socket_say_in_use(path);
		return false;
	case SOCKET_OTHER:
		log_line(LOG_SEVERITY_FATAL,
			 "%s is there and is not a socket: remove it, or use another path", path);
		return false;
	case SOCKET_UNSURE:
		log_line(LOG_SEVERITY_FATAL, "cannot tell whether the socket %s is in use: %s", path,
			 strerror(errno));
		return false;
	}
	return false;
}

/* What else is wrong libmilter says itself; and it knows the names of ports (services(5)). */
static bool has_port(const char *spec)
{
	struct socket_address address;

	switch (socket_address_parse(spec, &address)) {
	case SOCKET_ADDRESS_PORT:
		if (isalpha((unsigned char)strchr(spec, ':')[1]))
			return true;
		log_line(LOG_SEVERITY_FATAL, "%s: a port is a number from 1 to 65535", spec);
		return false;
	case SOCKET_ADDRESS_SWAPPED:
		log_line(LOG_SEVERITY_FATAL, "%s: the port comes first: %s:%d@%.*s", spec,
			 address.family == SOCKET_FAMILY_INET ? "inet" : "inet6", address.port,
			 (int)address.host_length, address.host);
		return false;
	case SOCKET_ADDRESS_OK:
	case SOCKET_ADDRESS_UNKNOWN:
	case SOCKET_ADDRESS_HOST:
		break;
	}
	return true;
}

bool socket_prepare(const char *spec)
{
	const char *path = socket_path(spec);

	return path != NULL ? free_path(path) : has_port(spec);
}

bool socket_hand_over(const char *path, uid_t owner, gid_t group, mode_t mode)
{
	if (lchown(path, owner, group) < 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot set owner and group of the socket %s: %s%s", path,
			 strerror(errno),
			 errno == EPERM ? ": whoever is not root has to be a member of socket_group" : "");
		return false;
	}
	if (fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW) < 0) {
		log_line(LOG_SEVERITY_FATAL, "cannot set the mode of the socket %s: %s", path,
			 strerror(errno));
		return false;
	}
	return true;
}
