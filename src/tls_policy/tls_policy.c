/* SPDX-License-Identifier: MIT */
/*
 * The door for mail that leaves: from socketmap to policy/delivery and back.
 * Translates and logs; decides nothing, and knows nothing of connections.
 */
#include "tls_policy/tls_policy.h"

#include <stdlib.h>
#include <string.h>

#include "policy/delivery.h"
#include "verdict/delivery_record.h"
#include "tls_policy/socketmap.h"
#include "run/log.h"
#include "run/snapshot.h"

static void log_record(const struct delivery_record *record, enum log_format format)
{
	char *line = NULL;

	switch (format) {
	case LOG_FORMAT_TEXT:
		line = delivery_record_text(record);
		break;
	case LOG_FORMAT_JSON:
		line = delivery_record_json(record);
		break;
	}
	log_finished(LOG_SEVERITY_INFO, line);
	free(line);
}

/* Postfix asks for the domains above after NOTFOUND: of these nobody wants to read. */
static void log_answer(const struct config *config, const char *next_hop, const struct delivery *delivery)
{
	struct delivery_record record = {
		.next_hop = next_hop, .policy = config->policy, .delivery = delivery};

	if (delivery->enforced.result == DELIVERY_TEMP ||
	    (config->daemon.log_accepted && delivery->read != NEXT_HOP_PARENT))
		log_record(&record, config->daemon.log_format);
	record.tested = true;
	if (delivery->tested_differs)
		log_record(&record, config->daemon.log_format);
}

static void add_reply(const struct delivery_answer *found, struct strbuf *answer)
{
	switch (found->result) {
	case DELIVERY_NOT_FOUND:
		socketmap_reply(answer, SOCKETMAP_NOTFOUND, "");
		return;
	case DELIVERY_FOUND:
		socketmap_reply(answer, SOCKETMAP_OK, delivery_text(found));
		return;
	case DELIVERY_TEMP:
		break;
	}
	socketmap_reply(answer, SOCKETMAP_TEMP, DELIVERY_TEMP_TEXT);
}

/* The key as a string. With a NUL in it, it is no next hop, as the empty string is none. The caller frees it. */
static char *key_of(const struct socketmap_query *query)
{
	bool is_text = memchr(query->key, '\0', query->key_length) == NULL;

	return xstrndup(query->key, is_text ? query->key_length : 0);
}

static void answer_query(const struct socketmap_query *query, enum delivery_map map, struct strbuf *answer)
{
	struct snapshot *snapshot = snapshot_acquire();
	const struct config *config = snapshot_config(snapshot);
	char *next_hop = key_of(query);
	struct delivery delivery;

	delivery_find(config->policy, map, next_hop, &delivery);
	log_answer(config, next_hop, &delivery);
	add_reply(&delivery.enforced, answer);
	free(next_hop);
	snapshot_release(&snapshot);
}

/* What a table of that name was to say, nobody knows: the mail waits until the name is right. */
static void refuse_map(const struct socketmap_query *query, struct strbuf *answer)
{
	char *name = xstrndup(query->map, query->map_length);

	log_line(LOG_SEVERITY_WARNING,
		 "tls_policy: no table is called %.100s: write tls_policy, partners or rest into "
		 "smtp_tls_policy_maps; the mail waits",
		 name);
	socketmap_reply(answer, SOCKETMAP_TEMP, "no table of that name");
	free(name);
}

static enum stream_step serve(void *state, const char *bytes, size_t length, size_t *used_r,
			      struct strbuf *answer)
{
	struct socketmap_query query;
	enum delivery_map map;

	(void)state;
	switch (socketmap_parse(bytes, length, &query, used_r)) {
	case NETSTRING_DONE:
		if (delivery_map_find(query.map, query.map_length, &map))
			answer_query(&query, map, answer);
		else
			refuse_map(&query, answer);
		return STREAM_DONE;
	case NETSTRING_MORE:
		return STREAM_MORE;
	case NETSTRING_INVALID:
		break;
	}
	return STREAM_MALFORMED;
}

const struct service service_tls_policy = {
	.thread = SERVICE_THREAD_MAIL,
	.stream =
		{
			.name = "tls_policy",
			.request_max = SOCKETMAP_REQUEST_MAX,
			.serve = serve,
		},
};
