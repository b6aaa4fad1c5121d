/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_VERDICT_LOG_H
#define FORCEDTLS_RUN_VERDICT_LOG_H

#include "config/config.h"
#include "verdict/record.h"

/*
 * Says what was not told, if anything. Then logs one line for what happens, unless it passes and nobody wants to read
 * that, and a second one where connectors in test mode would have it
 * otherwise. tested_recipient: whom that one names. config: NULL without a
 * policy in force.
 */
void verdict_log(const struct config *config, const struct record *record, const char *tested_recipient);

#endif
