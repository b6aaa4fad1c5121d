/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_POLICY_REQUEST_H
#define FORCEDTLS_TESTS_POLICY_REQUEST_H

#include "util/memory.h"
#include "mta_session.h"
#include "scenario.h"

/*
 * What Postfix 3.7 asks a policy server about a scenario's recipient, as it
 * was seen to: addresses without brackets, route, quotes and comments, names
 * of verified certificates as xtext, all attributes. message: its number, as
 * smtpd counts those of its connections. The caller frees it.
 * NULL: Postfix would not ask, or not say what the scenario is about; *why_r
 * (static text) says which.
 */
char *policy_request_make(const struct session *session, const struct mta_session *mta_session,
			  unsigned message, const char **why_r);

/*
 * Asks the policy server at that path. The action, without its frame, which
 * the caller frees; NULL: what went wrong was added to problems.
 */
char *policy_request_ask(const char *path, const char *request, struct strbuf *problems);

#endif
