/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_TRACE_H
#define FORCEDTLS_REPORT_TRACE_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/policy.h"
#include "report/log_time.h"
#include "report/scope.h"

/*
 * All lines of the messages that a word is about: a queue id, an address, a
 * client, a connector. The log is read three times: for the queue ids and
 * recipients in lines with the word, for the queue ids of these recipients,
 * and for the lines of all of them. What is kept is bounded.
 */
enum trace_pass {
	TRACE_FIND, /* lines with the word */
	TRACE_JOIN, /* queue ids and verdicts of one recipient */
	TRACE_TAKE, /* lines to be printed */
	TRACE_PASSES,
};

struct trace;

/* word, scope (for its period) and policy (NULL: nothing is replayed) are borrowed; name: of the policy's file. */
struct trace *trace_new(const char *word, const struct scope *scope, const struct policy *policy,
			const char *name, time_t now);

void trace_begin(struct trace *trace, enum trace_pass pass);

/* One line of a pass; it may be changed. */
void trace_add(struct trace *trace, char *text);

/* Prints the lines in the order of their times, fit for a terminal. False when there is none. */
bool trace_print(struct trace *trace, FILE *out);

void trace_free(struct trace **trace);

#endif
