/* SPDX-License-Identifier: MIT */
/*
 * Which recipients wait because of TLS. Which reason is of which kind is for
 * tls/tls_delay.c to say, and which connector speaks for policy/tls_policy_lookup.c.
 */
#include "cli/deferred.h"

#include <stdlib.h>

#include "policy/tls_policy_lookup.h"
#include "tls/tls_delay.h"

const struct waiting_form deferred_form = {.whom = "destination",
					   .whom_title = "DESTINATION",
					   .why = "kind",
					   .why_title = "KIND",
					   .words = "last_words",
					   .words_title = "LAST WORDS"};

/* The connector whose demand Postfix is told for that domain. */
static const char *deferred_connector_of(const struct policy *policy, const char *destination)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, destination, &lookup);
	return lookup.enforced.result == TLS_POLICY_FOUND ? lookup.enforced.connector->name : NULL;
}

void deferred_add(void *context, const struct queue_recipient *recipient)
{
	const struct deferred_mail *deferred = context;
	enum tls_delay delay = recipient->reason != NULL ? tls_delay_find(recipient->reason) : TLS_DELAY_NONE;
	char *destination;

	if (delay == TLS_DELAY_NONE)
		return;
	destination = waiting_domain(recipient->address);
	waiting_add(deferred->waiting,
		    &(struct waiting_recipient){
			    .whom = destination,
			    .connector = deferred_connector_of(deferred->policy, destination),
			    .why = tls_delay_name(delay),
			    .rank = (int)delay,
			    .line = recipient->line,
			    .queue_id = recipient->queue_id,
			    .arrival = recipient->arrival,
			    .words = tls_delay_words(recipient->reason),
		    });
	free(destination);
}
