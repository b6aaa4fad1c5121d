/* SPDX-License-Identifier: MIT */
/* The socketmap protocol in buffers. Knows nothing of what is asked for. */
#include "tls_policy/socketmap.h"

#include <string.h>

static const char *const words[] = {
	[SOCKETMAP_OK] = "OK",
	[SOCKETMAP_NOTFOUND] = "NOTFOUND",
	[SOCKETMAP_TEMP] = "TEMP",
};

enum netstring_result socketmap_parse(const char *bytes, size_t length, struct socketmap_query *query_r,
				      size_t *used_r)
{
	enum netstring_result result;
	const char *payload, *blank;
	size_t payload_length;

	result = netstring_parse(bytes, length, SOCKETMAP_QUERY_MAX, &payload, &payload_length, used_r);
	if (result != NETSTRING_DONE)
		return result;
	blank = memchr(payload, ' ', payload_length);
	if (blank == NULL || blank == payload)
		return NETSTRING_INVALID;
	query_r->map = payload;
	query_r->map_length = (size_t)(blank - payload);
	query_r->key = blank + 1;
	query_r->key_length = payload_length - query_r->map_length - 1;
	return NETSTRING_DONE;
}

void socketmap_reply(struct strbuf *out, enum socketmap_status status, const char *text)
{
	struct strbuf payload = {0};

	strbuf_printf(&payload, "%s %s", words[status], text);
	if (payload.length > SOCKETMAP_REPLY_MAX) {
		strbuf_fini(&payload);
		strbuf_printf(&payload, "%s the answer is too long", words[SOCKETMAP_TEMP]);
	}
	netstring_add(out, payload.text, payload.length);
	strbuf_fini(&payload);
}
