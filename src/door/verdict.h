/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOOR_VERDICT_H
#define FORCEDTLS_DOOR_VERDICT_H

#include "config/config.h"
#include "core/decision.h"
#include "core/record.h"
#include "core/reply.h"
#include "door/session.h"
#include "proto/macros.h"

/* What the MTA is to do with a recipient, or a message. Ended with answer_fini. */
struct answer {
	enum verdict verdict;
	struct reply reply; /* empty with VERDICT_PASS; without codes with VERDICT_QUARANTINE */
};

/* The answer when something went wrong on our side. */
void answer_internal(struct answer *answer_r);
void answer_fini(struct answer *answer);

/*
 * What the session knows, and what the macros add to it; sender, but no
 * recipient. facts_r points into all of them: storage is ended with
 * macro_storage_fini.
 */
void verdict_facts(const struct session *session, const struct milter_macros *macros, struct facts *facts_r,
		   struct macro_storage *storage);

/*
 * Logs one line for what happens, unless it passes and nobody wants to read
 * that, and a second one where connectors in test mode would have it
 * otherwise. tested_recipient: whom that one names.
 */
void verdict_log(const struct config *config, const struct record *record, const char *tested_recipient);

#endif
