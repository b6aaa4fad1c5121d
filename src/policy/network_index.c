/* SPDX-License-Identifier: MIT */
/*
 * Which owners have a network that holds an address. Knows nothing of what the
 * owners are.
 */
#include "policy/network_index.h"

#include <assert.h>
#include <stdlib.h>

#include "util/memory.h"

struct network_claim {
	struct cidr network;
	uint32_t owner;
};

void network_index_add(struct network_index *index, const struct cidr *network, uint32_t owner)
{
	index->claims = vector_grow(index->claims, index->count, &index->capacity, sizeof *index->claims);
	index->claims[index->count++] = (struct network_claim){*network, owner};
}

static int compare_claims(const void *a, const void *b)
{
	const struct network_claim *first = a, *second = b;
	int order = cidr_compare(&first->network, &second->network);

	return order != 0 ? order : (first->owner > second->owner) - (first->owner < second->owner);
}

void network_index_finish(struct network_index *index)
{
	assert(index->first == NULL); /* it was not yet */
	if (index->count == 0)
		return;
	qsort(index->claims, index->count, sizeof *index->claims, compare_claims);
	index->first = xcalloc(index->count + 1, sizeof *index->first);
	for (size_t i = 0; i < index->count; i++) {
		const struct cidr *network = &index->claims[i].network;

		if (i > 0 && cidr_compare(&index->claims[i - 1].network, network) == 0)
			continue;
		index->first[index->networks.count] = i;
		cidr_set_add(&index->networks, network);
	}
	index->first[index->networks.count] = index->count;
	cidr_set_finish(&index->networks); /* sorted as they are, they keep their places */
}

void network_index_fini(struct network_index *index)
{
	free(index->claims);
	free(index->first);
	cidr_set_fini(&index->networks);
	*index = (struct network_index){0};
}

void network_index_match(const struct network_index *index, const struct ip_address *ip, network_found *found,
			 void *context)
{
	const struct cidr *network = cidr_set_find(&index->networks, ip);

	for (; network != NULL; network = cidr_set_find_wider(&index->networks, ip, network)) {
		size_t at = (size_t)(network - index->networks.networks);

		for (size_t i = index->first[at]; i < index->first[at + 1]; i++)
			found(context, index->claims[i].owner);
	}
}
