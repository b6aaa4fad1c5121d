/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LOG_H
#define FORCEDTLS_RUN_LOG_H

#include <stdbool.h>

/* Severities with Postfix's meaning: msg_info, msg_warn (the operator must act), msg_fatal (cannot go on). */
enum log_severity {
	LOG_SEVERITY_INFO,
	LOG_SEVERITY_WARNING,
	LOG_SEVERITY_FATAL,
};

/*
 * Where messages go: standard error, or the socket of a syslog daemon; the
 * journal where that is who listens there. To be called before threads start.
 * program, path: static. facility: as for openlog(3).
 */
void log_to_stderr(const char *program);
void log_to_syslog(const char *program, const char *path, int facility);

/*
 * The journal's socket in place of standard error, where that is systemd's
 * stream to the journal: there messages have fields (run/journal.h). False,
 * and nothing is changed, where it is not, or nobody listens at that socket,
 * which is static.
 */
bool log_to_journal(const char *program, const char *socket, int facility);

/*
 * Starts the thread that writes what could not be written at once, after the
 * process has forked for the last time: from then on no call waits, whoever
 * reads the log. What is too much to be kept is counted, and the log says so
 * when it works again. False: the reason is in the log.
 */
bool log_start(void);
/* Ends it, and waits a fifth of a second at most for what was kept. */
void log_stop(void);

/*
 * From now on LOG_SEVERITY_FATAL is a warning, or is not: around an attempt
 * that the daemon can do without. Before threads start.
 */
void log_fatal_as_warning(bool as_warning);

/*
 * One line; control characters, and bytes that are no UTF-8, are written \xHH,
 * and what is beyond LOG_VALUE_LINE_MAX bytes is left out, with "..." behind.
 * Threads: safe, a line is never mixed with another.
 */
void log_line(enum log_severity severity, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether fields go anywhere. */
bool log_takes_fields(void);

/*
 * A line that is finished: printable ASCII, at most LOG_VALUE_LINE_MAX bytes
 * (verdict/log_value.h), which is asserted. Its values were escaped when they were
 * put into it; to escape them once more would spoil it. fields: for the journal,
 * lines "NAME=value", each with its end; NULL without log_takes_fields().
 * Threads: as above.
 */
void log_finished(enum log_severity severity, const char *line, const char *fields);

/* What is to be said once, however often it is seen. */
enum log_first {
	LOG_FIRST_UNKNOWN_MTA,
};

/* True the first time that it is asked for, in the whole life of the process. Threads: safe. */
bool log_first(enum log_first what);

#endif
