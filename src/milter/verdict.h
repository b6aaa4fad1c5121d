/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_VERDICT_H
#define FORCEDTLS_MILTER_VERDICT_H

#include "config/config.h"
#include "policy/decision.h"
#include "verdict/reply.h"
#include "milter/session.h"
#include "milter/macros.h"

/* What the MTA is to do with a recipient, or a message. Ended with answer_fini. */
struct answer {
	enum verdict verdict;
	struct reply reply; /* empty with VERDICT_PASS; without codes with VERDICT_QUARANTINE */
};

void answer_fini(struct answer *answer);

/*
 * What the session knows, and what the macros add to it; not the recipient,
 * whether there is room for it, or what became of edits. facts_r points into
 * all of them: storage is ended with macro_storage_fini.
 */
void verdict_facts(const struct session *session, const struct milter_macros *macros, struct facts *facts_r,
		   struct macro_storage *storage);

/*
 * Adds what the policy service was told of the session. Where the MTA says
 * nothing of a certificate (Postfix, of one that it did not verify) it settles
 * whether one was shown.
 */
void verdict_add_fingerprints(const struct fingerprints *fingerprints, struct facts *facts);

#endif
