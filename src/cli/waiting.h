/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_WAITING_H
#define FORCEDTLS_CLI_WAITING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct waiting_group;

/* What the columns are called: keys of JSON, and titles for the eye. Static. */
struct waiting_form {
	const char *whom, *whom_title;
	const char *why, *why_title;
	const char *words, *words_title;
};

/* Mail in the queue, brought together by whom it is for or from, and why it waits. Zeroed but for form; ended with waiting_fini. */
struct waiting {
	const struct waiting_form *form;
	struct waiting_group *groups;
};

/* A recipient of a message. Texts are borrowed for the call. */
struct waiting_recipient {
	const char *whom; /* "": none, such as no domain */
	const char *connector; /* NULL: none */
	const char *why; /* NULL: nobody knows */
	int rank; /* the order of why, where all else is the same */
	size_t line; /* one line is one message; recipients of one message follow each other */
	const char *queue_id;
	time_t arrival;
	const char *words; /* what was said; NULL: nothing */
};

void waiting_add(struct waiting *waiting, const struct waiting_recipient *recipient);

bool waiting_is_empty(const struct waiting *waiting);

/*
 * The groups, those that wait longest first, as JSON with the keys that
 * forcedtls(1) documents; NULL when jansson fails. The caller ends it with
 * json_decref.
 */
json_t *waiting_json(struct waiting *waiting, time_t now);

/* That JSON for the eye, with_ids: with queue ids. False when writing failed. */
bool waiting_print(const struct waiting_form *form, const json_t *groups, bool with_ids);

void waiting_fini(struct waiting *waiting);

/* The domain of an address as Postfix prints it, "" where it has none. The caller frees it. */
char *waiting_domain(const char *address);

#endif
