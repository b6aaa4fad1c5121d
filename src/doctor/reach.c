/* SPDX-License-Identifier: MIT */
/*
 * A child becomes who Postfix is, in the chroot that it has, and goes there.
 * What it found is its exit status: nothing else comes back.
 */
#include "doctor/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/clock.h"
#include "util/socket_address.h"

#define PATIENCE_MS 1500
#define CHILD_FAILED 99

/* What is said first, and how the answer begins. */
struct greeting {
	const void *question;
	size_t length;
	size_t answer_at; /* where in the answer the word stands */
	const char *answers[3]; /* any one of these */
};

/*
 * SMFIC_OPTNEG: a length of 13, "O", version 6, all actions and all steps
 * (libmilter's mfdef.h); the answer begins in the same way.
 */
static const unsigned char milter_options[] = {0, 0, 0, 13,   'O', 0,    0,    0,   6,
					       0, 0, 1, 0xff, 0,   0x1f, 0xff, 0xff};
static const char policy_question[] = "request=smtpd_access_policy\nprotocol_state=VRFY\n\n";
static const char socketmap_question[] = "26:tls_policy .doctor.invalid,";

static const struct greeting greetings[] = {
	[PROTOCOL_MILTER] = {milter_options, sizeof milter_options, 4, {"O", NULL, NULL}},
	[PROTOCOL_POLICY_SERVICE] = {policy_question, sizeof policy_question - 1, 0, {"action=", NULL, NULL}},
	[PROTOCOL_SOCKETMAP] = {socketmap_question,
				sizeof socketmap_question - 1,
				SIZE_MAX,
				{"NOTFOUND", "TEMP", "OK"}},
};

static bool wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd watched = {.fd = fd, .events = events};
	int ready;

	do {
		int64_t left = deadline - clock_monotonic() / CLOCK_MILLISECOND;

		ready = left > 0 ? poll(&watched, 1, (int)left) : 0;
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static enum reach from_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return REACH_NOTHING;
	case EACCES:
	case EPERM:
		return REACH_DENIED;
	case ECONNREFUSED:
	case ENOTSOCK:
		return REACH_REFUSED;
	default:
		return REACH_SILENT;
	}
}

/* A connected socket, or -1 with reach_r. */
static int connect_to(const struct sockaddr *address, socklen_t length, int64_t deadline, enum reach *reach_r)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;
	socklen_t size = sizeof error;

	if (fd < 0) {
		*reach_r = REACH_UNTRIED;
		return -1;
	}
	if (connect(fd, address, length) != 0) {
		error = errno;
		if (error == EINPROGRESS && (!wait_for(fd, POLLOUT, deadline) ||
					     getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0))
			error = ETIMEDOUT;
	}
	if (error == 0)
		return fd;
	*reach_r = from_errno(error);
	(void)close(fd);
	return -1;
}

static int connect_unix(const char *path, int64_t deadline, enum reach *reach_r)
{
	struct sockaddr_un address;

	*reach_r = REACH_NOTHING;
	if (!socket_address_unix(path, &address))
		return -1;
	return connect_to((const struct sockaddr *)&address, sizeof address, deadline, reach_r);
}

static int connect_inet(const char *host, const char *port, int64_t deadline, enum reach *reach_r)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int fd = -1;

	*reach_r = REACH_NOTHING;
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
		fd = connect_to(at->ai_addr, at->ai_addrlen, deadline, reach_r);
	freeaddrinfo(found);
	return fd;
}

/* Whether the first length bytes of an answer are one of those that greeting expects; more_r: more would tell. */
static bool is_answer(const struct greeting *greeting, const char *bytes, size_t length)
{
	size_t at = greeting->answer_at;

	if (at == SIZE_MAX) {
		const char *colon = memchr(bytes, ':', length);

		if (colon == NULL)
			return false;
		at = (size_t)(colon + 1 - bytes);
	}
	for (size_t i = 0; i < 3 && greeting->answers[i] != NULL; i++) {
		size_t width = strlen(greeting->answers[i]);

		if (length >= at + width && memcmp(bytes + at, greeting->answers[i], width) == 0)
			return true;
	}
	return false;
}

