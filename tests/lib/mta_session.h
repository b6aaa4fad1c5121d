/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_MTA_SESSION_H
#define FORCEDTLS_TESTS_MTA_SESSION_H

#include <stddef.h>

#include "mock_mta.h"
#include "scenario.h"

/*
 * What an MTA shows of a scenario's session: the client, the arguments, and
 * each macro with the stage from which on it has a value.
 */
struct staged_macro {
	struct mock_macro macro;
	int stage; /* SMFIM_CONNECT, SMFIM_HELO (TLS), SMFIM_ENVFROM, SMFIM_ENVRCPT, SMFIM_DATA */
};

#define MTA_SESSION_ARGUMENTS 8

struct mta_session {
	enum mock_mta_kind mta;
	struct mock_client client;
	const char *helo; /* NULL: none */
	const char *mail[MTA_SESSION_ARGUMENTS + 1]; /* NULL-terminated */
	const char *rcpt[MTA_SESSION_ARGUMENTS + 1];
	struct staged_macro *macros;
	size_t macro_count;
	size_t macro_capacity;
	struct mock_macro *by_stage; /* the same, those of earlier stages first */
	char **texts; /* what the members above point to */
	size_t text_count;
	size_t text_capacity;
};

/* session must outlive mta_session_r. Ended with mta_session_fini. */
void mta_session_make(const struct session *session, enum mock_mta_kind mta,
		      struct mta_session *mta_session_r);
void mta_session_fini(struct mta_session *mta_session);

/* The macros that have a value by that stage. Borrowed. */
struct mock_macros mta_session_macros(const struct mta_session *mta_session, int stage);

/* NULL when the MTA has no value for it by the time of RCPT. name in milter notation. */
const char *mta_session_macro(const struct mta_session *mta_session, const char *name);

#endif
