/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_NETWORK_INDEX_H
#define FORCEDTLS_POLICY_NETWORK_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "util/ip.h"

/*
 * Networks of many owners (connectors), so that the cost of a lookup depends
 * on the prefix lengths that occur and not on the number of networks. Built
 * once, immutable afterwards. Zeroed memory is an empty index.
 */
struct network_index {
	struct network_claim *claims; /* sorted by network, then owner */
	size_t count;
	size_t capacity;
	struct cidr_set networks; /* each once */
	size_t *first; /* the first claim of each network, and behind the last the end */
};

/* Adds a network for owner, whom no other call names with the same network. */
void network_index_add(struct network_index *index, const struct cidr *network, uint32_t owner);
/* To be called once between the last add and the first match. */
void network_index_finish(struct network_index *index);
void network_index_fini(struct network_index *index);

/* Calls found for each network that holds ip, the longest prefix first, once an owner of it. Threads: safe after finish. */
typedef void network_found(void *context, uint32_t owner);
void network_index_match(const struct network_index *index, const struct ip_address *ip, network_found *found,
			 void *context);

#endif
