/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_LOG_INPUT_H
#define FORCEDTLS_REPORT_LOG_INPUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A log, line by line, plain or gzip (RFC 1952, several members too). Memory
 * is bounded whatever the input has.
 */

/* The longest line that is read, without its end; what lies behind that is dropped. */
#define LOG_INPUT_LINE_MAX ((size_t)65536)

struct log_input;

/* Reads path; "-" is standard input. NULL, and errno, when it cannot be opened. */
struct log_input *log_input_open(const char *path);

/* Reads fd, which then belongs to the input, also when NULL is returned (errno). */
struct log_input *log_input_from_fd(int fd);

/*
 * The next line, with a NUL in place of its end, and any other NUL as "?".
 * It may be changed, and is valid until the next call. *cut_r: it was longer
 * than is read. NULL at the end, and where reading fails (log_input_error).
 */
char *log_input_line(struct log_input *input, size_t *length_r, bool *cut_r);

/* Why reading ended before the end, or NULL. Valid until the input is closed. */
const char *log_input_error(struct log_input *input);

/* How much of the input was read, 0 to 1; below 0 where nobody can tell (a pipe). */
double log_input_progress(struct log_input *input);

void log_input_close(struct log_input **input);

#endif
