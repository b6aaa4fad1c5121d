/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_QUEUE_H
#define FORCEDTLS_CLI_QUEUE_H

#include <stddef.h>
#include <stdio.h>
#include <time.h>

/* Longest line that is read, in bytes: a message with a hundred thousand recipients and what was said to each. */
#define QUEUE_LINE_MAX ((size_t)32 * 1024 * 1024)

/* Which messages: those that wait for their next delivery attempt or are in the midst of one (queues deferred and active), or those that are held. */
enum queue_part {
	QUEUE_ON_ITS_WAY,
	QUEUE_HELD,
};

/* A recipient of a message. Texts are UTF-8, borrowed for the call. */
struct queue_recipient {
	size_t line; /* one line is one message */
	const char *queue_id;
	time_t arrival; /* years 1970 to 9999 */
	const char *
		sender; /* as Postfix prints it, "MAILER-DAEMON" for the null sender (empty_address_recipient); NULL: not there */
	const char *address; /* as Postfix prints it, quoted where it needs to be */
	const char *original; /* orig_address, where Postfix has another one; NULL */
	const char *reason; /* delay_reason, or bounce_reason; NULL: nobody has tried */
};

typedef void (*queue_found)(void *context, const struct queue_recipient *recipient);

enum queue_result {
	QUEUE_READ,
	QUEUE_MALFORMED, /* at least one line was none of postqueue's; the others were read */
	QUEUE_UNREADABLE, /* the file cannot be read, or not to its end */
};

/*
 * Reads a queue as "postqueue -j" prints it (postqueue(1), JSON OBJECT
 * FORMAT), one message a line, and hands over each recipient of that part.
 * Bytes that are not UTF-8 become U+FFFD. A malformed line is told on standard
 * error, with its number, and nothing of it is handed over. name: of the file,
 * for messages.
 */
enum queue_result queue_read(FILE *in, const char *name, enum queue_part part, queue_found found,
			     void *context);

#endif
