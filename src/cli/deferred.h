/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_DEFERRED_H
#define FORCEDTLS_CLI_DEFERRED_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "cli/queue.h"
#include "policy/policy.h"

struct deferred_group;

/* Mail that waits because of TLS, by destination and kind of delay. Zeroed before use; ended with deferred_fini. */
struct deferred_mail {
	const struct policy *policy; /* whose connectors are named; outlives it */
	struct deferred_group *groups;
};

/* A queue_found with a struct deferred_mail as context: passes over what waits for another reason. */
void deferred_add(void *context, const struct queue_deferral *deferral);

bool deferred_is_empty(const struct deferred_mail *deferred);

/*
 * The groups, those that wait longest first, as JSON with the keys that
 * forcedtls(1) documents; NULL when jansson fails. The caller ends it with
 * json_decref.
 */
json_t *deferred_json(struct deferred_mail *deferred, time_t now);

/* That JSON for the eye, with_ids: with queue ids. False when writing failed. */
bool deferred_print(const json_t *groups, bool with_ids);

void deferred_fini(struct deferred_mail *deferred);

#endif
