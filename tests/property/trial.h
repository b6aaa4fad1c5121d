/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PROPERTY_TRIAL_H
#define TESTS_PROPERTY_TRIAL_H

#include "config/config.h"
#include "policy/decision.h"
#include "property/model.h"

/* What became of one session under one policy. */
struct ruling {
	enum verdict verdict;
	enum reason reason;
	unsigned speaker; /* id of the connector, NOBODY */
};

struct rulings {
	bool judged;
	struct ruling enforced;
	struct ruling tested;
};

/* One property over all rounds. */
struct tally {
	const char *name;
	size_t cases;
	size_t telling; /* those in which it could have failed */
	size_t failures;
};

/*
 * The policy through the real loader, as YAML. NULL when it is refused because
 * two connectors claim the same; anything else is a mistake of the generator
 * and ends the program.
 */
struct config *trial_load(const struct model_policy *policy);

/* The real decision. Checks on the way that From: addresses select as the oracle has it. */
struct rulings trial_judge(const struct model_policy *policy, const struct config *config,
			   const struct model_session *session);

bool ruling_equal(const struct ruling *a, const struct ruling *b);

/*
 * Counts a case. Of one that does not hold it prints policy, session, both
 * rulings and the seed.
 */
struct trial {
	const uint64_t *seed; /* of a round; NULL: it needs none to be seen again */
	const struct model_policy *policy;
	const struct model_session *session;
	const char *remark; /* what was changed; NULL: nothing */
};
void trial_count(struct tally *tally, const struct trial *trial, bool holds, bool telling,
		 const struct ruling *is, const struct ruling *other);

#endif
