/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_OUTCOME_H
#define FORCEDTLS_TESTS_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "util/memory.h"
#include "scenario.h"

/* What became of a session, however it was judged. Zeroed memory is "passed without a word". */
struct outcome {
	char *reply; /* "550 5.7.6 TLSv1.2 or better required, got TLSv1"; NULL: let pass */
	char **lines; /* verdict lines of the log, from the queue id on */
	size_t line_count;
	size_t line_capacity;
	/* Of a message, where the scenario has one. */
	char *header_reply; /* at the end of its header; NULL: let pass */
	char *held; /* why it is held, NULL: it is not */
	char *trace; /* the header that was added, without its folds; NULL: none */
	size_t trace_removed; /* fields that were removed */
	/* What a door's log says that it lacks. */
	char *unseen_for; /* the connector that asks for a fingerprint which nobody saw; NULL: none */
	bool foreign_digest; /* a fingerprint that is of no use */
	bool unknown_mta; /* the log says so, of a certificate that nobody vouches for */
};

/* Takes line over. */
void outcome_add_line(struct outcome *outcome, char *line);
void outcome_fini(struct outcome *outcome);

/* True when text begins as a verdict line does: "NOQUEUE: reject: RCPT from ". */
bool outcome_is_verdict_line(const char *text);

/* How many verdict lines the scenario expects. */
size_t outcome_lines_expected(const struct session *session);

/* Whether the scenario expects a line for what happened, beside the one for what would have. */
bool outcome_expects_verdict_line(const struct session *session);

/* Takes a line that says what a door lacks. False: it is another line, or one too many. */
bool outcome_take_warning(struct outcome *outcome, const char *text);

/* The value of a header without its folds. The caller frees it. */
char *outcome_unfold(const char *value);

/* Compares what the log says is lacking: for doors, since the decision function logs nothing. */
void outcome_check_warnings(const struct session *session, const struct outcome *outcome,
			    struct strbuf *complaints);

/* Adds a line to complaints for each difference. */
void outcome_check(const struct session *session, const struct outcome *outcome, struct strbuf *complaints);

#endif
