/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_VERDICT_REPLY_H
#define FORCEDTLS_VERDICT_REPLY_H

#include "policy/decision.h"

/* Longest reply text in bytes, whatever a policy says: reply lines end at 512 (RFC 5321, 4.5.3.1.5). */
#define REPLY_TEXT_MAX 480

/* What stands in a connector's message for the usual text of the reason. */
#define REPLY_REASON "{reason}"

/* An SMTP reply. Ended with reply_fini. */
struct reply {
	const char *code; /* "451", "550"; NULL where the peer is refused nothing */
	char status[12]; /* enhanced status code, its class that of code; empty without one */
	char *text; /* one printable line; no text of the peer's but a cipher that we know by name */
};

/*
 * Codes and text for a judgement. VERDICT_QUARANTINE has the text alone, which
 * says why the message is held: the peer is told nothing. VERDICT_PASS has
 * nothing. policy: NULL only where it was not told. A connector's message is
 * used but for REASON_INTERNAL; REPLY_REASON in it is the text that would have
 * stood in its place, or a shorter one where that is too long for a reply.
 */
void reply_make(const struct policy *policy, const struct facts *facts, const struct judgement *judgement,
		struct reply *reply_r);
void reply_fini(struct reply *reply);

#endif
