/* SPDX-License-Identifier: MIT */
/* Keeps which connectors were traced in one message, so that each is once. Knows nothing of trace headers. */
#include "policy_service/traced.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

static bool is_traced(const struct traced *traced, const char *connector)
{
	for (size_t i = 0; i < traced->count; i++)
		if (strcmp(traced->names[i], connector) == 0)
			return true;
	return false;
}

bool traced_note(struct traced *traced, const char *instance, const char *connector)
{
	if (traced->instance == NULL || strcmp(traced->instance, instance) != 0) {
		traced_fini(traced);
		traced->instance = xstrdup(instance);
	}
	assert(traced->count <= TRACED_MAX);
	if (traced->count == TRACED_MAX || is_traced(traced, connector))
		return false;
	traced->names[traced->count++] = xstrdup(connector);
	return true;
}

void traced_fini(struct traced *traced)
{
	while (traced->count > 0)
		free(traced->names[--traced->count]);
	free(traced->instance);
	traced->instance = NULL;
}
