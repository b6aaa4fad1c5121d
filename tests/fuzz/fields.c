/* SPDX-License-Identifier: MIT */
/* Strings out of a fuzzer's bytes, each with its NUL. Knows nothing of what they are for. */
#include "fuzz/fields.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

void fields_init(struct fields *fields, const uint8_t *data, size_t size)
{
	size_t at = 0;

	*fields = (struct fields){.bytes = xmalloc(size + 1)};
	if (size > 0)
		memcpy(fields->bytes, data, size);
	fields->bytes[size] = '\0';
	for (size_t i = 0; i < FIELDS_MAX && at <= size; i++) {
		fields->texts[i] = fields->bytes + at;
		at += strlen(fields->bytes + at) + 1;
	}
}

void fields_fini(struct fields *fields)
{
	free(fields->bytes);
	*fields = (struct fields){0};
}
