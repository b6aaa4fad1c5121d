/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets of our own doors. Knows nothing of who connects, and of
 * what is spoken there.
 */
#include "run/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/memory.h"
#include "run/log.h"
#include "run/socket.h"

static bool say_why(const char *spec, const char *why)
{
	log_line(LOG_SEVERITY_FATAL, "cannot open the socket %s: %s", spec, why);
	return false;
}

/* Binds at the path with nobody else's permissions. */
static bool bind_path(struct listener *listener, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	struct stat st;
	mode_t before;
	int result;

	if (length >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address.sun_path, path, length + 1);
	before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	result = bind(listener->fd, (const struct sockaddr *)&address, sizeof address);
	(void)umask(before);
	if (result < 0)
		return false;
	listener->path = xstrdup(path);
	if (lstat(path, &st) < 0)
		return false;
	listener->device = st.st_dev;
	listener->inode = st.st_ino;
	return true;
}

static bool open_path(const char *spec, const char *path, const struct socket_access *access,
		      struct listener *listener)
{
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 || !bind_path(listener, path))
		return say_why(spec, strerror(errno));
	return socket_hand_over(path, access->owner, access->group, access->mode);
}

/* What accepted sockets inherit. Answers are short, and their clients wait for them. */
static bool set_options(int fd)
{
	const int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0 &&
	       setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

static bool bind_address(const char *spec, const struct addrinfo *address, struct listener *listener)
{
	listener->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 || !set_options(listener->fd) ||
	    bind(listener->fd, address->ai_addr, address->ai_addrlen) < 0)
		return say_why(spec, strerror(errno));
	return true;
}

/* The host of "PORT@HOST" without the brackets that an IPv6 address may have; NULL: none. The caller frees it. */
static char *host_of(const char *at)
{
	size_t length;

	if (*at == '\0')
		return NULL;
	length = strlen(++at);
	if (length >= 2 && at[0] == '[' && at[length - 1] == ']')
		return xstrndup(at + 1, length - 2);
	return xstrdup(at);
}

static bool open_address(const char *spec, struct listener *listener)
{
	const char *colon = strchr(spec, ':');
	bool is_inet6 = strncasecmp(spec, "inet6:", 6) == 0;
	const struct addrinfo hints = {.ai_family = is_inet6 ? AF_INET6 : AF_INET,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char *port, *host;
	bool opened;
	int error;

	if (!is_inet6 && strncasecmp(spec, "inet:", 5) != 0)
		return say_why(spec, "it is not unix:PATH, inet:PORT@HOST or inet6:PORT@HOST");
	port = xstrndup(colon + 1, strcspn(colon + 1, "@"));
	host = host_of(colon + 1 + strlen(port));
	error = *port != '\0' ? getaddrinfo(host, port, &hints, &found) : EAI_SERVICE;
	opened = error == 0 ? bind_address(spec, found, listener) : say_why(spec, gai_strerror(error));
	if (error == 0)
		freeaddrinfo(found);
	free(host);
	free(port);
	return opened;
}

bool listener_open(const char *spec, const struct socket_access *access, struct listener *listener_r)
{
	const char *path = socket_path(spec);
	bool opened;

	*listener_r = LISTENER_NONE;
	if (!socket_prepare(spec))
		return false;
	opened = path != NULL ? open_path(spec, path, access, listener_r) : open_address(spec, listener_r);
	if (opened && listen(listener_r->fd, SOMAXCONN) < 0)
		opened = say_why(spec, strerror(errno));
	if (!opened)
		listener_close(listener_r);
	return opened;
}

/* A directory that is not ours to write to is no fault: the next start removes what is stale. */
static void remove_path(const struct listener *listener)
{
	struct stat st;

	if (lstat(listener->path, &st) == 0 && st.st_dev == listener->device && st.st_ino == listener->inode)
		(void)unlink(listener->path);
}

void listener_close(struct listener *listener)
{
	if (listener->path != NULL)
		remove_path(listener);
	if (listener->fd >= 0)
		(void)close(listener->fd);
	free(listener->path);
	*listener = LISTENER_NONE;
}
