/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Socketmap requests. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls_policy/socketmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever was asked: a reply is one whole netstring that begins with a word that Postfix knows. */
static void expect_reply(const struct socketmap_query *query)
{
	char *text = xstrndup(query->key, query->key_length);
	struct strbuf reply = {0};
	const char *payload;
	size_t length, used;

	socketmap_reply(&reply, SOCKETMAP_OK, text);
	assert(netstring_parse(reply.text, reply.length, SOCKETMAP_REPLY_MAX, &payload, &length, &used) ==
	       NETSTRING_DONE);
	assert(used == reply.length && length >= 3 && memcmp(payload, "OK ", 3) == 0);
	assert(length == 3 + strlen(text));
	strbuf_fini(&reply);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = xmalloc(size);
	size_t offset = 0, used = 0;
	struct socketmap_query query;

	if (size > 0)
		memcpy(bytes, data, size);
	while (socketmap_parse(bytes + offset, size - offset, &query, &used) == NETSTRING_DONE) {
		assert(used > 0 && used <= size - offset && used <= SOCKETMAP_REQUEST_MAX);
		assert(query.map > bytes + offset && query.map_length > 0);
		assert(memchr(query.map, ' ', query.map_length) == NULL);
		assert(query.key == query.map + query.map_length + 1 && query.key[-1] == ' ');
		assert(query.key + query.key_length + 1 == bytes + offset + used);
		expect_reply(&query);
		offset += used;
	}
	free(bytes);
	return 0;
}
