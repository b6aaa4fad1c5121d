/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LOG_SINK_H
#define FORCEDTLS_RUN_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

/* Where lines of the log end up, and how they get there without anybody having to wait. */
enum log_sink_kind {
	LOG_SINK_FILE, /* what write(2) does not wait for: a file, /dev/null */
	LOG_SINK_OWN, /* a pipe or terminal, opened once more for ourselves: it does not block */
	LOG_SINK_SHARED, /* the same where that cannot be done: looked at before each write */
	LOG_SINK_SOCKET, /* a stream, such as systemd gives to a service */
	LOG_SINK_SYSLOG, /* the socket of a syslog daemon, made anew when that was started again */
};

struct log_sink {
	enum log_sink_kind kind;
	int fd; /* -1: no syslog daemon is there */
	bool is_stream; /* of LOG_SINK_SYSLOG: lines end with a NUL */
	const char *path; /* of LOG_SINK_SYSLOG; borrowed */
};

/* Standard error as it is now. */
void log_sink_open_stderr(struct log_sink *sink_r);

/* A syslog daemon's socket (a unix socket of either kind). It need not be there yet. */
void log_sink_open_syslog(struct log_sink *sink_r, const char *path);

enum log_sink_result {
	LOG_SINK_SENT,
	LOG_SINK_BUSY, /* not now: poll(2) for POLLOUT tells when */
	LOG_SINK_BROKEN, /* nobody is there; perhaps later */
	LOG_SINK_REFUSED, /* never */
};

/*
 * Sends a line, of which the first *done bytes were sent before, and does not
 * wait. The line ends as it has to at the sink; a NUL is behind it. *done is 0
 * for the next line.
 */
enum log_sink_result log_sink_send(struct log_sink *sink, const char *line, size_t length, size_t *done);

/* Leaves standard error itself open. */
void log_sink_close(struct log_sink *sink);

#endif
