/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_WAITING_H
#define FORCEDTLS_CLI_WAITING_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "cli/queue.h"
#include "policy/policy.h"

struct waiting_group;

/* Mail that waits because of TLS, by destination and kind of delay. Zeroed before use; ended with waiting_fini. */
struct waiting {
	const struct policy *policy; /* whose connectors are named; outlives it */
	struct waiting_group *groups;
};

/* A queue_found with a struct waiting as context: passes over what waits for another reason. */
void waiting_add(void *context, const struct queue_deferral *deferral);

bool waiting_is_empty(const struct waiting *waiting);

/*
 * The groups, those that wait longest first, as JSON with the keys that
 * forcedtls(1) documents; NULL when jansson fails. The caller ends it with
 * json_decref.
 */
json_t *waiting_json(struct waiting *waiting, time_t now);

/* That JSON for the eye, with_ids: with queue ids. False when writing failed. */
bool waiting_print(const json_t *groups, bool with_ids);

void waiting_fini(struct waiting *waiting);

#endif
