/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_EXPLANATION_H
#define FORCEDTLS_CLI_EXPLANATION_H

#include <jansson.h>
#include <stdbool.h>

#include "policy/decision.h"

/*
 * The way to a verdict as JSON, with the keys that forcedtls(1) documents;
 * NULL when jansson fails. next_hop: where the message goes on to; NULL: to
 * the domain of the recipient. The caller ends it with json_decref.
 */
json_t *explanation_new(const struct policy *policy, const struct facts *facts,
			const struct decision *decision, const char *next_hop);

/* The same for the eye. False when writing failed. */
bool explanation_print(const json_t *explanation);

#endif
