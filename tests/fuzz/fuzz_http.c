/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). HTTP requests for metrics. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/must.h"
#include "metrics/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each byte of a request is needed: a shorter beginning is not whole, nor has it become something else. */
static void check_beginnings(const char *bytes, size_t used)
{
	struct http_request request;
	size_t of_beginning;

	for (size_t length = 0; length < used; length++)
		MUST(http_request_parse(bytes, length, &request, &of_beginning) == HTTP_MORE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = calloc(size > 0 ? size : 1, 1);
	struct http_request request;
	size_t used = 0;

	MUST(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	if (http_request_parse(bytes, size, &request, &used) == HTTP_DONE) {
		MUST(used > 0 && used <= size && bytes[used - 1] == '\n');
		MUST(request.path > bytes && request.path + request.path_length < bytes + used);
		MUST(memchr(request.path, ' ', request.path_length) == NULL);
		MUST(memchr(request.path, '?', request.path_length) == NULL);
		if (memchr(bytes, '\0', size) == NULL)
			check_beginnings(bytes, used);
	}
	free(bytes);
	return 0;
}
