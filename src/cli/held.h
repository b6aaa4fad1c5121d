/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_HELD_H
#define FORCEDTLS_CLI_HELD_H

#include <stddef.h>
#include <time.h>

#include "cli/queue.h"
#include "cli/waiting.h"
#include "util/table.h"

/* A message that is held. All owned. */
struct held_message {
	char *queue_id;
	char *sender; /* "" for the null sender */
	char *client; /* its address, by Postfix's log; NULL: not seen */
	char **recipients;
	size_t recipient_count, recipient_capacity;
	size_t addresses; /* recipients without the originals among them */
	time_t arrival;
	size_t line;
	UT_hash_handle hh;
};

/* A verdict that had one held. All owned; NULL: the log does not say. */
struct held_verdict {
	char *queue_id; /* NULL: none yet */
	char *client;
	char *from;
	char *to;
	char *connector;
	char *reason;
	char *reply;
	time_t time; /* 0: none */
};

/*
 * Mail in Postfix's hold queue, and the verdicts of forcedtlsd that had it
 * held. Neither the queue nor the message says who held it: the log does.
 * Zeroed before use; ended with held_fini.
 */
struct held_mail {
	struct held_message *messages; /* by queue id */
	time_t oldest; /* when the first of them came; 0: there are none */
	struct held_verdict *verdicts;
	size_t verdict_count;
	size_t verdict_capacity;
	size_t unkept; /* verdicts that had no room */
	time_t now; /* of the run: for times without a year */
};
extern const struct waiting_form held_form;

/* A queue_found with a struct held_mail as context. */
void held_add(void *context, const struct queue_recipient *recipient);

/*
 * Reads what the log says of these messages: the files, or the journal where
 * there are none. EX_OK, or a status of sources_read (report/sources.h) with a
 * message.
 */
int held_read_log(struct held_mail *held, char *const *files, size_t file_count);

/*
 * Adds the messages to waiting, which is of held_form: by the sender's domain,
 * and the connector and the reason of the verdict. That is one with the queue
 * id; else, since Postfix has none yet when it asks about the first recipient,
 * the nearest within ten minutes with the same sender and recipient, or with
 * the same client and sender, for an alias changes the recipient. Nothing is
 * said of the others: somebody else held them, or the log does not reach back.
 */
void held_group(const struct held_mail *held, struct waiting *waiting);

void held_fini(struct held_mail *held);

#endif
