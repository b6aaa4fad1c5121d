/* SPDX-License-Identifier: MIT */
/* Keeps what was said of one message, so that it is said once. Knows nothing of what is said. */
#include "policy_service/told.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

static bool has(const struct told *told, const char *connector)
{
	for (size_t i = 0; i < told->count; i++)
		if (strcmp(told->names[i], connector) == 0)
			return true;
	return false;
}

bool told_note(struct told *told, const char *instance, const char *connector)
{
	if (told->instance == NULL || strcmp(told->instance, instance) != 0) {
		told_fini(told);
		told->instance = xstrdup(instance);
	}
	if (told->count == TOLD_MAX || has(told, connector))
		return false;
	told->names[told->count++] = xstrdup(connector);
	return true;
}

void told_fini(struct told *told)
{
	while (told->count > 0)
		free(told->names[--told->count]);
	free(told->instance);
	told->instance = NULL;
}
