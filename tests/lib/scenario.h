/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_SCENARIO_H
#define FORCEDTLS_TESTS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Scenario files: policies, sessions that come in under them, and what must
 * become of each. tests/scenarios/README.md describes the format.
 */
enum session_key {
	KEY_NAME,
	KEY_AFTER,
	/* What the session is like. */
	KEY_MTA,
	KEY_CLIENT,
	KEY_PORT,
	KEY_CLIENT_NAME,
	KEY_RESOLVE,
	KEY_HELO,
	KEY_SECOND_EHLO,
	KEY_TLS,
	KEY_CIPHER,
	KEY_BITS,
	KEY_VERIFY,
	KEY_SUBJECT,
	KEY_ISSUER,
	KEY_SUBJECT_DN,
	KEY_ISSUER_DN,
	KEY_FINGERPRINT,
	KEY_KEY_FINGERPRINT,
	KEY_AUTHENTICATED,
	KEY_FROM,
	KEY_MAIL_ADDR,
	KEY_MAIL_PARAMETERS,
	KEY_TO,
	KEY_RCPT_ADDR,
	KEY_RCPT_PARAMETERS,
	KEY_DATE,
	/* What must become of it. */
	KEY_VERDICT,
	KEY_CONNECTOR,
	KEY_REASON,
	KEY_REPLY,
	KEY_WOULD,
	KEY_WOULD_CONNECTOR,
	KEY_WOULD_REASON,
	KEY_WOULD_REPLY,
	/* The same at the end of the message's header, and what is done to the message. */
	KEY_HEADER_VERDICT,
	KEY_HEADER_CONNECTOR,
	KEY_HEADER_REASON,
	KEY_HEADER_REPLY,
	KEY_HEADER_WOULD,
	KEY_HEADER_WOULD_CONNECTOR,
	KEY_HEADER_WOULD_REASON,
	KEY_HEADER_WOULD_REPLY,
	KEY_HELD,
	KEY_TRACE,
	KEY_TRACE_REMOVED,
	KEY_COUNT,
};

/* A value of NULL is "none": expressly absent. */
struct setting {
	bool given;
	char *value;
};

/* A value of NULL is "none". */
struct named_value {
	char *name;
	char *value;
};

struct pairs {
	struct named_value *list;
	size_t count;
	size_t capacity;
};

struct session {
	size_t line;
	struct setting settings[KEY_COUNT];
	struct pairs macros; /* raw values, over what the MTA would send */
	struct pairs headers; /* of the message, names and bodies in order; none: there is no message */
	struct pairs log; /* fields of the log line and their values */
};

/* One document of the file: a policy and its sessions. */
struct group {
	size_t line;
	char *policy;
	bool any_order; /* to be run with the connectors in reverse order too */
	bool any_mta; /* to be run as Postfix and as Sendmail */
	bool milter_alone; /* not for the policy service, which knows more */
	struct session *sessions;
	size_t session_count;
	size_t session_capacity;
};

struct scenario {
	char *path;
	struct group *groups;
	size_t group_count;
	size_t group_capacity;
};

/* False: what is wrong was written to errors, as TAP comments. End scenario_r with scenario_fini anyway. */
bool scenario_load(const char *path, struct scenario *scenario_r, FILE *errors);
void scenario_fini(struct scenario *scenario);

/* NULL when the key was not given or is "none". */
const char *session_get(const struct session *session, enum session_key key);
bool session_given(const struct session *session, enum session_key key);
bool session_is(const struct session *session, enum session_key key, const char *value);

/* A fingerprint of another digest than SHA-256, which has 64 digits, with colons or without. */
bool session_shows_foreign_digest(const struct session *session);

#endif
