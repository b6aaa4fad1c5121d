/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_SCENARIO_KEYS_H
#define FORCEDTLS_TESTS_SCENARIO_KEYS_H

#include <stdbool.h>

#include "util/memory.h"
#include "scenario.h"

/* For scenario.c alone: the keys of a session and what is right in them. */

/* KEY_COUNT when there is no such key. */
enum session_key session_key_find(const char *name);
const char *session_key_name(enum session_key key);

/* Takes what session does not give from the defaults, or from the session that it goes on from. */
void session_inherit(struct session *session, const struct session *parent);

/* Looks a complete session over. previous: the one before, or NULL. False: why was added to problem. */
bool session_check(const struct session *session, const struct session *previous, bool any_mta,
		   struct strbuf *problem);

#endif
