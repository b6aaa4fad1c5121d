/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Log files, packed or not, cut into lines. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/must.h"
#include "report/log_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file of some hundred bytes may have megabytes of the same in it: more than this of one tells nothing new. */
#define LINES_MAX 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("log", MFD_CLOEXEC);
	struct log_input *input;
	size_t length;
	bool cut;

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	input = log_input_from_fd(fd);
	MUST(input != NULL);
	for (int lines = 0; lines < LINES_MAX; lines++) {
		const char *line = log_input_line(input, &length, &cut);

		if (line == NULL)
			break;
		MUST(length <= LOG_INPUT_LINE_MAX && strlen(line) == length && strchr(line, '\n') == NULL);
		MUST(log_input_progress(input) <= 1);
	}
	log_input_close(&input);
	return 0;
}
