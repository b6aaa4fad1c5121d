/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_UNIT_MILTER_STEPS_H
#define FORCEDTLS_TESTS_UNIT_MILTER_STEPS_H

#include <stddef.h>

#include "milter/answer.h"
#include "milter/macros.h"
#include "milter/session.h"

/*
 * The steps of messages in one session, for tests of what comes after the
 * recipients. want: "pass", "quarantine", or how the reply begins, such as
 * "550 5.7.10 text".
 */

/* A policy of connectors that From: selects, and one that does not hear it. */
#define CONNECTORS                                                                                           \
	"connectors:\n"                                                                                      \
	"  - {name: partner, senders: [partner.example], header_from: true, require: tls, on_failure: "      \
	"reject}\n"                                                                                          \
	"  - {name: held, senders: [held.example], header_from: true, require: tls, on_failure: "            \
	"quarantine}\n"                                                                                      \
	"  - {name: to-one, senders: [some.example], header_from: true, recipients: [one.example], "         \
	"require: "                                                                                          \
	"tls}\n"                                                                                             \
	"  - {name: to-two, senders: [some.example], header_from: true, recipients: [two.example], "         \
	"require: "                                                                                          \
	"tls, on_failure: reject}\n"                                                                         \
	"  - {name: mixed, recipients: [mixed.example], require: tls, on_failure: quarantine, message: "     \
	"'100% "                                                                                             \
	"held'}\n"
/* Macros of RCPT, without TLS and with it. */
extern const struct milter_macros plain;
extern const struct milter_macros encrypted;
extern const struct abilities everything;

/* Where the steps are taken. open_session and close_session go with the suite of a test. */
extern struct session *session;

/* Puts CONNECTORS in force and opens a session that has every ability, up to HELO. */
void open_session(void);
void close_session(void);
/* CONNECT and HELO of session, from 192.0.2.25. */
void connect_client(void);

void recipient(const char *address, const struct milter_macros *macros, const char *want);
void end_header(const char *want);
/* A message to x@one.example with that From:, up to the end of its header. */
void message(const struct milter_macros *macros, const char *from, const char *want);

/* what: the step that was answered. Ends answer. */
void expect(struct answer *answer, const char *what, const char *want);
/* The end of the header, and what it logs: so many lines, with that text in them. */
void expect_log(const char *want_answer, size_t lines, const char *want);

#endif
