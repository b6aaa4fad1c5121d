/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_LOG_WRITER_H
#define FORCEDTLS_RUN_LOG_WRITER_H

#include <stddef.h>

/*
 * Lines on their way out. Each is written whole and in order, and nobody waits
 * for it: what cannot be written now is kept (run/log_queue.h) and written by a
 * thread as soon as it can be; for what cannot be kept there is a line that
 * says how many were lost.
 */

/* The line that says so, as it has to be written. The caller frees it. */
typedef char *log_writer_lost(size_t lines);

/*
 * From now on to standard error, or to a syslog daemon's socket. What still
 * waits is lost. lost, path: static. Until one of these is called lines go to
 * standard error and none is kept. Before threads start.
 */
void log_writer_to_stderr(log_writer_lost *lost);
void log_writer_to_syslog(const char *path, log_writer_lost *lost);

/* Writes a line, with the end that it needs there, or keeps a copy. Threads: safe. */
void log_writer_put(const char *line, size_t length);

/*
 * Starts the thread that writes what had to be kept; 0, or an error number.
 * After the process has forked for the last time. Before that, lines are
 * waited for instead, for a second in all.
 */
int log_writer_start(void);

/* Ends the thread, and waits a fifth of a second at most until what was kept is written. */
void log_writer_stop(void);

#endif
