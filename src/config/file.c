/* SPDX-License-Identifier: MIT */
/*
 * Reading a file of the administrator's, of bounded size. Knows nothing of
 * what is in it.
 */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

/* Reads to the end, or one byte beyond the limit. False with errno set. */
static bool read_all(int fd, unsigned char **bytes_r, size_t *length_r)
{
	size_t capacity = (size_t)64 * 1024, length = 0;
	unsigned char *bytes = xmalloc(capacity);

	for (;;) {
		ssize_t count = read(fd, bytes + length, capacity - length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			free(bytes);
			return false;
		}
		length += (size_t)count;
		if (count == 0 || length > FILE_SIZE_MAX)
			break;
		if (length == capacity) {
			capacity = capacity < FILE_SIZE_MAX ? capacity * 2 : FILE_SIZE_MAX + 1;
			bytes = xreallocarray(bytes, capacity, 1);
		}
	}
	*bytes_r = bytes;
	*length_r = length;
	return true;
}

static bool read_regular(const struct source *source, int fd, unsigned char **bytes_r, size_t *length_r)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		report_error(source, NULL, NULL, "is not a regular file");
		return false;
	}
	if (!read_all(fd, bytes_r, length_r)) {
		report_error(source, NULL, NULL, "cannot be read: %s", strerror(errno));
		return false;
	}
	if (*length_r > FILE_SIZE_MAX) {
		report_error(source, NULL, NULL, "has more than %zu bytes", FILE_SIZE_MAX);
		free(*bytes_r);
		return false;
	}
	return true;
}

bool file_read(const struct source *source, unsigned char **bytes_r, size_t *length_r)
{
	/* Not blocking: somebody may have put a pipe in the file's place. */
	int fd = open(source->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool done;

	if (fd < 0) {
		report_error(source, NULL, NULL, "cannot be opened: %s", strerror(errno));
		return false;
	}
	done = read_regular(source, fd, bytes_r, length_r);
	(void)close(fd);
	return done;
}
