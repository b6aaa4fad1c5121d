/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FIELDS_H
#define TESTS_FUZZ_FIELDS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A fuzzer's bytes as strings: cut at each NUL, the last one at the end. Of an
 * input with fewer, the rest are NULL.
 */
#define FIELDS_MAX 24

struct fields {
	char *bytes;
	const char *texts[FIELDS_MAX];
};

void fields_init(struct fields *fields, const uint8_t *data, size_t size);
void fields_fini(struct fields *fields);

#endif
