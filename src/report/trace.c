/* SPDX-License-Identifier: MIT */
/*
 * Finds the lines of some messages, and prints them. A line that is JSON is
 * printed as syslog would have written it.
 */
#include "report/trace.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/postfix_reader.h"
#include "report/replay.h"
#include "report/trace_links.h"
#include "report/verdict_reader.h"
#include "util/memory.h"
#include "util/utf8.h"
#include "util/date.h"

/* What is kept to be printed, in lines and in bytes. */
#define LINES_MAX ((size_t)100000)
#define BYTES_MAX ((size_t)32 * 1024 * 1024)

struct traced {
	time_t time;
	size_t number; /* in the order in which they were read */
	char *text;
};

struct trace {
	const char *word;
	const struct scope *scope;
	const struct policy *policy;
	const char *policy_name;
	struct log_clock clock;
	enum trace_pass pass;
	struct trace_links links;
	struct traced *lines;
	size_t count;
	size_t capacity;
	size_t bytes;
	size_t left_out;
};

struct trace *trace_new(const char *word, const struct scope *scope, const struct policy *policy,
			const char *name, time_t now)
{
	struct trace *trace = xcalloc(1, sizeof *trace);

	trace->word = word;
	trace->scope = scope;
	trace->policy = policy;
	trace->policy_name = name;
	trace->clock.now = now;
	trace_links_init(&trace->links);
	return trace;
}

void trace_begin(struct trace *trace, enum trace_pass pass)
{
	trace->pass = pass;
}

static bool is_of_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* The word as a whole, without case: 192.0.2.1 is not in 192.0.2.10. */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strcasestr(at, word)) != NULL; at++)
		if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[length]))
			return true;
	return false;
}

/* A line in its parts. What it says of a verdict is there where the daemon wrote it. */
struct parts {
	struct log_line line;
	char *message; /* as it was, before it was read; owned */
	bool is_verdict;
	struct verdict_line verdict;
	size_t id_length; /* of Postfix's queue id, 0: none */
};

/* A line that is JSON as a whole is its own message. */
static char *whole_line(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	char *message = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	return message;
}

static void read_parts(struct trace *trace, char *text, struct parts *parts_r)
{
	char *whole = text[0] == '{' ? xstrdup(text) : NULL;

	*parts_r = (struct parts){0};
	if (!log_line_read(&trace->clock, text, &parts_r->line)) {
		free(whole);
		return;
	}
	if (parts_r->line.is_json && whole != NULL)
		parts_r->message = whole_line(whole);
	free(whole);
	if (parts_r->message == NULL)
		parts_r->message = xstrdup(parts_r->line.message);
	parts_r->is_verdict = log_line_is_ours(&parts_r->line);
	if (parts_r->is_verdict)
		parts_r->is_verdict = verdict_line_read(&parts_r->line, &parts_r->verdict);
	else
		parts_r->id_length = postfix_queue_id(parts_r->message);
}

static void free_parts(struct parts *parts)
{
	log_line_fini(&parts->line);
	free(parts->message);
}

/* A line with the word: whose it is. */
static void trace_find(struct trace *trace, const struct parts *parts)
{
	const char *const *values = parts->verdict.values;
	const char *host = parts->line.host;

	if (parts->id_length > 0)
		trace_links_add_id(&trace->links, host, parts->message, parts->id_length);
	if (!parts->is_verdict)
		return;
	if (values[FIELD_QUEUE_ID] != NULL)
		trace_links_add_id(&trace->links, host, values[FIELD_QUEUE_ID],
				   strlen(values[FIELD_QUEUE_ID]));
	trace_links_add_envelope(&trace->links, values[FIELD_CLIENT_ADDRESS], values[FIELD_FROM],
				 values[FIELD_TO], parts->line.time);
}

static bool belongs(struct trace *trace, const struct parts *parts)
{
	const char *const *values = parts->verdict.values;
	const char *host = parts->line.host;

	if (parts->id_length > 0)
		return trace_links_has_id(&trace->links, host, parts->message, parts->id_length);
	if (!parts->is_verdict)
		return false;
	if (values[FIELD_QUEUE_ID] != NULL &&
	    trace_links_has_id(&trace->links, host, values[FIELD_QUEUE_ID], strlen(values[FIELD_QUEUE_ID])))
		return true;
	return trace_links_has_envelope(&trace->links, values[FIELD_CLIENT_ADDRESS], values[FIELD_FROM],
					values[FIELD_TO], parts->line.time);
}

