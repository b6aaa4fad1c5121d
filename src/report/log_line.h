/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_LOG_LINE_H
#define FORCEDTLS_REPORT_LOG_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "report/flat_json.h"
#include "report/log_time.h"

/* One line of a log, taken apart. The texts lie in the line that was read, or in what is freed with log_line_fini. "" where there is none. */
struct log_line {
	time_t time; /* 0: none */
	char *host;
	char *program; /* "postfix/smtp", "forcedtlsd" */
	char *pid;
	char *message; /* "" where a verdict in JSON is what was logged */
	bool is_json; /* that is so: its members are in json */
	struct flat_json json;
	json_t *lists; /* of members that are lists, for whoever reads them (report/verdict_reader.h); NULL: none */
	char *storage; /* of a message that came as bytes */
	char nothing[1]; /* what those point to that are not there */
};

/*
 * Takes apart what a syslog daemon wrote (times: report/log_time.h), an object
 * of the journal (journalctl -o json), one of rsyslog's or Loki's with a
 * message in it, or a line of forcedtlsd's own standard error. Changes text.
 * Of rsyslog both its JSON and the protocol of RFC 5424; of Loki also a line that
 * was one of the journal as JSON, or whose program is in the labels alone.
 * False for anything else; line_r is then all empty. It cannot be copied. To be ended with
 * log_line_fini either way. Threads: all safe, with a clock each.
 */
bool log_line_read(struct log_clock *clock, char *text, struct log_line *line_r);

/* Of forcedtlsd, in JSON or by the program's name, behind a path where it was started by one. */
bool log_line_is_ours(const struct log_line *line);

void log_line_fini(struct log_line *line);

#endif
