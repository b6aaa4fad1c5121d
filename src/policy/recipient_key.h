/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_RECIPIENT_KEY_H
#define FORCEDTLS_POLICY_RECIPIENT_KEY_H

#include "mail/address.h"
#include "util/memory.h"
#include "policy/policy.h"

/*
 * All that a verdict on From: can know a recipient by: which connectors that
 * From: may concern have it, how specifically, and which exceptions. Of two
 * recipients with equal keys (bytes, not text) only one needs to be judged,
 * whatever From: says. Ended with strbuf_fini. Threads: safe.
 */
struct strbuf recipient_key(const struct policy *policy, const struct readings *recipient);

#endif
