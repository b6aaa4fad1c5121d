/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_POLICY_DECIDE_H
#define FORCEDTLS_TESTS_UNIT_POLICY_DECIDE_H

#include "policy/decision.h"
#include "policy/policy.h"
#include "unit/policy/build.h"

/*
 * One case of a decision: a policy, what is decided by it, and what came of
 * it. A case belongs to one test; open_case and close_case go with its suite.
 */
extern struct policy *policy;
extern struct session session;
extern struct decision decision;

/* An empty policy, and a plaintext session from a@x.contoso.com to b@finance.example. */
void open_case(void);
void close_case(void);

/* Some cases change a connector, or add one, and decide again, which no policy in use does. */
void finish_anew(void);

void use_tls(enum tls_version version);

/* Finishes the policy anew, and decides the session by it. */
void decide(void);
/* Decides without a fact; the policy and the session are such that nothing else keeps mail out. */
void decide_without(enum fact fact);

/* connector: the name of the decisive one, NULL for none. */
void expect(const struct judgement *judgement, enum verdict verdict, enum reason reason,
	    const char *connector);
/* Mail is deferred, enforced and tested alike, for want of that fact. */
void expect_internal(enum fact untold);

#endif
