/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONTROL_COMMAND_H
#define FORCEDTLS_CONTROL_COMMAND_H

#include <jansson.h>

#include "server/service.h"

/* What can be asked: a row in control/command.c, and a function. */
struct control_command {
	const char *name;
	/*
	 * Does what request, an object, asks for, and adds to reply, which says
	 * "result": "ok" (control/reply.h). request comes from outside: it may
	 * have anything in it. In the thread that reloads.
	 */
	void (*run)(const struct service_context *context, const json_t *request, json_t *reply);
};

/* NULL: there is none of that name. */
const struct control_command *control_command_find(const char *name);

/*
 * Reads the policy file and puts it into force: {"reloaded": true,
 * "read_seconds": ..., "swap_seconds": ..., "resident_bytes": ..., "messages":
 * ["FILE:LINE:COLUMN: warning: ..."]}. With errors "result" is "failed", and
 * the policy that was in force stays. "verbose": true adds "changes".
 */
void control_reload(const struct service_context *context, const json_t *request, json_t *reply);

/* All that forcedtls status tells, and what is to be mended in "problems". */
void control_status(const struct service_context *context, const json_t *request, json_t *reply);

/*
 * For forcedtls doctor --live. watch: {"client": "127.0.0.1", "port": 40000},
 * the client's end of a session that it opens. watched: the same, when the
 * session has named a recipient; the answer has "told", a list of what each
 * service was told, {"service": "milter", "exempt": true, "tls": "TLSv1.3",
 * "cipher": ..., "bits": 256, "certificate": "untold", "fingerprint": false,
 * "foreign_digest": false}.
 */
void control_watch(const struct service_context *context, const json_t *request, json_t *reply);
void control_watched(const struct service_context *context, const json_t *request, json_t *reply);

/* {"errors": 0, "warnings": 1}: what doctor found, for status. */
void control_doctored(const struct service_context *context, const json_t *request, json_t *reply);

#endif
