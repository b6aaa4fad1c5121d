/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_FROM_SELECTION_H
#define FORCEDTLS_POLICY_FROM_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/address.h"
#include "mail/from_header.h"
#include "policy/pattern_index.h"
#include "policy/policy.h"

/* A connector that perhaps is selected, and by which of its patterns. */
struct possible_match {
	uint32_t number; /* of the connector */
	pattern_rank rank; /* RANK_ANYONE where pattern is PATTERN_REF_NONE */
	pattern_ref pattern; /* PATTERN_REF_NONE: a mailbox of the domain may be meant, or anybody */
	bool anybody; /* nothing points to this connector more than to any other */
};

/*
 * What the From: fields of one message select: addresses that select a
 * connector with header_from, and connectors of which nobody can tell whether
 * they are selected. These are not guessed at: each is to be met, and none of
 * them makes an exception. Zeroed memory is an empty one; ended with
 * from_selection_fini.
 */
struct from_selection {
	struct readings addresses; /* those for which there was room; the others only make matches possible */
	struct readings found; /* for the log: domains, and what had no room, that make some possible */
	struct possible_match *possible; /* in the order of finding, which decides nothing */
	size_t possible_count;
	size_t possible_capacity;
	bool has_field;
	bool has_words; /* some field is not blank */
	bool shows_address; /* one could be read */
	bool names_domain; /* there is what may be one, with a dot */
	bool is_unqualified; /* ... and that of one has no dot */
	enum from_header_result result; /* of all fields so far, with has_field */
	size_t work; /* connectors that were looked at */
	bool *is_possible; /* by number of the connector; NULL: none is */
};

/* Takes in the body of one From: field (mail/from_header.h). */
void from_selection_add(struct from_selection *selection, const struct policy *policy, const char *body);

/*
 * Takes in that what stands in From: without a domain, where nothing has one,
 * or with one that has no dot, may be at host: Sendmail appends its own name
 * where it hands mail on, and mail programs theirs. Connectors that this domain
 * selects are possible. host: NULL, or no domain: nothing. After the last field.
 */
void from_selection_add_host(struct from_selection *selection, const struct policy *policy, const char *host);

/* Takes in what Sender: selects where From: has no address: programs show that then. After the last field. */
void from_selection_add_sender(struct from_selection *selection, const struct policy *policy,
			       const struct from_selection *sender);

/* Takes in a field that is not read at all: any connector with header_from may be meant. */
void from_selection_add_unread(struct from_selection *selection, const struct policy *policy);

/* True when some connector is selected, or perhaps is. */
bool from_selection_any(const struct from_selection *selection);

/* For the log: what selects, and then what makes some possible, by number; NULL behind the last. */
const struct address *from_selection_address(const struct from_selection *selection, size_t number);

void from_selection_fini(struct from_selection *selection);

#endif
