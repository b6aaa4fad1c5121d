/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Netstrings. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls_policy/netstring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAYLOAD_MAX 200

static enum netstring_result parse(const char *bytes, size_t length, const char **payload_r, size_t *used_r)
{
	size_t payload_length = 0;
	enum netstring_result result =
		netstring_parse(bytes, length, PAYLOAD_MAX, payload_r, &payload_length, used_r);

	if (result == NETSTRING_DONE) {
		assert(payload_length <= PAYLOAD_MAX && *used_r <= length);
		assert(*payload_r > bytes && *payload_r + payload_length + 1 == bytes + *used_r);
	}
	return result;
}

/* What is written of it is what was read: there is one way to write a netstring. */
static void expect_written_back(const char *bytes, size_t used, const char *payload)
{
	struct strbuf written = {0};

	netstring_add(&written, payload, (size_t)(bytes + used - 1 - payload));
	assert(written.length == used && memcmp(written.text, bytes, used) == 0);
	strbuf_fini(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A block of just that size, for the sanitizer to see a byte too far. */
	char *bytes = xmalloc(size);
	enum netstring_result result, shorter;
	const char *payload;
	size_t used = 0, ignored;

	if (size > 0)
		memcpy(bytes, data, size);
	result = parse(bytes, size, &payload, &used);
	if (result == NETSTRING_DONE)
		expect_written_back(bytes, used, payload);
	/* Bytes that come in pieces come to the same. */
	for (size_t length = 0; length < size; length++) {
		shorter = parse(bytes, length, &payload, &ignored);
		if (result == NETSTRING_DONE)
			assert(shorter == (length < used ? NETSTRING_MORE : NETSTRING_DONE));
		else
			assert(shorter == NETSTRING_MORE || shorter == result);
	}
	free(bytes);
	return 0;
}
