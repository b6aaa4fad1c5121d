/* SPDX-License-Identifier: MIT */
/*
 * What must hold of every policy and every session, tried on random ones:
 * TAP, one point a property. Each round has a policy of its own and can be
 * repeated from its seed. Usage: policy-properties [ROUNDS [SEED]]; without
 * ROUNDS, FORCEDTLS_PROPERTY_ROUNDS in the environment says how many.
 */
#include <stdio.h>
#include <stdlib.h>

#include "property/oracle.h"
#include "property/round.h"

#define ROUNDS 400
#define SEED 20270215u
/* In fewer rounds a property may find nothing that could tell. */
#define ROUNDS_TELLING 100

void round_count(struct round *round, enum property property, const struct model_policy *policy,
		 const struct model_session *session, const char *remark, bool holds, bool telling,
		 const struct ruling *is, const struct ruling *other)
{
	const struct trial trial = {&round->seed, policy, session, remark};

	trial_count(&round->tallies[property], &trial, holds, telling, is, other);
}

void round_count_equal(struct round *round, enum property property, const struct model_policy *policy,
		       const struct model_session *session, const char *remark, bool telling,
		       const struct ruling *is, const struct ruling *other)
{
	round_count(round, property, policy, session, remark, ruling_equal(is, other), telling, is, other);
}

/*
 * The decision is that of the oracle: "One pure function: policy and facts in,
 * verdict and reason out" (design, section 3), and section 3 is all that the
 * oracle knows.
 */
void check_oracle(struct round *round, const struct model_policy *policy, const struct model_session *session,
		  const struct rulings *rulings)
{
	struct oracle_decision oracle = oracle_decide(policy, session);
	const struct ruling enforced = {oracle.enforced.verdict, oracle.enforced.reason,
					oracle.enforced.speaker};
	const struct ruling tested = {oracle.tested.verdict, oracle.tested.reason, oracle.tested.speaker};
	bool telling = enforced.speaker != NOBODY || tested.speaker != NOBODY;

	round_count(round, ORACLE, policy, session, "judged at all", rulings->judged == oracle.judged,
		    telling, &rulings->enforced, &enforced);
	round_count_equal(round, ORACLE, policy, session, "enforced", telling, &rulings->enforced, &enforced);
	/* What is not judged has no second verdict. */
	round_count_equal(round, ORACLE, policy, session, "with connectors in test mode", telling,
			  &rulings->tested, &tested);
}

static void run_round(uint64_t seed, struct tally *tallies)
{
	struct round round = {.seed = seed, .state = seed, .tallies = tallies};

	while (round.config == NULL) {
		random_policy(&round.state, &round.policy);
		round.config = trial_load(&round.policy);
	}
	for (size_t i = 0; i < SESSIONS; i++) {
		random_session(&round.state, &round.sessions[i]);
		round.rulings[i] = trial_judge(&round.policy, round.config, &round.sessions[i]);
		check_oracle(&round, &round.policy, &round.sessions[i], &round.rulings[i]);
		check_stronger(&round, i);
		check_fingerprints(&round, i);
		check_untold(&round, i);
	}
	check_never_frees(&round);
	check_test_mode(&round);
	check_order(&round);
	check_except(&round);
	config_free(&round.config);
}

static unsigned long long number_or(const char *text, unsigned long long otherwise)
{
	return text != NULL && *text != '\0' ? strtoull(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	struct tally tallies[PROPERTY_COUNT] = {
		[STRONGER] = {.name = "a stronger session never fares worse"},
		[NEVER_FREES] = {.name = "a connector frees from those alone that it refines"},
		[TEST_MODE] = {.name = "test mode changes no reply"},
		[ORDER] = {.name = "the order of connectors changes no verdict"},
		[ORACLE] = {.name = "the decision is the oracle's"},
		[EXCEPT] = {.name = "an excepted session is judged as though the connector were not there"},
		[FINGERPRINTS] =
			{.name = "a fingerprint opens what it fits, and not to be told of it opens nothing"},
		[UNTOLD] = {.name = "a fact taken away never turns a refusal into a pass"},
	};
	unsigned long long rounds =
		number_or(argc > 1 ? argv[1] : getenv("FORCEDTLS_PROPERTY_ROUNDS"), ROUNDS);
	uint64_t seed = number_or(argc > 2 ? argv[2] : NULL, SEED);
	bool good = rounds > 0; /* no number is no round, and proves nothing */

	for (unsigned long long i = 0; i < rounds; i++)
		run_round(seed + i, tallies);
	(void)printf("1..%d\n", PROPERTY_COUNT);
	for (size_t i = 0; i < PROPERTY_COUNT; i++) {
		bool holds = tallies[i].failures == 0 && (tallies[i].telling > 0 || rounds < ROUNDS_TELLING);

		(void)printf("%s %zu - %s (%zu cases, %zu telling, %zu wrong)\n", holds ? "ok" : "not ok",
			     i + 1, tallies[i].name, tallies[i].cases, tallies[i].telling,
			     tallies[i].failures);
		good = good && holds;
	}
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
