/* SPDX-License-Identifier: MIT */
/*
 * Which lines belong to one message.
 */
#include "report/trace_links.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/table.h"

#define LINKS_MAX 20000
#define QUEUED_COUNT ((size_t)16384)
static_assert((QUEUED_COUNT & (QUEUED_COUNT - 1)) == 0, "a hash is cut to a place by its bits");
/* From RCPT to the delivery of what waits for nothing. */
#define TOGETHER_SECONDS ((time_t)600)

struct queue_link {
	uint64_t hash;
	UT_hash_handle hh;
};

struct envelope_link {
	uint64_t hash;
	time_t first;
	time_t last;
	UT_hash_handle hh;
};

struct queued {
	uint64_t hash; /* of host and queue id */
	time_t when; /* it came into the queue */
	char client[48];
	char from[256];
};

void trace_links_init(struct trace_links *links_r)
{
	*links_r = (struct trace_links){.queued = xcalloc(QUEUED_COUNT, sizeof(struct queued))};
}

void trace_links_fini(struct trace_links *links)
{
	TABLE_FREE(links->queue_ids, free);
	TABLE_FREE(links->envelopes, free);
	free(links->queued);
}

/* FNV-1a, without case, with a byte behind each text so that two of them are not one. */
static uint64_t hash_more(uint64_t hash, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint64_t)tolower((unsigned char)text[i])) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_id(const char *host, const char *id, size_t length)
{
	return hash_more(hash_more(UINT64_C(0xcbf29ce484222325), host, strlen(host)), id, length);
}

static uint64_t hash_envelope(const char *client, const char *from, const char *to)
{
	const char *const texts[] = {client, from, to};
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		hash = hash_more(hash, texts[i] != NULL ? texts[i] : "",
				 texts[i] != NULL ? strlen(texts[i]) : 0);
	return hash;
}

void trace_links_add_id(struct trace_links *links, const char *host, const char *id, size_t length)
{
	uint64_t hash = hash_id(host, id, length);
	struct queue_link *link;

	HASH_FIND(hh, links->queue_ids, &hash, sizeof hash, link);
	if (link != NULL || HASH_COUNT(links->queue_ids) >= LINKS_MAX)
		return;
	link = xcalloc(1, sizeof *link);
	link->hash = hash;
	HASH_ADD(hh, links->queue_ids, hash, sizeof hash, link);
}

bool trace_links_has_id(const struct trace_links *links, const char *host, const char *id, size_t length)
{
	uint64_t hash = hash_id(host, id, length);
	struct queue_link *link;

	HASH_FIND(hh, links->queue_ids, &hash, sizeof hash, link);
	return link != NULL;
}

static void add_envelope(struct trace_links *links, uint64_t hash, time_t when)
{
	struct envelope_link *link;

	HASH_FIND(hh, links->envelopes, &hash, sizeof hash, link);
	if (link != NULL) {
		link->first = when < link->first ? when : link->first;
		link->last = when > link->last ? when : link->last;
		return;
	}
	if (HASH_COUNT(links->envelopes) >= LINKS_MAX)
		return;
	link = xcalloc(1, sizeof *link);
	link->hash = hash;
	link->first = link->last = when;
	HASH_ADD(hh, links->envelopes, hash, sizeof hash, link);
}

static bool has_envelope(const struct trace_links *links, uint64_t hash, time_t when)
{
	struct envelope_link *link;

	HASH_FIND(hh, links->envelopes, &hash, sizeof hash, link);
	return link != NULL && when >= link->first - TOGETHER_SECONDS &&
	       when <= link->last + TOGETHER_SECONDS;
}

void trace_links_add_envelope(struct trace_links *links, const char *client, const char *from, const char *to,
			      time_t when)
{
	add_envelope(links, hash_envelope(client, from, to), when);
}

bool trace_links_has_envelope(const struct trace_links *links, const char *client, const char *from,
			      const char *to, time_t when)
{
	return has_envelope(links, hash_envelope(client, from, to), when);
}

/* What stands between the first open and the last close of text, up to a mark where a field ends. */
static void copy_between(char *to, size_t size, const char *text, char open, char close)
{
	const char *begin = strchr(text, open), *end = begin != NULL ? strchr(begin, close) : NULL;
	size_t length = end != NULL ? (size_t)(end - begin) - 1 : 0;

	length = length < size ? length : size - 1;
	if (end != NULL)
		memcpy(to, begin + 1, length);
	to[length] = '\0';
}

static bool begins_with(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* Either is known to belong: then both do. */
static void join(struct trace_links *links, const char *host, const char *id, size_t length,
		 const struct queued *queued, const char *to)
{
	uint64_t envelope = hash_envelope(queued->client, queued->from, to);

	if (trace_links_has_id(links, host, id, length))
		add_envelope(links, envelope, queued->when);
	else if (has_envelope(links, envelope, queued->when))
		trace_links_add_id(links, host, id, length);
}

void trace_links_join(struct trace_links *links, const char *host, const char *message, size_t id_length,
		      time_t when)
{
	const char *rest = message + id_length + 2;
	uint64_t hash = hash_id(host, message, id_length);
	struct queued *queued = &links->queued[hash & (QUEUED_COUNT - 1)];
	char to[256];

	if (begins_with(rest, "client=")) {
		*queued = (struct queued){.hash = hash, .when = when};
		copy_between(queued->client, sizeof queued->client, rest, '[', ']');
	} else if (queued->hash != hash) {
		return;
	} else if (begins_with(rest, "from=<")) {
		copy_between(queued->from, sizeof queued->from, rest, '<', '>');
	} else if (begins_with(rest, "to=<")) {
		copy_between(to, sizeof to, rest, '<', '>');
		join(links, host, message, id_length, queued, to);
	}
}
