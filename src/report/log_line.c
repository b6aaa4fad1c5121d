/* SPDX-License-Identifier: MIT */
/*
 * The form of a line: who wrote it, when, where. Knows nothing of what it
 * says. Everything in it may be chosen by a peer, or by whoever could write
 * to the log.
 */
#include "report/log_line.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

static void init(struct log_line *line_r)
{
	/* Not all of it: the members of json are many, and their count is enough. */
	line_r->time = 0;
	line_r->is_json = false;
	line_r->json.count = 0;
	line_r->lists = NULL;
	line_r->storage = NULL;
	line_r->nothing[0] = '\0';
	line_r->host = line_r->program = line_r->pid = line_r->message = line_r->nothing;
}

/* Names that programs give to the same thing; the first that is there counts. */
static const char *const message_keys[] = {"MESSAGE", "message", "msg", "line", "log", NULL};
static const char *const host_keys[] = {"_HOSTNAME", "hostname", "host", "HOSTNAME", "source", NULL};
/* rsyslog's programname ends at a slash: "postfix" of "postfix/smtp". */
static const char *const program_keys[] = {
	"SYSLOG_IDENTIFIER", "syslog_identifier", "app-name", "appname", "syslogtag",
	"program",           "programname",       "_COMM",    NULL};
static const char *const pid_keys[] = {"SYSLOG_PID", "_PID", "procid", "pid", NULL};
static const char *const label_keys[] = {"labels", "stream", NULL};
static const char *const time_keys[] = {"__REALTIME_TIMESTAMP",
					"_SOURCE_REALTIME_TIMESTAMP",
					"timestamp",
					"@timestamp",
					"timereported",
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

/*
 * "postfix/smtp[123]: " or "forcedtlsd: " at the beginning; what stands behind,
 * or NULL. Of what came to it by RFC 5424 rsyslog writes "postfix/smtp[123] ".
 */
static char *read_tag(char *text, struct log_line *line_r)
{
	size_t name = strcspn(text, " [:"), pid;
	char *rest = text + name;

	if (name == 0 || *rest == '\0' || *rest == ' ')
		return NULL;
	if (*rest == '[') {
		pid = strcspn(rest + 1, "] ");
		if (rest[1 + pid] != ']' || (rest[2 + pid] != ':' && rest[2 + pid] != ' '))
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

/* The next word, ended where it ends; what stands behind its blank, or NULL. */
static char *log_line_read_word(char *text, char **word_r)
{
	size_t length = strcspn(text, " ");

	if (length == 0 || text[length] == '\0')
		return NULL;
	text[length] = '\0';
	*word_r = text;
	return text + length + 1;
}

/* What stands behind the structured data of RFC 5424, 6.3; NULL: nothing. */
static char *skip_structured_data(char *text)
{
	bool quoted = false;

	if (text[0] == '-')
		return text[1] == ' ' ? text + 2 : NULL;
	for (; *text != '\0' && (quoted || *text != ' ' || text[-1] != ']'); text++) {
		if (quoted && *text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '"')
			quoted = !quoted;
	}
	return *text != '\0' ? text + 1 : NULL;
}

/* "1 2026-11-26T01:56:14Z mx postfix/smtp 123 - - message", the protocol of RFC 5424 behind its priority. */
static bool read_protocol(struct log_clock *clock, char *text, struct log_line *line_r)
{
	size_t length = log_time_read(clock, text + 2, &line_r->time);
	char *rest = length > 0 && text[2 + length] == ' ' ? text + 3 + length : NULL, *id;

	rest = rest != NULL ? log_line_read_word(rest, &line_r->host) : NULL;
	rest = rest != NULL ? log_line_read_word(rest, &line_r->program) : NULL;
	rest = rest != NULL ? log_line_read_word(rest, &line_r->pid) : NULL;
	rest = rest != NULL ? log_line_read_word(rest, &id) : NULL;
	rest = rest != NULL ? skip_structured_data(rest) : NULL;
	if (rest == NULL)
		return false;
	/* A byte order mark says that UTF-8 follows. */
	line_r->message = strncmp(rest, "\xef\xbb\xbf", 3) == 0 ? rest + 3 : rest;
	return true;
}

static bool log_line_read_text(struct log_clock *clock, char *text, struct log_line *line_r)
{
	char *rest = skip_priority(text), *message;
	size_t length = log_time_read(clock, rest, &line_r->time), host;

	if (rest != text && rest[0] == '1' && rest[1] == ' ')
		return read_protocol(clock, rest, line_r);

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

static const struct flat_member *log_line_find(const struct flat_json *object, const char *const *keys)
{
	const struct flat_member *member = NULL;

	for (; *keys != NULL && member == NULL; keys++)
		member = flat_json_find(object, *keys);
	return member;
}

/* "" for what is no text. */
static char *log_line_text(const struct flat_member *member, struct log_line *line)
{
	return member != NULL && member->kind == FLAT_TEXT ? member->text : line->nothing;
}

/* journalctl writes what is no UTF-8 as a list of bytes; the caller frees them. */
static char *bytes_of(const char *text)
{
	json_t *list = json_loads(text, 0, NULL);
	struct strbuf out = {0};
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		json_int_t byte = json_integer_value(item);

		strbuf_putc(&out, (char)(byte > 0 && byte < 256 ? byte : '?'));
	}
	json_decref(list);
	return strbuf_take(&out);
}

/* Microseconds or nanoseconds or seconds since 1970, as number or text; or a time in words. */
static time_t time_of(struct log_clock *clock, const struct flat_member *member)
{
	const char *text = member != NULL ? member->text : "";
	long long number;
	time_t when = 0;

	if (member == NULL || (member->kind != FLAT_TEXT && member->kind != FLAT_NUMBER))
		return 0;
	if (text[0] == '\0' || text[strspn(text, "0123456789.")] != '\0')
		return log_time_read(clock, text, &when) > 0 ? when : 0;
	number = strtoll(text, NULL, 10);
	while (number > 100000000000LL)
		number /= 1000;
	return (time_t)number;
}

static void read_program(const struct flat_json *object, struct log_line *line_r)
{
	char *tag = log_line_text(log_line_find(object, program_keys), line_r);
	size_t name = strcspn(tag, "[:");

	line_r->pid = log_line_text(log_line_find(object, pid_keys), line_r);
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
	if (!log_line_read_text(clock, line->message, &within))
		return;
	line->program = within.program;
	line->message = within.message;
	line->pid = within.pid != within.nothing ? within.pid : line->nothing;
	line->host = within.host != within.nothing ? within.host : line->host;
	line->time = within.time != 0 ? within.time : line->time;
}

/* Where a shipper has taken the program off the line, Loki has it beside the line. */
static void read_labels(const struct flat_json *object, struct log_line *line_r)
{
	const struct flat_member *member = log_line_find(object, label_keys);
	struct flat_json labels;

	if (member == NULL || member->kind != FLAT_NESTED || !flat_json_read(member->text, &labels))
		return;
	read_program(&labels, line_r);
	if (line_r->host[0] == '\0')
		line_r->host = log_line_text(log_line_find(&labels, host_keys), line_r);
}

static bool log_line_read_json(struct log_clock *clock, char *text, struct log_line *line_r, bool is_within);

/* What stands in the message of an object that does not say whose it is: a line, an entry of the journal, or a verdict. */
static void read_within(struct log_clock *clock, const struct flat_json *object, struct log_line *line_r)
{
	read_labels(object, line_r);
	if (line_r->message[0] == '{') {
		char *message = line_r->message;

		if (!log_line_read_json(clock, message, line_r, true))
			line_r->message = line_r->nothing;
	} else if (line_r->program[0] == '\0') {
		read_line_within(clock, line_r);
	}
}

/* is_within: in what is known of the line already, which counts where the object says nothing. */
static bool log_line_read_json(struct log_clock *clock, char *text, struct log_line *line_r, bool is_within)
{
	struct flat_json *object = &line_r->json;
	const struct flat_member *message, *host;
	time_t when;

	if (!flat_json_read(text, object))
		return false;
	when = time_of(clock, log_line_find(object, time_keys));
	line_r->time = when != 0 ? when : line_r->time;
	host = log_line_find(object, host_keys);
	if (host != NULL)
		line_r->host = log_line_text(host, line_r);
	if (flat_json_find(object, "verdict") != NULL) {
		line_r->is_json = true;
		line_r->message = line_r->nothing;
		return true;
	}
	message = log_line_find(object, message_keys);
	if (!is_within || log_line_find(object, program_keys) != NULL)
		read_program(object, line_r);
	if (message != NULL && message->kind == FLAT_NESTED)
		line_r->message = line_r->storage = bytes_of(message->text);
	else
		line_r->message = log_line_text(message, line_r);
	if (line_r->program[0] == '\0' && !is_within)
		read_within(clock, object, line_r);
	return message != NULL;
}

bool log_line_read(struct log_clock *clock, char *text, struct log_line *line_r)
{
	bool read;

	init(line_r);
	read = text[0] == '{' ? log_line_read_json(clock, text, line_r, false)
			      : log_line_read_text(clock, text, line_r);
	if (!read) {
		log_line_fini(line_r);
		init(line_r);
	}
	return read;
}

bool log_line_is_ours(const struct log_line *line)
{
	const char *slash = strrchr(line->program, '/');

	return line->is_json || strcmp(slash != NULL ? slash + 1 : line->program, "forcedtlsd") == 0;
}

void log_line_fini(struct log_line *line)
{
	json_decref(line->lists);
	free(line->storage);
	line->lists = NULL;
	line->storage = NULL;
}
