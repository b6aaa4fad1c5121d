/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CLI_CONTROL_CLIENT_H
#define FORCEDTLS_CLI_CONTROL_CLIENT_H

#include <jansson.h>

/* No daemon answers. */
#define EXIT_NOT_RUNNING 3

/*
 * Sends request, which it takes over, to the control socket of the daemon of
 * that policy file, and waits for the answer: an object, freed with
 * json_decref. NULL: why was told on standard error, for the command of that
 * name, and *status_r is the exit status.
 */
json_t *control_ask(const char *command, const char *policy_file, json_t *request, int *status_r);

/* A member as text that is fit for a terminal: "-" where it is null or missing. The caller frees it. */
char *control_text(const json_t *object, const char *key);

/* "8.1 MiB", into out. */
struct strbuf;
void control_add_bytes(struct strbuf *out, const json_t *object, const char *key);

#endif
