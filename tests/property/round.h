/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PROPERTY_ROUND_H
#define TESTS_PROPERTY_ROUND_H

#include "property/trial.h"

#define SESSIONS 24

enum property {
	STRONGER,
	NEVER_FREES,
	TEST_MODE,
	ORDER,
	ORACLE,
	EXCEPT,
	FINGERPRINTS,
	UNTOLD,
	PROPERTY_COUNT,
};

struct round {
	uint64_t seed;
	uint64_t state;
	struct model_policy policy;
	struct config *config;
	struct model_session sessions[SESSIONS];
	struct rulings rulings[SESSIONS]; /* under policy */
	struct tally *tallies;
};

/* Counts one case of a property (trial_count). remark: what is other than in the round's policy. */
void round_count(struct round *round, enum property property, const struct model_policy *policy,
		 const struct model_session *session, const char *remark, bool holds, bool telling,
		 const struct ruling *is, const struct ruling *other);
/* The same where two rulings have to be equal. */
void round_count_equal(struct round *round, enum property property, const struct model_policy *policy,
		       const struct model_session *session, const char *remark, bool telling,
		       const struct ruling *is, const struct ruling *other);

/* The properties. Each says what must hold, and where that is promised. */
void check_oracle(struct round *round, const struct model_policy *policy, const struct model_session *session,
		  const struct rulings *rulings);
void check_stronger(struct round *round, size_t at);
void check_never_frees(struct round *round);
void check_test_mode(struct round *round);
void check_order(struct round *round);
void check_except(struct round *round);
void check_fingerprints(struct round *round, size_t at);
void check_untold(struct round *round, size_t at);

#endif
