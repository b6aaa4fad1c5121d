/* SPDX-License-Identifier: MIT */
/*
 * Postfix's queue in JSON, as postqueue(1) prints it. Knows nothing of TLS. A
 * line that is not what it should be is an error, never passed over in silence.
 */
#include "cli/queue.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report/sources.h"
#include "util/memory.h"
#include "util/utf8.h"

/* Errors that are printed; more are counted. */
#define ERRORS_SHOWN 20

/* Seconds from 1970 to the end of the year 9999, in UTC. */
#define ARRIVAL_MAX 253402300799

struct reader {
	FILE *in;
	const char *name;
	enum queue_part part;
	queue_found found;
	void *context;
	size_t line;
	size_t errors;
};

static void queue_complain(struct reader *reader, const char *text)
{
	char *name, *shown;

	if (++reader->errors > ERRORS_SHOWN)
		return;
	name = utf8_printable(reader->name);
	shown = utf8_printable(text);
	fprintf(stderr, "%s:%zu: error: %s\n", name, reader->line, shown);
	free(name);
	free(shown);
}

/* The next line without its end; false at the end of the file. *too_long_r: no more of it was kept. */
static bool queue_read_line(struct reader *reader, struct strbuf *line, bool *too_long_r)
{
	int c = getc(reader->in);

	*too_long_r = false;
	line->length = 0;
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(reader->in)) {
		if (line->length < QUEUE_LINE_MAX)
			strbuf_putc(line, (char)c);
		else
			*too_long_r = true;
	}
	return true;
}

/* What is wrong with a line that is JSON, for the message about it; NULL: nothing. */
static const char *find_fault(const json_t *message)
{
	const json_t *arrival = json_object_get(message, "arrival_time"), *recipient;
	const json_t *recipients = json_object_get(message, "recipients");
	size_t i;

	if (!json_is_object(message))
		return "not a JSON object";
	if (!json_is_string(json_object_get(message, "queue_name")))
		return "no queue_name that is a string";
	if (!json_is_string(json_object_get(message, "queue_id")))
		return "no queue_id that is a string";
	if (!json_is_integer(arrival) || json_integer_value(arrival) < 0 ||
	    json_integer_value(arrival) > ARRIVAL_MAX)
		return "no arrival_time that is a time in seconds";
	if (!json_is_array(recipients))
		return "no recipients that are a list";
	json_array_foreach(recipients, i, recipient)
	{
		const json_t *delay = json_object_get(recipient, "delay_reason");
		const json_t *bounce = json_object_get(recipient, "bounce_reason");

		if (!json_is_string(json_object_get(recipient, "address")))
			return "a recipient without address";
		if (delay != NULL && !json_is_string(delay))
			return "a delay_reason that is not a string";
		if (bounce != NULL && !json_is_string(bounce))
			return "a bounce_reason that is not a string";
	}
	return NULL;
}

/* Mail that is held, or has not been tried, waits for something else than what is on its way. */
static bool is_of_part(const json_t *message, enum queue_part part)
{
	const char *queue = json_string_value(json_object_get(message, "queue_name"));

	if (part == QUEUE_HELD)
		return strcmp(queue, "hold") == 0;
	return strcmp(queue, "deferred") == 0 || strcmp(queue, "active") == 0;
}

/* What was said of a recipient last; NULL where nobody has tried. Postfix 3.11 also names who was refused for good. */
static const char *reason_of(const json_t *recipient)
{
	const char *delay = json_string_value(json_object_get(recipient, "delay_reason"));

	return delay != NULL ? delay : json_string_value(json_object_get(recipient, "bounce_reason"));
}

static void hand_over(const struct reader *reader, const json_t *message)
{
	struct queue_recipient found = {
		.line = reader->line,
		.queue_id = json_string_value(json_object_get(message, "queue_id")),
		.arrival = (time_t)json_integer_value(json_object_get(message, "arrival_time")),
		.sender = json_string_value(json_object_get(message, "sender")),
	};
	const json_t *recipient;
	size_t i;

	json_array_foreach(json_object_get(message, "recipients"), i, recipient)
	{
		found.address = json_string_value(json_object_get(recipient, "address"));
		found.original = json_string_value(json_object_get(recipient, "orig_address"));
		found.reason = reason_of(recipient);
		reader->found(reader->context, &found);
	}
}

static void read_message(struct reader *reader, const struct strbuf *line)
{
	char *text = utf8_repair(line->text, line->length, SIZE_MAX);
	json_error_t error;
	json_t *message = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	const char *fault = message != NULL ? find_fault(message) : error.text;

	if (fault != NULL)
		queue_complain(reader, fault);
	else if (is_of_part(message, reader->part))
		hand_over(reader, message);
	json_decref(message);
	free(text);
}

static void read_one(struct reader *reader, const struct strbuf *line, bool too_long)
{
	if (too_long)
		queue_complain(reader, "a line of more than 32 MiB");
	else if (line->length > 0 && memchr(line->text, '\0', line->length) != NULL)
		queue_complain(reader, "a NUL byte");
	else if (line->length > 0) /* as an editor leaves one at the end */
		read_message(reader, line);
}

enum queue_result queue_read(FILE *in, const char *name, enum queue_part part, queue_found found,
			     void *context)
{
	struct reader reader = {.in = in, .name = name, .part = part, .found = found, .context = context};
	struct strbuf line = {0};
	bool too_long;

	while (queue_read_line(&reader, &line, &too_long)) {
		reader.line++;
		read_one(&reader, &line, too_long);
	}
	strbuf_fini(&line);
	if (reader.errors > ERRORS_SHOWN)
		fprintf(stderr, "and %zu more errors\n", reader.errors - ERRORS_SHOWN);
	if (ferror(in)) {
		sources_complain("pending", name, strerror(errno));
		return QUEUE_UNREADABLE;
	}
	return reader.errors > 0 ? QUEUE_MALFORMED : QUEUE_READ;
}