/* "    FILE: NOQUEUE: reject: ..." */
static void add_replay(struct trace *trace, const struct parts *parts, struct strbuf *out)
{
	struct replay replay;

	if (replay_init(&replay, trace->policy, &parts->line, &parts->verdict)) {
		char *said = replay_text(&replay, trace->policy, &parts->verdict);
		char *name = utf8_printable(trace->policy_name);

		strbuf_printf(out, "\n    %s: %s", name, said);
		free(name);
		free(said);
	}
	replay_fini(&replay);
}

/* "2026-11-26T01:56:14Z mx postfix/smtp[7]: message", fit for a terminal. */
static char *wording(struct trace *trace, const struct parts *parts)
{
	const struct log_line *line = &parts->line;
	char buffer[TIME_TEXT_SIZE];
	const char *time = line->time != 0 ? time_print(line->time, buffer) : NULL;
	struct strbuf raw = {0}, out = {0};
	char *shown;

	strbuf_printf(&raw, "%s %s %s", time != NULL ? time : "-", line->host[0] != '\0' ? line->host : "-",
		      line->program[0] != '\0' ? line->program : "forcedtlsd");
	if (line->pid[0] != '\0')
		strbuf_printf(&raw, "[%s]", line->pid);
	strbuf_printf(&raw, ": %s", parts->message);
	shown = utf8_printable(raw.text);
	strbuf_puts(&out, shown);
	free(shown);
	strbuf_fini(&raw);
	if (trace->policy != NULL && parts->is_verdict)
		add_replay(trace, parts, &out);
	return strbuf_take(&out);
}

static void trace_take(struct trace *trace, const struct parts *parts)
{
	char *text = wording(trace, parts);
	size_t cost = strlen(text) + sizeof(struct traced) * 2;

	assert(trace->pass == TRACE_TAKE && trace->count <= LINES_MAX && trace->bytes <= BYTES_MAX);
	if (trace->count >= LINES_MAX || trace->bytes + cost > BYTES_MAX) {
		trace->left_out++;
		free(text);
		return;
	}
	trace->bytes += cost;
	trace->lines = vector_grow(trace->lines, trace->count, &trace->capacity, sizeof *trace->lines);
	trace->lines[trace->count] =
		(struct traced){.time = parts->line.time, .number = trace->count, .text = text};
	trace->count++;
}

void trace_add(struct trace *trace, char *text)
{
	bool found = has_word(text, trace->word);
	struct parts parts;

	/* Most lines are about something else: the word is looked for before anything is taken apart. */
	if (trace->pass == TRACE_FIND && !found)
		return;
	read_parts(trace, text, &parts);
	if (parts.message != NULL && scope_has_time(trace->scope, parts.line.time)) {
		if (trace->pass == TRACE_FIND)
			trace_find(trace, &parts);
		else if (trace->pass == TRACE_JOIN && parts.id_length > 0)
			trace_links_join(&trace->links, parts.line.host, parts.message, parts.id_length,
					 parts.line.time);
		else if (trace->pass == TRACE_TAKE && (found || belongs(trace, &parts)))
			trace_take(trace, &parts);
	}
	free_parts(&parts);
}

static int trace_compare(const void *a, const void *b)
{
	const struct traced *one = a, *two = b;

	if (one->time != two->time)
		return one->time < two->time ? -1 : 1;
	return one->number < two->number ? -1 : 1;
}

bool trace_print(struct trace *trace, FILE *out)
{
	if (trace->count > 1)
		qsort(trace->lines, trace->count, sizeof *trace->lines, trace_compare);
	for (size_t i = 0; i < trace->count; i++)
		(void)fprintf(out, "%s\n", trace->lines[i].text);
	if (trace->left_out > 0)
		(void)fprintf(out, "%zu more lines\n", trace->left_out);
	return trace->count > 0;
}

void trace_free(struct trace **trace)
{
	if (*trace == NULL)
		return;
	for (size_t i = 0; i < (*trace)->count; i++)
		free((*trace)->lines[i].text);
	free((*trace)->lines);
	trace_links_fini(&(*trace)->links);
	free(*trace);
	*trace = NULL;
}
