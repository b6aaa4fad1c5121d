/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_CONTROL_CLIENT_H
#define FORCEDTLS_CLI_CONTROL_CLIENT_H

#include <jansson.h>

/* No daemon answers. */
#define EXIT_NOT_RUNNING 3

/* How many seconds control_ask waits: for what a daemon just knows; for it to read a policy, however large, twice and
 * try it in between; and for it to take note of what somebody waits for who has his answer already. */
#define CONTROL_PATIENCE 5
#define CONTROL_PATIENCE_RELOAD 180
#define CONTROL_PATIENCE_TOLD 2

/*
 * Sends request, which it takes over, to the control socket of the daemon of
 * that policy file, and waits for the answer: an object, freed with
 * json_decref. It waits so many seconds at each step (connect, send, read).
 * NULL: why was told on standard error, for the command of that name, and
 * *status_r is the exit status: EX_PROTOCOL where the daemon is there and does
 * not answer.
 */
json_t *control_ask(const char *command, const char *policy_file, json_t *request, int seconds,
		    int *status_r);

/* A member as text that is fit for a terminal: "-" where it is null or missing. The caller frees it. */
char *control_text(const json_t *object, const char *key);

/* "8.1 MiB", into out. */
struct strbuf;
void control_add_bytes(struct strbuf *out, const json_t *object, const char *key);

#endif
