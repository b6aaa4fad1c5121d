/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_VERDICT_LINES_H
#define FORCEDTLS_TESTS_VERDICT_LINES_H

#include "daemon.h"
#include "outcome.h"

/* The log of a forcedtlsd under test, as the modes that run one read it. */

/* Passes over what is there: what it has to say of the policy is for other tests. */
void verdict_lines_skip(struct daemon *daemon);

/* Verdict lines that are there by now; waits for as many as are to come. Any other line is a problem. */
void verdict_lines_take(struct daemon *daemon, size_t expected, struct outcome *outcome_r,
			struct strbuf *problems);

/* Ends the daemon; what it still had to say that nobody expected is a problem. */
void verdict_lines_end(struct daemon **daemon, struct strbuf *problems);

#endif
