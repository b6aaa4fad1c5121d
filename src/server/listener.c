/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets, and the paths that they have. Knows nothing of who
 * connects, and of what is spoken there.
 */
#include "server/listener.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "util/memory.h"
#include "util/socket_address.h"
#include "run/lockfile.h"
#include "run/log.h"
#include "server/socket.h"

/* How long one who has the lock may take to serve, or to end. */
#define LOCK_PATIENCE_MS 5000
/* How long one who serves may take to end: with SIGTERM it was told to do so within a second. */
#define END_PATIENCE_MS 2000
#define LOCK_PAUSE_MS 20

static bool say_why(const char *spec, const char *why)
{
	log_line(LOG_SEVERITY_FATAL, "cannot open the socket %s: %s", spec, why);
	return false;
}

/* False: it stays. A directory that is not ours to write to is no fault: the next start removes what is stale. */
static bool remove_path(const struct listener *listener)
{
	struct stat st;

	if (lstat(listener->path, &st) < 0 || st.st_dev != listener->device || st.st_ino != listener->inode)
		return true;
	return unlink(listener->path) == 0;
}

static char *lock_path(const char *path)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s.lock", path);
	return strbuf_take(&text);
}

/* One attempt. */
static enum lock try_lock(struct listener *listener, uid_t owner)
{
	char *path = lock_path(listener->path);
	enum lock lock = lockfile_take(path, "lock file", S_IRUSR | S_IWUSR, &listener->lock);

	/* Made by root and left behind, it would keep the daemon's user from starting by itself. */
	if (lock == LOCK_TAKEN && geteuid() == 0 && fchown(listener->lock, owner, (gid_t)-1) < 0)
		log_line(LOG_SEVERITY_WARNING, "cannot hand over the lock file %s: %s", path,
			 strerror(errno));
	free(path);
	return lock;
}

static void say_locked(const char *path)
{
	if (socket_probe(path) == SOCKET_LIVE)
		socket_say_in_use(path);
	else
		log_line(LOG_SEVERITY_FATAL,
			 "another forcedtlsd has locked %s.lock, and does not answer at the socket: stop it, "
			 "or use another socket",
			 path);
}

static unsigned patience_with(const struct listener *listener)
{
	return socket_probe(listener->path) == SOCKET_LIVE ? END_PATIENCE_MS : LOCK_PATIENCE_MS;
}

/* The lock of the path. One who has it may be about to serve there, or about to end, and is waited for. */
static bool take_lock(struct listener *listener, uid_t owner, bool waits)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
	unsigned waited = 0;
	enum lock lock;

	while ((lock = try_lock(listener, owner)) == LOCK_HELD && waits && waited < patience_with(listener)) {
		(void)nanosleep(&pause, NULL);
		waited += LOCK_PAUSE_MS;
	}
	if (lock == LOCK_HELD)
		say_locked(listener->path);
	return lock == LOCK_TAKEN;
}

/* Binds at the path with nobody else's permissions. */
static bool bind_path(struct listener *listener)
{
	struct sockaddr_un address;
	struct stat st;
	mode_t before;
	int result;

	if (!socket_address_unix(listener->path, &address))
		return false;
	before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	result = bind(listener->fd, (const struct sockaddr *)&address, sizeof address);
	(void)umask(before);
	if (result < 0 || lstat(listener->path, &st) < 0)
		return false;
	listener->device = st.st_dev;
	listener->inode = st.st_ino;
	return true;
}

/* With the lock, at a path that is free. */
static bool make_socket(const char *spec, const struct socket_access *access, struct listener *listener)
{
	/* Only root can give it to somebody else, and needs to where it is not that user already. */
	uid_t owner = geteuid() == 0 ? access->identity->uid : (uid_t)-1;

	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 || !bind_path(listener))
		return say_why(spec, strerror(errno));
	if (!socket_hand_over(listener->path, owner, access->identity->socket_group, access->mode))
		return false;
	return listen(listener->fd, SOMAXCONN) == 0 || say_why(spec, strerror(errno));
}

static bool open_path(const char *spec, const char *path, const struct socket_access *access,
		      struct listener *listener)
{
	struct acting acting;
	bool opened;

	listener->path = xstrdup(path);
	opened = privilege_act_at(path, access->identity, &acting) && socket_can_be_made(path) &&
		 take_lock(listener, access->identity->uid, true) && socket_prepare(spec) &&
		 make_socket(spec, access, listener);
	if (!opened)
		listener_close(listener);
	privilege_act_end(&acting);
	return opened;
}

/* What accepted sockets inherit. Answers are short, and their clients wait for them. */
static bool set_options(int fd)
{
	const int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0 &&
	       setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

/* Who has the address may be about to end, and is waited for. */
static int bind_when_free(int fd, const struct addrinfo *address)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
	unsigned waited = 0;
	int result;

	while ((result = bind(fd, address->ai_addr, address->ai_addrlen)) < 0 && errno == EADDRINUSE &&
	       waited < END_PATIENCE_MS) {
		(void)nanosleep(&pause, NULL);
		waited += LOCK_PAUSE_MS;
	}
	return result;
}

