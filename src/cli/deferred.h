/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_DEFERRED_H
#define FORCEDTLS_CLI_DEFERRED_H

#include "cli/queue.h"
#include "cli/waiting.h"
#include "policy/policy.h"

/* Mail that waits because of TLS, by destination and kind of delay. */
struct deferred_mail {
	const struct policy *policy; /* whose connectors are named; outlives it */
	struct waiting *waiting; /* of deferred_form; borrowed */
};
extern const struct waiting_form deferred_form;

/* A queue_found with a struct deferred_mail as context: passes over what waits for another reason. */
void deferred_add(void *context, const struct queue_recipient *recipient);

#endif
