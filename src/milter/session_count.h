/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_SESSION_COUNT_H
#define FORCEDTLS_MILTER_SESSION_COUNT_H

#include "config/config.h"
#include "milter/session.h"

/*
 * Counts a session, once, at the first recipient that is judged in it
 * (run/counters.h): its TLS, and what its MTA hands over. config: NULL without
 * a policy in force.
 */
void session_count(struct session *session, const struct config *config, const struct milter_macros *macros,
		   const struct facts *facts);

#endif
