/* SPDX-License-Identifier: MIT */
/* Sessions of which a door finds out less than another would. */
#include "property/oracle.h"
#include "property/round.h"
#include "property/take.h"

static bool is_no_pass(const struct ruling *less, const struct ruling *more)
{
	return more->verdict == VERDICT_PASS || less->verdict != VERDICT_PASS;
}

static void compare(struct round *round, const struct model_session *session, const struct rulings *more)
{
	struct rulings less = trial_judge(&round->policy, round->config, session);

	check_oracle(round, &round->policy, session, &less);
	round_count(round, UNTOLD, &round->policy, session, "against the session with one fact more",
		    is_no_pass(&less.enforced, &more->enforced),
		    less.enforced.verdict != more->enforced.verdict, &less.enforced, &more->enforced);
	/* Without the policy nobody knows that it is in test mode. */
	round_count(round, UNTOLD, &round->policy, session, "against the session with one fact more",
		    is_no_pass(&less.tested, &more->tested), less.tested.verdict != more->tested.verdict,
		    &less.tested, &more->tested);
}

/*
 * A fact taken away never turns a refusal into a pass: "cannot tell is no, and
 * it is the decision that says so: a door hands over what it could not find
 * out as a fact, and never decides by itself" (design, section 3, 5).
 */
void check_untold(struct round *round, size_t at)
{
	struct model_session session = round->sessions[at];

	if (take_fact(&session, random_fact(&round->state)))
		compare(round, &session, &round->rulings[at]);
	session = round->sessions[at];
	if (take_away_one(&session, random_below(&round->state, take_count())))
		compare(round, &session, &round->rulings[at]);
}
