/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_HOLD_CLUE_H
#define FORCEDTLS_CLI_HOLD_CLUE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "cli/held.h"

/* From RCPT, when the queue id may not be known, to the arrival as Postfix has it, either way. */
#define HOLD_TOGETHER_SECONDS ((time_t)600)

/* True within HOLD_TOGETHER_SECONDS of each other. */
bool hold_is_together(time_t a, time_t b);

/* What a verdict is found by. */
enum hold_clue_kind {
	HOLD_CLUE_QUEUE_ID,
	HOLD_CLUE_RECIPIENT, /* of one without: sender and recipient, */
	HOLD_CLUE_CLIENT, /* sender and client, without case */
};

struct hold_clue {
	enum hold_clue_kind kind;
	const char *first; /* the queue id, or the sender */
	const char *second; /* the recipient, the client; "" with a queue id */
	time_t time;
	const struct held_verdict *verdict;
};

/* Sorted. Borrows from the verdicts; ended with hold_clues_fini. */
struct hold_clues {
	struct hold_clue *list;
	size_t count;
};
struct hold_clues hold_clues_make(const struct held_verdict *verdicts, size_t count);
void hold_clues_fini(struct hold_clues *clues);

/*
 * The verdict that is nearest in time; but for one with a queue id it has to
 * be within HOLD_TOGETHER_SECONDS. NULL: there is none.
 */
const struct held_verdict *hold_clues_find(const struct hold_clues *clues, enum hold_clue_kind kind,
					   const char *first, const char *second, time_t when);

#endif
