/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_MILTER_SESSION_FACTS_H
#define FORCEDTLS_MILTER_SESSION_FACTS_H

#include "milter/macros.h"
#include "milter/session.h"
#include "policy/facts.h"

/*
 * What the session knows, and what the macros add to it; not the recipient,
 * whether there is room for it, or what became of edits. facts_r points into
 * all of them: storage is ended with macro_storage_fini.
 */
void session_facts(const struct session *session, const struct milter_macros *macros, struct facts *facts_r,
		   struct macro_storage *storage);

/*
 * Adds what the policy service was told of the session, unless the macros had
 * it. Where the MTA says
 * nothing of a certificate (Postfix, of one that it did not verify) it settles
 * whether one was shown.
 */
void session_facts_add_fingerprints(const struct fingerprints *fingerprints, struct facts *facts);

#endif
