/* SPDX-License-Identifier: MIT */
/* Which entries of "certificate" end, and when. Reads no clock. */
#include "policy/certificate_end.h"

#include <stdint.h>
#include <stdlib.h>

#include "util/memory.h"

static int order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ends(const void *a, const void *b)
{
	const struct certificate_end *one = a, *other = b;
	int order = order_of(one->entry->valid_to, other->entry->valid_to);

	if (order == 0)
		order = order_of(one->connector->number, other->connector->number);
	/* Of one connector: one array. */
	return order != 0 ? order : (one->entry > other->entry) - (one->entry < other->entry);
}

struct certificate_end *certificate_ends(const struct policy *policy, date_t today, size_t *count_r)
{
	struct certificate_end *list = NULL;
	size_t capacity = 0;

	*count_r = 0;
	for (size_t i = 0; i < policy->connector_count; i++) {
		const struct connector *connector = policy->connectors[i];

		for (size_t j = 0; j < connector->require.certificate_count; j++) {
			const struct certificate_entry *entry = &connector->require.certificates[j];

			if (entry->valid_to == 0 || entry->valid_to < today)
				continue;
			*VECTOR_ADD(list, *count_r, capacity) = (struct certificate_end){connector, entry};
		}
	}
	if (*count_r > 0)
		qsort(list, *count_r, sizeof *list, compare_ends);
	return list;
}
