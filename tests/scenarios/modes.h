/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_MODES_H
#define FORCEDTLS_TESTS_MODES_H

#include <stdbool.h>

#include "mock_mta.h"
#include "outcome.h"
#include "scenario.h"

/*
 * The ways in which a scenario's sessions are judged. One judge is made
 * for a policy; sessions are handed to it in the order of the file. What goes
 * wrong is added to problems, one line each; false means that there is no
 * outcome to look at.
 */

/* The decision function, in this process. */
struct decision_judge;
struct decision_judge *decision_judge_new(const char *name, const char *policy, struct strbuf *problems);
bool decision_judge_session(struct decision_judge *judge, const struct session *session,
			    enum mock_mta_kind mta, struct outcome *outcome_r, struct strbuf *problems);
void decision_judge_free(struct decision_judge **judge);

/* forcedtlsd, through its milter socket. */
struct milter_judge;
struct milter_judge *milter_judge_new(const char *forcedtlsd, const char *policy, struct strbuf *problems);
bool milter_judge_session(struct milter_judge *judge, const struct session *session, enum mock_mta_kind mta,
			  struct outcome *outcome_r, struct strbuf *problems);
/* Ends the daemon; what it still had to say that nobody expected is a problem. */
void milter_judge_free(struct milter_judge **judge, struct strbuf *problems);

/*
 * forcedtlsd, through its policy service. skipped_r: why Postfix would not ask
 * about this, in which case there is no outcome and no problem.
 */
struct policy_judge;
struct policy_judge *policy_judge_new(const char *forcedtlsd, const char *policy, struct strbuf *problems);
bool policy_judge_session(struct policy_judge *judge, const struct session *session, enum mock_mta_kind mta,
			  struct outcome *outcome_r, const char **skipped_r, struct strbuf *problems);
void policy_judge_free(struct policy_judge **judge, struct strbuf *problems);

#endif
