/* SPDX-License-Identifier: MIT */
/*
 * Which recipients are one and the same to From:. Knows what decisions may
 * look at (match.c, decision.c), and decides nothing.
 */
#include "policy/recipient_key.h"

struct writer {
	const struct policy *policy;
	struct strbuf key;
};

static void recipient_key_put(struct strbuf *key, uint32_t number)
{
	strbuf_add(key, (const char *)&number, sizeof number);
}

/* pattern_found */
static void recipient_key_found_connector(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct writer *writer = context;

	(void)ref;
	if (!connector_counts_in_from(writer->policy->connectors[owner]))
		return;
	recipient_key_put(&writer->key, owner);
	recipient_key_put(&writer->key, rank);
}

/* pattern_found: whichever of its patterns it is. */
static void found_exception(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	struct writer *writer = context;

	(void)rank;
	(void)ref;
	recipient_key_put(&writer->key, owner);
}

struct strbuf recipient_key(const struct policy *policy, const struct readings *recipient)
{
	struct writer writer = {.policy = policy};

	recipient_key_put(&writer.key, recipient->result);
	for (size_t i = 0; i < recipient->count; i++) {
		const struct address *address = &recipient->addresses[i];

		recipient_key_put(&writer.key, address->domain == NULL);
		pattern_index_match(policy->recipients, address, policy->recipient_delimiter,
				    recipient_key_found_connector, &writer);
		recipient_key_put(&writer.key, UINT32_MAX);
		pattern_index_match(policy->excepted_recipients, address, policy->recipient_delimiter,
				    found_exception, &writer);
		recipient_key_put(&writer.key, UINT32_MAX);
	}
	return writer.key;
}
