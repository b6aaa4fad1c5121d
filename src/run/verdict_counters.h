/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_VERDICT_COUNTERS_H
#define FORCEDTLS_RUN_VERDICT_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "policy/decision.h"
#include "policy/tls_policy_lookup.h"
#include "run/counters.h"

/*
 * Verdicts and answers of the TLS policy, counted by connector, from the start
 * of the daemon on and over all reloads. What is told apart is bounded whatever
 * policies come: names of connectors have a place each, in the order in which
 * they come into force, and those for which there is none left share one. To
 * count is one addition that nobody waits for. Threads: safe.
 */

/* So many names have a place of their own. */
#define VERDICT_COUNTERS_NAMES_MAX 1000

/*
 * Gives each connector of a configuration its place, which is noted there
 * (config->counter_places): before it comes into force. By one thread at a
 * time; others may count meanwhile.
 */
void verdict_counters_place(struct config *config);

/* service: milter or policy_service. config: whose connector judgement names; NULL: none. tested: the line with "would-". */
void verdict_counters_add(const struct config *config, enum counted_service service,
			  const struct judgement *judgement, bool tested, enum mode mode);

void verdict_counters_add_answer(const struct config *config, const struct tls_policy_answer *answer);

/* One number that is not 0, and what it counts. connector: "-": none; "other": those without a place. */
struct verdict_count {
	enum counted_service service;
	const char *connector;
	enum verdict verdict;
	bool tested;
	enum reason reason;
	enum mode mode;
	uint64_t count;
};
typedef void verdict_counters_visit(void *context, const struct verdict_count *count);
void verdict_counters_each(verdict_counters_visit *visit, void *context);

struct answer_count {
	const char *connector;
	enum tls_policy_result result;
	uint64_t count;
};
typedef void answer_counters_visit(void *context, const struct answer_count *count);
void verdict_counters_each_answer(answer_counters_visit *visit, void *context);

#endif
