/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_CORE_BUILD_H
#define TESTS_UNIT_CORE_BUILD_H

#include "policy/facts.h"
#include "policy/policy.h"

/* Policies and facts for the tests of the core, without the config layer. */

/*
 * Adds a connector that demands TLS 1.2. senders, recipients, clients: lists
 * separated by blanks, NULL for none.
 */
struct connector *build_connector(struct policy *policy, const char *name, const char *senders,
				  const char *recipients, const char *clients);
/* Names of verified certificates, separated by blanks. */
void build_presenting(struct connector *connector, const char *names);
void build_cidrs(struct cidr_set *set, const char *networks);
struct pattern_index *build_patterns(const char *patterns);

/* A session from 192.0.2.25 with TLS 1.2, and the readings that it points to. */
struct session {
	struct facts facts;
	struct readings sender;
	struct readings recipient;
};

void build_session(struct session *session, const char *from, const char *to);
void build_session_fini(struct session *session);

#endif
