/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_EMIT_H
#define FORCEDTLS_RUN_EMIT_H

#include "config/config.h"
#include "verdict/event.h"
#include "verdict/tls_policy_line.h"

/* event_decide (verdict/event.h), and how long it took is counted. */
void emit_decide(struct event *event);

/*
 * Tells of an event whoever wants to know: the one place where sinks are
 * called, each of them once an event. A service calls it once for each event.
 * Threads: safe. Waits for nobody.
 *
 * The log: what was untold, if anything; one line for what happens, unless it
 * passes and nobody wants to read that (daemon.log_accepted); and a second one
 * where connectors in test mode would have it otherwise. The counters
 * (run/verdict_counters.h). config: NULL without a policy in force.
 */
void emit_verdict(const struct config *config, const struct event *event);

/* The same for an answer of the TLS policy. config: NULL with an unknown_map. */
void emit_tls_policy(const struct config *config, const struct tls_policy_event *event);

#endif
