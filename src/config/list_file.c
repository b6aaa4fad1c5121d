/* SPDX-License-Identifier: MIT */
/*
 * Lists of a million partners, read line by line: no tree is built of them.
 * Knows what a line is, and nothing of what an entry means.
 */
#include "config/list_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>

#include "util/memory.h"
#include "policy/policy.h"

#define BUFFER_SIZE ((size_t)64 * 1024)
_Static_assert(BUFFER_SIZE > LIST_LINE_MAX + 2, "a line with its end fits");

struct list_file {
	const struct file_reference *reference;
	const struct source *source; /* the list file itself */
	list_entry *take;
	void *context;
	int fd;
	char *buffer; /* BUFFER_SIZE bytes */
	size_t from; /* the first byte that no line has taken yet */
	size_t to; /* behind the last byte */
	size_t read; /* in all */
	uint32_t line;
	size_t entries;
	bool ended; /* nothing more can be read */
	bool failed;
};

/* Makes room behind what is there, and reads into it. */
static void list_file_fill(struct list_file *file)
{
	ssize_t count;

	memmove(file->buffer, file->buffer + file->from, file->to - file->from);
	file->to -= file->from;
	file->from = 0;
	count = TEMP_FAILURE_RETRY(read(file->fd, file->buffer + file->to, BUFFER_SIZE - file->to));
	if (count < 0) {
		file_report_unreadable(file->reference);
		file->failed = true;
	} else if (count > 0) {
		file->read += (size_t)count;
		file->failed =
			!file_take_bytes(file->reference, file->read, file->buffer + file->to, (size_t)count);
		file->to += (size_t)count;
	}
	file->ended = count <= 0 || file->failed;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Where the comment begins, or the line ends. */
static size_t comment_at(const char *line, size_t length)
{
	const char *mark = line;

	while ((mark = memchr(mark, '#', length - (size_t)(mark - line))) != NULL) {
		if (mark == line || is_blank(mark[-1]))
			return (size_t)(mark - line);
		mark++;
	}
	return length;
}

static struct place place_in(const struct list_file *file, size_t column)
{
	return (struct place){.file = file->source->file, .line = file->line, .column = (uint32_t)column + 1};
}

/* A line without its end; it has a byte behind it that may be overwritten. */
static void take_line(struct list_file *file, char *line, size_t length)
{
	size_t from = 0, to;

	file->line++;
	if (length > LIST_LINE_MAX) {
		report_error_at(file->source, file->reference->path, place_in(file, 0),
				"this line has more than %zu bytes", LIST_LINE_MAX);
		file->entries++;
		return;
	}
	if (file->line == 1 && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		from = 3; /* a byte order mark */
	to = from + comment_at(line + from, length - from);
	while (from < to && is_blank(line[from]))
		from++;
	while (to > from && is_blank(line[to - 1]))
		to--;
	if (from == to)
		return;
	file->entries++;
	line[to] = '\0';
	if (memchr(line + from, '\0', to - from) != NULL ||
	    u8_check((const uint8_t *)line + from, to - from) != NULL)
		report_error_at(file->source, file->reference->path, place_in(file, from),
				"this line is not text in UTF-8");
	else
		file->take(file->context, file->source, line + from, place_in(file, from));
}

/* Leaves out the rest of a line that does not fit into the buffer; it is reported as what it begins with. */
static void skip_line(struct list_file *file)
{
	char *end = NULL;

	take_line(file, file->buffer + file->from, file->to - file->from);
	do {
		file->from = file->to;
		list_file_fill(file);
		end = memchr(file->buffer, '\n', file->to);
	} while (end == NULL && !file->ended);
	file->from = end != NULL ? (size_t)(end - file->buffer) + 1 : file->to;
}

/* Whoever cuts a list off leaves a list, and mail that is no longer forced. So its last line has to end. */
static void refuse_rest(struct list_file *file)
{
	file->line++;
	file->entries++;
	report_error_at(file->source, file->reference->path, place_in(file, 0),
			"this last line has no line end: the file may be cut off");
}

static void list_file_read_lines(struct list_file *file)
{
	while (!file->failed) {
		char *line = file->buffer + file->from;
		char *end = memchr(line, '\n', file->to - file->from);

		if (end != NULL) {
			file->from += (size_t)(end - line) + 1;
			take_line(file, line, (size_t)(end - line));
		} else if (!file->ended && file->to - file->from == BUFFER_SIZE) {
			skip_line(file);
		} else if (!file->ended) {
			list_file_fill(file);
		} else {
			break;
		}
	}
	if (!file->failed && file->to > file->from)
		refuse_rest(file);
}

void list_file_read(const struct file_reference *reference, list_entry *take, void *context)
{
	struct source source = *reference->source;
	struct list_file file = {.reference = reference, .source = &source, .take = take, .context = context};
	struct file_identity identity;

	file.fd = file_open(reference, &identity);
	if (file.fd < 0)
		return;
	source.name = reference->name;
	source.file = policy_add_file(source.loading->policy, reference->name);
	file.buffer = xmalloc(BUFFER_SIZE + 1);
	list_file_read_lines(&file);
	free(file.buffer);
	file_close(reference, file.fd);
	if (file.entries == 0 && !file.failed)
		file_error(reference, "has no entry");
}
