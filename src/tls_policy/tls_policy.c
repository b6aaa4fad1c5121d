/* SPDX-License-Identifier: MIT */
/*
 * The service for mail that leaves: from socketmap to policy/tls_policy_lookup.h and back.
 * Translates; decides nothing, and knows nothing of connections.
 */
#include "tls_policy/tls_policy.h"

#include <stdlib.h>
#include <string.h>

#include "policy/tls_policy_lookup.h"
#include "run/emit.h"
#include "run/snapshot.h"
#include "tls_policy/socketmap.h"

static void tls_policy_add_reply(const struct tls_policy_answer *found, struct strbuf *answer)
{
	switch (found->result) {
	case TLS_POLICY_NOT_FOUND:
		socketmap_reply(answer, SOCKETMAP_NOTFOUND, "");
		return;
	case TLS_POLICY_FOUND:
		socketmap_reply(answer, SOCKETMAP_OK, tls_policy_answer_text(found));
		return;
	case TLS_POLICY_TEMP:
		break;
	}
	socketmap_reply(answer, SOCKETMAP_TEMP, TLS_POLICY_TEMP_TEXT);
}

/* The key as a string. With a NUL in it, it is no next hop, as the empty string is none. The caller frees it. */
static char *key_of(const struct socketmap_query *query)
{
	bool is_text = memchr(query->key, '\0', query->key_length) == NULL;

	return xstrndup(query->key, is_text ? query->key_length : 0);
}

static void answer_query(const struct socketmap_query *query, enum tls_policy_map map, struct strbuf *answer)
{
	struct snapshot *snapshot = snapshot_acquire();
	const struct config *config = snapshot_config(snapshot);
	char *next_hop = key_of(query);
	struct tls_policy_lookup lookup;

	tls_policy_look_up(config->policy, map, next_hop, &lookup);
	emit_tls_policy(config, &(struct tls_policy_event){
					.next_hop = next_hop, .policy = config->policy, .lookup = &lookup});
	tls_policy_add_reply(&lookup.enforced, answer);
	free(next_hop);
	snapshot_release(&snapshot);
}

static void refuse_map(const struct socketmap_query *query, struct strbuf *answer)
{
	char *name = xstrndup(query->map, query->map_length);

	emit_tls_policy(NULL, &(struct tls_policy_event){.unknown_map = name});
	socketmap_reply(answer, SOCKETMAP_TEMP, "no table of that name");
	free(name);
}

static enum stream_step tls_policy_serve(void *state, const char *bytes, size_t length, size_t *used_r,
					 struct strbuf *answer)
{
	struct socketmap_query query;
	enum tls_policy_map map;

	(void)state;
	switch (socketmap_parse(bytes, length, &query, used_r)) {
	case NETSTRING_DONE:
		if (tls_policy_map_find(query.map, query.map_length, &map))
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
			.counted = COUNTED_tls_policy,
			.request_max = SOCKETMAP_REQUEST_MAX,
			.serve = tls_policy_serve,
		},
};