/* A socket that is bound, or -1 with errno. */
static int bind_address(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0 || (set_options(fd) && bind_when_free(fd, address) == 0))
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

/* 0, or the error of getaddrinfo(3). */
static int find_address(const struct socket_address *address, struct addrinfo **found_r)
{
	const struct addrinfo hints = {
		.ai_family = address->family == SOCKET_FAMILY_INET6 ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	char *host = address->host != NULL ? xstrndup(address->host, address->host_length) : NULL;
	struct strbuf port = {0};
	int error;

	strbuf_printf(&port, "%d", address->port);
	error = getaddrinfo(host, port.text, &hints, found_r);
	free(host);
	strbuf_fini(&port);
	return error;
}

static bool open_address(const char *spec, struct listener *listener)
{
	struct socket_address address;
	struct addrinfo *found;
	int error;

	if (socket_address_parse(spec, &address) != SOCKET_ADDRESS_OK)
		return say_why(spec, "it is not unix:PATH, inet:PORT@HOST or inet6:PORT@HOST");
	error = find_address(&address, &found);
	if (error != 0)
		return say_why(spec, gai_strerror(error));
	listener->fd = bind_address(found);
	error = errno;
	freeaddrinfo(found);
	return listener->fd >= 0 || say_why(spec, strerror(error));
}

void listener_await_address(const char *spec)
{
	struct socket_address address;
	struct addrinfo *found;
	int fd;

	if (socket_address_parse(spec, &address) != SOCKET_ADDRESS_OK ||
	    address.family == SOCKET_FAMILY_UNIX || find_address(&address, &found) != 0)
		return;
	fd = bind_address(found);
	freeaddrinfo(found);
	if (fd >= 0)
		(void)close(fd);
}

bool listener_open(const char *spec, const struct socket_access *access, struct listener *listener_r)
{
	const char *path = socket_path(spec);
	bool opened;

	*listener_r = LISTENER_NONE;
	if (path != NULL)
		return open_path(spec, path, access, listener_r);
	opened = socket_prepare(spec) && open_address(spec, listener_r);
	if (opened && listen(listener_r->fd, SOMAXCONN) < 0)
		opened = say_why(spec, strerror(errno));
	if (!opened)
		listener_close(listener_r);
	return opened;
}

/* Puts it at the number of another descriptor, which stays open as well. */
static bool put_at(int fd, int number)
{
	if (dup3(fd, number, O_CLOEXEC) >= 0)
		return true;
	log_line(LOG_SEVERITY_FATAL, "cannot hand over a socket: %s", strerror(errno));
	return false;
}

bool listener_lend(struct listener *listener, int number)
{
	assert(listener->fd >= 0 && listener->lent < 0 && number != listener->fd);
	if (!put_at(listener->fd, number))
		return false;
	listener->lent = number;
	return true;
}

enum listener_state listener_look(const struct listener *listener)
{
	struct stat st;

	if (listener->path == NULL)
		return LISTENER_WELL;
	if (lstat(listener->path, &st) < 0)
		return LISTENER_GONE;
	return st.st_dev == listener->device && st.st_ino == listener->inode ? LISTENER_WELL
									     : LISTENER_REPLACED;
}

/* The lock goes with its file, when that is removed as well. */
static bool keep_lock(struct listener *listener)
{
	char *path = lock_path(listener->path);
	bool kept = listener->lock >= 0 && lockfile_stays(path, listener->lock);

	free(path);
	if (kept)
		return true;
	if (listener->lock >= 0)
		(void)close(listener->lock);
	listener->lock = -1;
	return take_lock(listener, (uid_t)-1, false);
}

bool listener_renew(struct listener *listener, const struct socket_access *access)
{
	struct listener anew = LISTENER_NONE;
	bool renewed;

	assert(listener->path != NULL && listener->fd >= 0 && listener->inode != 0);
	if (!keep_lock(listener) || !socket_prepare(listener->path))
		return false;
	anew.path = listener->path;
	renewed = make_socket(listener->path, access, &anew) && put_at(anew.fd, listener->fd) &&
		  (listener->lent < 0 || put_at(anew.fd, listener->lent));
	if (renewed) {
		listener->device = anew.device;
		listener->inode = anew.inode;
	} else if (anew.inode != 0) {
		(void)remove_path(&anew);
	}
	if (anew.fd >= 0)
		(void)close(anew.fd);
	return renewed;
}

static void end_lock(struct listener *listener)
{
	char *path;

	if (listener->lock < 0)
		return;
	path = lock_path(listener->path);
	(void)lockfile_remove(path, listener->lock); /* the lock ends, wherever the file stays */
	free(path);
	listener->lock = -1;
}

void listener_remove(struct listener *listener)
{
	/* Where it stays somebody may connect, until the process has ended: so long the lock stays too. */
	if (listener->inode == 0 || remove_path(listener))
		end_lock(listener);
}

void listener_close(struct listener *listener)
{
	if (listener->inode != 0)
		(void)remove_path(listener);
	if (listener->fd >= 0)
		(void)close(listener->fd);
	end_lock(listener);
	free(listener->path);
	*listener = LISTENER_NONE;
}
