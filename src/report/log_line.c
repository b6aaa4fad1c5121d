/* SPDX-License-Identifier: MIT */
/*
 * The form of a line: who wrote it, when, where. Knows nothing of what it
 * says. Everything in it may be chosen by a peer, or by whoever could write
 * to the log.
 */
#include "report/log_line.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

static void init(struct log_line *line_r)
{
	*line_r = (struct log_line){0};
	line_r->host = line_r->program = line_r->pid = line_r->message = line_r->nothing;
}

/* Names that programs give to the same thing; the first that is there counts. */
static const char *const message_keys[] = {"MESSAGE", "message", "msg", "line", "log", NULL};
static const char *const host_keys[] = {"_HOSTNAME", "hostname", "host", "HOSTNAME", "source", NULL};
static const char *const program_keys[] = {"SYSLOG_IDENTIFIER", "programname", "program", "appname",
					   "app-name",          "syslogtag",   "_COMM",   NULL};
static const char *const pid_keys[] = {"SYSLOG_PID", "_PID", "procid", "pid", NULL};
static const char *const time_keys[] = {"__REALTIME_TIMESTAMP",
					"_SOURCE_REALTIME_TIMESTAMP",
					"timestamp",
					"@timestamp",
					"time",
					"timegenerated",
					"ts",
					NULL};

/* "<22>" of syslog's own protocol. */
static char *skip_priority(char *text)
{
	size_t digits = text[0] == '<' ? strspn(text + 1, "0123456789") : 0;

	return digits > 0 && digits <= 3 && text[digits + 1] == '>' ? text + digits + 2 : text;
}

/* "postfix/smtp[123]: " or "forcedtlsd: " at the beginning; what stands behind, or NULL. */
static char *read_tag(char *text, struct log_line *line_r)
{
	size_t name = strcspn(text, " [:"), pid;
	char *rest = text + name;

	if (name == 0 || *rest == '\0' || *rest == ' ')
		return NULL;
	if (*rest == '[') {
		pid = strcspn(rest + 1, "] ");
		if (rest[1 + pid] != ']' || rest[2 + pid] != ':')
			return NULL;
		line_r->pid = rest + 1;
		rest[1 + pid] = '\0';
		rest[0] = '\0';
		rest += 2 + pid;
	}
	line_r->program = text;
	*rest++ = '\0';
	return *rest == ' ' ? rest + 1 : rest;
}

static bool read_text(struct log_clock *clock, char *text, struct log_line *line_r)
{
	char *rest = skip_priority(text), *message;
	size_t length = log_time_read(clock, rest, &line_r->time), host;

	if (length == 0) {
		/* As a daemon in the foreground writes it. */
		message = read_tag(rest, line_r);
	} else {
		if (rest[length] != ' ')
			return false;
		rest += length + strspn(rest + length, " ");
		host = strcspn(rest, " ");
		if (rest[host] == '\0')
			return false;
		line_r->host = rest;
		rest[host] = '\0';
		message = read_tag(rest + host + 1, line_r);
	}
	if (message == NULL)
		return false;
	line_r->message = message;
	return true;
}

static const json_t *find(const json_t *object, const char *const *keys)
{
	const json_t *value = NULL;

	for (; *keys != NULL && value == NULL; keys++)
		value = json_object_get(object, *keys);
	return value;
}

/* journalctl writes what is no UTF-8 as a list of bytes; the caller frees them. */
static char *bytes_of(const json_t *list)
{
	struct strbuf out = {0};
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		json_int_t byte = json_integer_value(item);

		strbuf_putc(&out, (char)(byte > 0 && byte < 256 ? byte : '?'));
	}
	return strbuf_take(&out);
}

/* The text, which jansson owns and nobody else reads. */
static char *text_of(const json_t *value, struct log_line *line)
{
	union {
		const char *read;
		char *write;
	} text = {.read = json_string_value(value)};

	return text.read != NULL ? text.write : line->nothing;
}

/* Microseconds or nanoseconds or seconds since 1970, as number or text; or a time in words. */
static time_t time_of(struct log_clock *clock, const json_t *value)
{
	const char *text = json_string_value(value);
	long long number = json_integer_value(value);
	time_t when = 0;
	char *end;

	if (text != NULL && text[0] != '\0' && strspn(text, "0123456789.") == strlen(text)) {
		number = strtoll(text, &end, 10);
		text = NULL;
	}
	if (text != NULL)
		return log_time_read(clock, text, &when) > 0 ? when : 0;
	while (number > 100000000000LL)
		number /= 1000;
	return (time_t)number;
}

static void read_program(const json_t *object, struct log_line *line_r)
{
	const json_t *pid = find(object, pid_keys);
	char *tag = text_of(find(object, program_keys), line_r);
	size_t name = strcspn(tag, "[:");

	line_r->pid = text_of(pid, line_r);
	if (tag[name] == '[') {
		line_r->pid = tag + name + 1;
		line_r->pid[strcspn(line_r->pid, "]")] = '\0';
	}
	if (tag[name] != '\0')
		tag[name] = '\0';
	line_r->program = tag;
}

/* Loki and others have the whole line of syslog as their message: what it says itself counts. */
static void read_line_within(struct log_clock *clock, struct log_line *line)
{
	struct log_line within;

	init(&within);
	if (!read_text(clock, line->message, &within))
		return;
	line->program = within.program;
	line->message = within.message;
	line->pid = within.pid != within.nothing ? within.pid : line->nothing;
	line->host = within.host != within.nothing ? within.host : line->host;
	line->time = within.time != 0 ? within.time : line->time;
}

static bool read_json(struct log_clock *clock, const char *text, size_t length, struct log_line *line_r)
{
	json_t *object = json_loadb(text, length, 0, NULL);
	const json_t *message;

	if (!json_is_object(object)) {
		json_decref(object);
		return false;
	}
	line_r->json = object;
	line_r->time = time_of(clock, find(object, time_keys));
	line_r->host = text_of(find(object, host_keys), line_r);
	if (json_object_get(object, "verdict") != NULL) {
		line_r->message_json = json_incref(object);
		return true;
	}
	read_program(object, line_r);
	message = find(object, message_keys);
	if (json_is_array(message))
		line_r->message = line_r->storage = bytes_of(message);
	else
		line_r->message = text_of(message, line_r);
	if (line_r->program[0] == '\0')
		read_line_within(clock, line_r);
	return message != NULL;
}

bool log_line_read(struct log_clock *clock, char *text, size_t length, struct log_line *line_r)
{
	bool read;

	init(line_r);
	read = text[0] == '{' ? read_json(clock, text, length, line_r) : read_text(clock, text, line_r);
	if (!read) {
		log_line_fini(line_r);
		init(line_r);
	}
	return read;
}

bool log_line_is_ours(const struct log_line *line)
{
	const char *slash = strrchr(line->program, '/');

	return line->message_json != NULL ||
	       strcmp(slash != NULL ? slash + 1 : line->program, "forcedtlsd") == 0;
}

void log_line_fini(struct log_line *line)
{
	json_decref(line->message_json);
	json_decref(line->json);
	free(line->storage);
	line->message_json = line->json = NULL;
	line->storage = NULL;
}
