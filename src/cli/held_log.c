/* SPDX-License-Identifier: MIT */
/*
 * What the log says of messages that are held. Must not know which verdict
 * belongs to which.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/held.h"
#include "cli/hold_clue.h"
#include "report/log_line.h"
#include "report/postfix_reader.h"
#include "report/sources.h"
#include "report/verdict_reader.h"
#include "util/memory.h"

/* Verdicts that are kept, of some hundred bytes each. */
#define VERDICTS_MAX ((size_t)200000)

struct log_reading {
	struct held_mail *held;
	struct log_clock clock;
};

static void held_log_add_verdict(struct held_mail *held, const struct verdict_line *verdict, time_t when)
{
	const char *const *values = verdict->values;

	if (held->verdict_count >= VERDICTS_MAX) {
		held->unkept++;
		return;
	}
	*VECTOR_ADD(held->verdicts, held->verdict_count, held->verdict_capacity) = (struct held_verdict){
		.queue_id = xstrdup_or_null(values[FIELD_QUEUE_ID]),
		.client = xstrdup_or_null(values[FIELD_CLIENT_ADDRESS]),
		.from = xstrdup_or_null(values[FIELD_FROM]),
		.to = xstrdup_or_null(values[FIELD_TO]),
		.connector = xstrdup_or_null(values[FIELD_CONNECTOR]),
		.reason = xstrdup_or_null(values[FIELD_REASON]),
		.reply = xstrdup_or_null(values[FIELD_REPLY]),
		.time = when,
	};
}

/* "4XYZ: client=mail.contoso.com[192.0.2.25]", of a message that is held. */
static void held_log_read_client(struct held_mail *held, const struct log_line *line)
{
	size_t length = postfix_queue_id(line->message);
	const char *client = length > 0 ? line->message + length + 2 : "", *begin, *end;
	struct held_message *message;

	if (strncmp(client, "client=", strlen("client=")) != 0)
		return;
	HASH_FIND(hh, held->messages, line->message, length, message);
	begin = strchr(client, '[');
	end = begin != NULL ? strchr(begin, ']') : NULL;
	if (message == NULL || end == NULL || !hold_is_together(message->arrival, line->time))
		return;
	free(message->client);
	message->client = xstrndup(begin + 1, (size_t)(end - begin) - 1);
}

static void held_log_add_line(void *context, char *text, size_t length, bool cut)
{
	struct log_reading *reading = context;
	struct log_line line;
	struct verdict_line verdict;

	(void)length;
	(void)cut;
	if (log_line_read(&reading->clock, text, &line)) {
		if (postfix_is(&line, "smtpd"))
			held_log_read_client(reading->held, &line);
		else if (log_line_is_ours(&line) && verdict_line_read(&line, &verdict) &&
			 text_equal(verdict.values[FIELD_VERDICT], "quarantine"))
			held_log_add_verdict(reading->held, &verdict, line.time);
	}
	log_line_fini(&line);
}

int held_read_log(struct held_mail *held, char *const *files, size_t file_count)
{
	const struct sources sources = {.command = "pending",
					.files = files,
					.file_count = file_count,
					.since = held->oldest - HOLD_TOGETHER_SECONDS,
					.standard_input = -1};
	struct log_reading reading = {.held = held, .clock = {.now = held->now}};
	int status = held->oldest != 0 ? sources_read(&sources, held_log_add_line, &reading) : EX_OK;

	if (held->unkept > 0)
		fprintf(stderr,
			"forcedtls pending: %zu verdicts of the log are too many, and not looked at\n",
			held->unkept);
	return status;
}
