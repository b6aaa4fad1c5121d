/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_LOG_LINE_H
#define FORCEDTLS_REPORT_LOG_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "report/log_time.h"

/* One line of a log, taken apart. The texts lie in the line that was read, or in what is freed with log_line_fini. "" where there is none. */
struct log_line {
	time_t time; /* 0: none */
	char *host;
	char *program; /* "postfix/smtp", "forcedtlsd" */
	char *pid;
	char *message; /* "" where message_json is what was logged */
	json_t *message_json; /* a line of ours in JSON; NULL: text */
	json_t *json; /* the object that the texts above lie in; NULL: none */
	char *storage; /* of a message that came as bytes */
	char nothing[1]; /* what those point to that are not there */
};

/*
 * Takes apart what a syslog daemon wrote (times: report/log_time.h), an object
 * of the journal (journalctl -o json), one of rsyslog's or Loki's with a
 * message in it, or a line of forcedtlsd's own standard error. Changes text.
 * False for anything else; line_r is then all empty. It cannot be copied. To be ended with
 * log_line_fini either way. Threads: all safe, with a clock each.
 */
bool log_line_read(struct log_clock *clock, char *text, size_t length, struct log_line *line_r);

/* Of forcedtlsd, in JSON or by the program's name, behind a path where it was started by one. */
bool log_line_is_ours(const struct log_line *line);

void log_line_fini(struct log_line *line);

#endif
