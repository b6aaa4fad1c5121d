/* SPDX-License-Identifier: MIT */
/*
 * Reading files of the administrator's, of bounded size and number. Knows
 * nothing of what is in them.
 */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/digest.h"
#include "config/seen.h"
#include "util/memory.h"

void file_error(const struct file_reference *reference, const char *format, ...)
{
	struct place place = source_place(reference->source, reference->node);
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	if (reference->node == NULL)
		report_error_at(reference->source, reference->path, place, "%s", text);
	else
		report_quoted(SEVERITY_ERROR, reference->source, reference->path, place, reference->name,
			      "%s", text);
	free(text);
}

void file_error_because(const struct file_reference *reference, const char *what, int error)
{
	file_error(reference, "%s: %s", what, strerror(error));
	report_cause(reference->source, error);
}

static bool may_open(const struct file_reference *reference)
{
	struct loading *loading = reference->source->loading;

	if (loading == NULL)
		return true;
	if (loading->files_left == 0) {
		report_error(reference->source, reference->path, reference->node,
			     "is one file too many; a policy may have %zu", FILE_COUNT_MAX);
		return false;
	}
	loading->files_left--;
	return true;
}

static void file_note(const struct file_reference *reference, const struct stat *st)
{
	struct loading *loading = reference->source->loading;

	if (loading == NULL)
		return;
	if (loading->seen != NULL)
		seen_add_file(loading->seen, reference->name, st);
	digest_begin_file(loading->digest);
}

bool file_fits(struct loading *loading, uint64_t takes)
{
	if (loading == NULL)
		return true;
	if (takes > loading->memory_left)
		loading->unfit = true;
	else
		loading->memory_left -= takes;
	return !loading->unfit;
}

static uint64_t file_takes(const struct file_reference *reference, uint64_t bytes)
{
	return bytes * (reference->is_list ? FILE_LIST_BYTE_TAKES : FILE_BYTE_TAKES);
}

/* So many bytes of the file, which may be more than were reckoned before. */
static bool file_reckon(const struct file_reference *reference, uint64_t bytes)
{
	struct loading *loading = reference->source->loading;
	uint64_t more;

	if (loading == NULL)
		return true;
	more = bytes > loading->reckoned ? bytes - loading->reckoned : 0;
	loading->reckoned += more;
	return file_fits(loading, file_takes(reference, more));
}

/* By the size that it has now, errors or not: who reads the same files again reckons the same. */
static bool file_size_fits(const struct file_reference *reference, off_t size)
{
	if (reference->source->loading != NULL)
		reference->source->loading->reckoned = 0;
	return file_reckon(reference, size < (off_t)FILE_SIZE_MAX ? (uint64_t)size : FILE_SIZE_MAX);
}

/* The most bytes for which there is memory, up to the limit: a file may grow, or have more than its size says. */
static size_t file_room(const struct file_reference *reference)
{
	const struct loading *loading = reference->source->loading;
	uint64_t room;

	if (loading == NULL)
		return FILE_SIZE_MAX;
	room = loading->reckoned + loading->memory_left / FILE_BYTE_TAKES;
	return room < FILE_SIZE_MAX ? (size_t)room : FILE_SIZE_MAX;
}

int file_open(const struct file_reference *reference, struct file_identity *identity_r)
{
	struct stat st;
	int fd;

	if (!may_open(reference))
		return -1;
	/* Not blocking: somebody may have put a pipe in the file's place. */
	fd = open(reference->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		file_error_because(reference, "cannot be opened", errno);
		return -1;
	}
	if (fstat(fd, &st) != 0) {
		file_error_because(reference, "cannot be read", errno);
		(void)close(fd);
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		file_error(reference, "is not a regular file");
		(void)close(fd);
		return -1;
	}
	if (!file_size_fits(reference, st.st_size)) {
		(void)close(fd);
		return -1;
	}
	*identity_r = (struct file_identity){.device = st.st_dev, .inode = st.st_ino};
	file_note(reference, &st);
	return fd;
}

void file_close(const struct file_reference *reference, int fd)
{
	if (reference->source->loading != NULL)
		digest_end_file(reference->source->loading->digest);
	(void)close(fd);
}

bool file_take_bytes(const struct file_reference *reference, size_t in_file, const void *bytes, size_t length)
{
	struct loading *loading = reference->source->loading;

	if (!file_reckon(reference, in_file))
		return false;
	if (in_file > FILE_SIZE_MAX) {
		file_error(reference, "has more than %zu bytes", FILE_SIZE_MAX);
		return false;
	}
	if (loading == NULL)
		return true;
	if (length > loading->bytes_left) {
		file_error(reference, "is too much: all files of a policy may have %zu bytes",
			   FILE_BYTES_MAX);
		return false;
	}
	loading->bytes_left -= length;
	digest_add(loading->digest, bytes, length);
	return true;
}

void file_report_unreadable(const struct file_reference *reference)
{
	file_error_because(reference, "cannot be read", errno);
}

/* Reads to the end, or one byte beyond most, which is FILE_SIZE_MAX or less. False with errno set. */
static bool file_read_all(int fd, size_t most, unsigned char **bytes_r, size_t *length_r)
{
	size_t capacity = most < (size_t)64 * 1024 ? most + 1 : (size_t)64 * 1024, length = 0;
	unsigned char *bytes = xmalloc(capacity);

	for (;;) {
		ssize_t count = TEMP_FAILURE_RETRY(read(fd, bytes + length, capacity - length));

		if (count < 0) {
			free(bytes);
			return false;
		}
		length += (size_t)count;
		if (count == 0 || length > most)
			break;
		if (length == capacity) {
			capacity = capacity < most / 2 ? capacity * 2 : most + 1;
			bytes = xreallocarray(bytes, capacity, 1);
		}
	}
	*bytes_r = bytes;
	*length_r = length;
	return true;
}

bool file_read(const struct file_reference *reference, unsigned char **bytes_r, size_t *length_r,
	       struct file_identity *identity_r)
{
	int fd = file_open(reference, identity_r);
	bool done;

	if (fd < 0)
		return false;
	done = file_read_all(fd, file_room(reference), bytes_r, length_r);
	if (!done)
		file_report_unreadable(reference);
	if (done && !file_take_bytes(reference, *length_r, *bytes_r, *length_r)) {
		free(*bytes_r);
		done = false;
	}
	file_close(reference, fd);
	return done;
}

char *file_resolve(const char *from, const char *name)
{
	const char *slash = strrchr(from, '/');
	struct strbuf resolved = {0};

	if (name[0] != '/' && slash != NULL)
		strbuf_add(&resolved, from, (size_t)(slash - from) + 1);
	strbuf_puts(&resolved, name);
	return strbuf_take(&resolved);
}

char *file_absolute(const char *name)
{
	char *directory = name[0] != '/' ? realpath(".", NULL) : NULL;
	struct strbuf whole = {0};

	if (directory != NULL)
		strbuf_printf(&whole, "%s/", directory);
	strbuf_puts(&whole, name);
	free(directory);
	return strbuf_take(&whole);
}
