/* SPDX-License-Identifier: MIT */
/* Netstrings in buffers. Knows nothing of where they come from, and of what is in them. */
#include "tls_policy/netstring.h"

#include <assert.h>

/* Reads the length up to its ":"; *header_r: bytes of both. */
static enum netstring_result parse_length(const char *bytes, size_t length, size_t payload_max,
					  size_t *payload_length_r, size_t *header_r)
{
	size_t value = 0, i = 0;

	assert(payload_max <= NETSTRING_PAYLOAD_MAX);
	for (; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
		if (i > 0 && value == 0)
			return NETSTRING_INVALID; /* a leading zero */
		value = value * 10 + (size_t)(bytes[i] - '0');
		if (value > payload_max)
			return NETSTRING_INVALID;
	}
	if (i == length)
		return NETSTRING_MORE;
	if (i == 0 || bytes[i] != ':')
		return NETSTRING_INVALID;
	*payload_length_r = value;
	*header_r = i + 1;
	return NETSTRING_DONE;
}

enum netstring_result netstring_parse(const char *bytes, size_t length, size_t payload_max,
				      const char **payload_r, size_t *payload_length_r, size_t *used_r)
{
	size_t header, payload_length;
	enum netstring_result result = parse_length(bytes, length, payload_max, &payload_length, &header);

	if (result != NETSTRING_DONE)
		return result;
	if (length - header <= payload_length)
		return NETSTRING_MORE;
	if (bytes[header + payload_length] != ',')
		return NETSTRING_INVALID;
	*payload_r = bytes + header;
	*payload_length_r = payload_length;
	*used_r = header + payload_length + 1;
	return NETSTRING_DONE;
}

void netstring_add(struct strbuf *out, const char *payload, size_t length)
{
	assert(length <= NETSTRING_PAYLOAD_MAX);
	strbuf_printf(out, "%zu:", length);
	strbuf_add(out, payload, length);
	strbuf_putc(out, ',');
}