static enum reach converse(int fd, const struct greeting *greeting, int64_t deadline)
{
	char bytes[64];
	size_t length = 0;

	if (!wait_for(fd, POLLOUT, deadline))
		return REACH_SILENT;
	if (send(fd, greeting->question, greeting->length, MSG_NOSIGNAL) != (ssize_t)greeting->length)
		return REACH_OTHER;
	while (length < sizeof bytes && wait_for(fd, POLLIN, deadline)) {
		ssize_t got = recv(fd, bytes + length, sizeof bytes - length, 0);

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return REACH_OTHER;
		length += (size_t)got;
		if (is_answer(greeting, bytes, length))
			return REACH_ANSWERS;
	}
	return length > 0 ? REACH_OTHER : REACH_SILENT;
}

/* A milter is told that this is all. */
static void take_leave(int fd, enum protocol protocol)
{
	static const unsigned char quit[] = {0, 0, 0, 1, 'Q'};

	if (protocol == PROTOCOL_MILTER)
		(void)send(fd, quit, sizeof quit, MSG_NOSIGNAL);
}

/* The groups are looked up before the chroot, where there is no group file. */
static bool become_in(const char *user, const char *root, const char *directory)
{
	const struct passwd *entry = user != NULL ? getpwnam(user) : NULL;

	if (user != NULL && (entry == NULL || initgroups(user, entry->pw_gid) != 0))
		return false;
	if (root != NULL && (chdir(root) != 0 || chroot(root) != 0))
		return false;
	if (chdir(directory) != 0)
		return false;
	return entry == NULL || (setgid(entry->pw_gid) == 0 && setuid(entry->pw_uid) == 0);
}

static enum reach visit(const struct visitor *visitor, const struct endpoint *endpoint,
			enum protocol protocol)
{
	int64_t deadline = clock_monotonic() / CLOCK_MILLISECOND + PATIENCE_MS;
	enum reach reach;
	int fd;

	if (!become_in(visitor->user, visitor->root, visitor->directory))
		return REACH_UNTRIED;
	fd = endpoint->path != NULL ? connect_unix(endpoint->path, deadline, &reach)
				    : connect_inet(endpoint->host, endpoint->port, deadline, &reach);
	if (fd < 0)
		return reach;
	reach = converse(fd, &greetings[protocol], deadline);
	if (reach == REACH_ANSWERS)
		take_leave(fd, protocol);
	(void)close(fd);
	return reach;
}

/* The exit status of a child; CHILD_FAILED: it has none. */
static int status_of(pid_t pid)
{
	int status;
	long ended = TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));

	return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_FAILED;
}

enum reach reach_try(const struct visitor *visitor, const struct endpoint *endpoint, enum protocol protocol)
{
	int status;
	pid_t pid;

	if ((visitor->user != NULL || visitor->root != NULL) && geteuid() != 0)
		return REACH_UNTRIED;
	pid = fork();
	if (pid < 0)
		return REACH_UNTRIED;
	if (pid == 0)
		_exit((int)visit(visitor, endpoint, protocol));
	status = status_of(pid);
	return status <= (int)REACH_UNTRIED ? (enum reach)status : REACH_UNTRIED;
}

enum access_state reach_can_read(const char *user, const char *path)
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		return ACCESS_UNTRIED;
	pid = fork();
	if (pid < 0)
		return ACCESS_UNTRIED;
	if (pid == 0) {
		int fd;

		if (!become_in(user, NULL, "."))
			_exit(ACCESS_UNTRIED);
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		_exit(fd >= 0 ? ACCESS_GRANTED : errno == EACCES ? ACCESS_DENIED : ACCESS_MISSING);
	}
	status = status_of(pid);
	return status <= (int)ACCESS_UNTRIED ? (enum access_state)status : ACCESS_UNTRIED;
}
