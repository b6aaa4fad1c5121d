/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONTROL_STATUS_POLICY_H
#define FORCEDTLS_CONTROL_STATUS_POLICY_H

#include <jansson.h>
#include <time.h>

#include "config/config.h"

/* How many days before its end an entry is something to mend, and how many entries are told. */
#define STATUS_DAYS 30
#define STATUS_ENTRIES_MAX ((size_t)10)

/* {"enforced": 2, "tested": 1, "disabled": 0}; in global test mode none is enforced. */
json_t *status_connectors(const struct config *config);

/*
 * Entries of "certificate" that end next, not those that have ended:
 * [{"connector": ..., "certificate": ..., "valid_to": "2027-03-01"}].
 */
json_t *status_ending(const struct config *config, time_t now);

/* Adds to problems each connector that enforces, and of which no entry counts in STATUS_DAYS days. */
void status_ended(const struct config *config, time_t now, json_t *problems);

#endif
