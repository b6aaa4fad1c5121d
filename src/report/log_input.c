/* SPDX-License-Identifier: MIT */
/*
 * Lines of a log. zlib reads plain files as they are. Knows nothing of what a
 * line says.
 */
#include "report/log_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "util/memory.h"

/* What is asked of zlib at once; a line may lie across two of them. */
#define BLOCK_SIZE ((size_t)262144)

struct log_input {
	gzFile file;
	off_t size; /* of the file, packed or not; 0: unknown */
	char *block; /* BLOCK_SIZE bytes, and a NUL */
	size_t begin; /* of what was not handed out yet */
	size_t end;
	bool at_end;
	bool dropping; /* the rest of a line that was too long */
	const char *error; /* NULL, or error_text */
	char error_text[160];
};

struct log_input *log_input_from_fd(int fd)
{
	struct log_input *input;
	struct stat st;
	gzFile file = gzdopen(fd, "r");

	if (file == NULL) {
		(void)close(fd);
		errno = ENOMEM;
		return NULL;
	}
	(void)gzbuffer(file, BLOCK_SIZE);
	input = xcalloc(1, sizeof *input);
	input->file = file;
	input->block = xmalloc(BLOCK_SIZE + 1);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		input->size = st.st_size;
	return input;
}

struct log_input *log_input_open(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)close(fd);
		errno = EISDIR;
		return NULL;
	}
	return log_input_from_fd(fd);
}

/* The first one counts; zlib's own text goes with its error. */
static void keep_error(struct log_input *input, const char *error)
{
	if (input->error != NULL)
		return;
	(void)snprintf(input->error_text, sizeof input->error_text, "%s", error);
	input->error = input->error_text;
}

/* What is left moves to the front, and more comes behind it. */
static void fill(struct log_input *input)
{
	size_t left = input->end - input->begin;
	int count, status = Z_OK;
	const char *error;

	memmove(input->block, input->block + input->begin, left);
	input->begin = 0;
	input->end = left;
	count = gzread(input->file, input->block + left, (unsigned)(BLOCK_SIZE - left));
	if (count <= 0)
		input->at_end = true;
	else
		input->end += (size_t)count;
	error = gzerror(input->file, &status);
	/* Also with bytes: a file that is cut off has its last ones, and newer zlibs forget that it was at the next read. */
	if (status != Z_OK && status != Z_STREAM_END)
		keep_error(input, status == Z_ERRNO ? strerror(errno) : error);
}

/* The end of the line that begins at input->begin; NULL where it is not in the block. */
static char *find_end(struct log_input *input)
{
	return memchr(input->block + input->begin, '\n', input->end - input->begin);
}

/* Hands out length bytes, behind which lie used - length of an end. */
static char *take(struct log_input *input, size_t length, size_t used, size_t *length_r)
{
	char *line = input->block + input->begin;

	input->begin += used;
	while (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	for (char *nul = memchr(line, '\0', length); nul != NULL;
	     nul = memchr(nul, '\0', length - (size_t)(nul - line)))
		*nul = '?';
	*length_r = length;
	return line;
}

/* Of a line without end in the block: its beginning. The rest is dropped as it comes. */
static char *take_beginning(struct log_input *input, size_t *length_r, bool *cut_r)
{
	size_t there = input->end - input->begin;

	*cut_r = there > LOG_INPUT_LINE_MAX;
	if (!*cut_r)
		return take(input, there, there, length_r);
	input->dropping = true;
	return take(input, LOG_INPUT_LINE_MAX, LOG_INPUT_LINE_MAX + 1, length_r);
}

/* False at the end of the input. */
static bool drop_rest(struct log_input *input)
{
	while (input->dropping) {
		char *end = find_end(input);

		if (end != NULL) {
			input->begin = (size_t)(end - input->block) + 1;
			input->dropping = false;
		} else if (input->at_end) {
			return false;
		} else {
			input->begin = input->end;
			fill(input);
		}
	}
	return true;
}

char *log_input_line(struct log_input *input, size_t *length_r, bool *cut_r)
{
	char *end;

	*cut_r = false;
	if (!drop_rest(input))
		return NULL;
	while ((end = find_end(input)) == NULL && !input->at_end &&
	       input->end - input->begin <= LOG_INPUT_LINE_MAX)
		fill(input);
	if (end != NULL) {
		size_t length = (size_t)(end - input->block) - input->begin;

		*cut_r = length > LOG_INPUT_LINE_MAX;
		return take(input, *cut_r ? LOG_INPUT_LINE_MAX : length, length + 1, length_r);
	}
	if (input->end == input->begin)
		return NULL;
	return take_beginning(input, length_r, cut_r);
}

const char *log_input_error(struct log_input *input)
{
	return input->error;
}

double log_input_progress(struct log_input *input)
{
	z_off_t at = input->size > 0 ? gzoffset(input->file) : -1;

	return at < 0 ? -1 : (double)at / (double)input->size;
}

void log_input_close(struct log_input **input)
{
	if (*input == NULL)
		return;
	(void)gzclose_r((*input)->file);
	free((*input)->block);
	free(*input);
	*input = NULL;
}
