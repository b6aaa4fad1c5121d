/* SPDX-License-Identifier: MIT */
/*
 * Writes without waiting, to whatever standard error is and to syslog daemons.
 * O_NONBLOCK would be the shell's and all its children's as well, who share
 * what is open there: so it is never set on standard error itself. Knows
 * nothing of what a line says, and keeps none.
 */
#include "run/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/unix_socket.h"

/* What cannot be opened once more (another user's, or no /proc) is at least looked at before. */
static void open_again(struct log_sink *sink)
{
	int own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	sink->kind = own >= 0 ? LOG_SINK_OWN : LOG_SINK_SHARED;
	if (own >= 0)
		sink->fd = own;
}

void log_sink_open_stderr(struct log_sink *sink_r)
{
	struct stat st;

	*sink_r = (struct log_sink){.kind = LOG_SINK_FILE, .fd = STDERR_FILENO};
	if (fstat(STDERR_FILENO, &st) < 0)
		return;
	if (S_ISSOCK(st.st_mode))
		sink_r->kind = LOG_SINK_SOCKET;
	else if (S_ISFIFO(st.st_mode) || isatty(STDERR_FILENO) == 1)
		open_again(sink_r);
}

static bool connect_syslog(struct log_sink *sink)
{
	if (sink->fd >= 0)
		(void)close(sink->fd);
	sink->is_stream = false;
	sink->fd = unix_socket_connect(sink->path, SOCK_DGRAM);
	if (sink->fd < 0 && errno == EPROTOTYPE) {
		sink->is_stream = true;
		sink->fd = unix_socket_connect(sink->path, SOCK_STREAM);
	}
	return sink->fd >= 0;
}

void log_sink_open_syslog(struct log_sink *sink_r, const char *path)
{
	*sink_r = (struct log_sink){.kind = LOG_SINK_SYSLOG, .fd = -1, .path = path};
	(void)connect_syslog(sink_r);
}

/* A pipe that takes something takes this much at once, unless somebody else fills it in between. */
static ssize_t write_if_ready(int fd, const char *bytes, size_t length)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	if (poll(&ready, 1, 0) <= 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, bytes, length < PIPE_BUF ? length : PIPE_BUF);
}

static ssize_t log_sink_put(const struct log_sink *sink, const char *bytes, size_t length)
{
	switch (sink->kind) {
	case LOG_SINK_FILE:
	case LOG_SINK_OWN:
		return write(sink->fd, bytes, length);
	case LOG_SINK_SHARED:
		return write_if_ready(sink->fd, bytes, length);
	case LOG_SINK_SOCKET:
	case LOG_SINK_SYSLOG:
		break;
	}
	return send(sink->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static enum log_sink_result result_of(int error)
{
	if (error == EAGAIN || error == ENOBUFS)
		return LOG_SINK_BUSY;
	return error == EMSGSIZE ? LOG_SINK_REFUSED : LOG_SINK_BROKEN;
}

static enum log_sink_result put_all(const struct log_sink *sink, const char *line, size_t length,
				    size_t *done)
{
	while (*done < length) {
		ssize_t count = log_sink_put(sink, line + *done, length - *done);

		if (count > 0)
			*done += (size_t)count;
		else if (count == 0 || errno != EINTR)
			return count == 0 ? LOG_SINK_BROKEN : result_of(errno);
	}
	*done = 0;
	return LOG_SINK_SENT;
}

static enum log_sink_result put_to_syslog(struct log_sink *sink, const char *line, size_t length,
					  size_t *done)
{
	return put_all(sink, line, length + (sink->is_stream ? 1 : 0), done);
}

enum log_sink_result log_sink_send(struct log_sink *sink, const char *line, size_t length, size_t *done)
{
	enum log_sink_result result = LOG_SINK_BROKEN;

	if (sink->kind != LOG_SINK_SYSLOG)
		return put_all(sink, line, length, done);
	if (sink->fd >= 0)
		result = put_to_syslog(sink, line, length, done);
	if (result != LOG_SINK_BROKEN)
		return result;
	/* Whoever comes next has to see all of the line. */
	*done = 0;
	return connect_syslog(sink) ? put_to_syslog(sink, line, length, done) : LOG_SINK_BROKEN;
}

void log_sink_close(struct log_sink *sink)
{
	if (sink->fd >= 0 && sink->fd != STDERR_FILENO)
		(void)close(sink->fd);
	sink->fd = -1;
}
