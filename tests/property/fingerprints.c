/* SPDX-License-Identifier: MIT */
/*
 * One session as different doors know it: told of fingerprints, or not. Knows
 * nothing of what the policy wants.
 */
#include "property/round.h"

static struct rulings judge_told(struct round *round, struct model_session *session,
				 const struct model_fingerprints *fingerprints)
{
	struct rulings rulings;

	session->fingerprints = *fingerprints;
	rulings = trial_judge(&round->policy, round->config, session);
	check_oracle(round, &round->policy, session, &rulings);
	return rulings;
}

/*
 * What one door makes of a session without being told is final, unless it
 * defers: whoever is told comes to the same. So nobody passes, or is refused
 * for good, for want of being asked.
 */
static bool is_final(const struct ruling *unseen, const struct ruling *told)
{
	return unseen->verdict == VERDICT_TEMPFAIL || unseen->verdict == told->verdict;
}

static void compare(struct round *round, const struct model_session *session, const struct rulings *is,
		    const struct rulings *other, const char *remark,
		    bool holds(const struct ruling *other, const struct ruling *is))
{
	round_count(round, FINGERPRINTS, &round->policy, session, remark,
		    holds(&other->enforced, &is->enforced), is->enforced.verdict != other->enforced.verdict,
		    &is->enforced, &other->enforced);
	round_count(round, FINGERPRINTS, &round->policy, session, remark, holds(&other->tested, &is->tested),
		    is->tested.verdict != other->tested.verdict, &is->tested, &other->tested);
}

static bool is_same(const struct ruling *other, const struct ruling *is)
{
	return is->verdict == other->verdict;
}

/* Where nobody can tell whether it fits, an error of our own stands in for what none would get. */
static bool is_no_worse(const struct ruling *other, const struct ruling *is)
{
	return is->verdict <= other->verdict || is->reason == REASON_INTERNAL;
}

/*
 * A fingerprint is never worth less than none. One of another digest is worth
 * what an unseen one is: nobody can tell whose it is ("cannot tell is no: no
 * doubt ever lets mail in", design, section 3, 5).
 */
void check_fingerprints(struct round *round, size_t at)
{
	static const struct model_fingerprints unseen = {.seen = FINGERPRINTS_UNSEEN};
	static const struct model_fingerprints none = {.seen = FINGERPRINTS_NONE};
	static const struct model_fingerprints foreign = {
		.seen = FINGERPRINTS_SHOWN, .texts = {"A1:B2:A1:B2"}, .count = 1};
	struct model_session session = round->sessions[at];
	struct model_fingerprints some;
	struct rulings of_unseen, of_none, of_foreign, of_some;

	random_fingerprints(&round->state, &some);
	of_unseen = judge_told(round, &session, &unseen);
	of_none = judge_told(round, &session, &none);
	compare(round, &session, &of_none, &of_unseen, "against the session of which nobody is told",
		is_final);
	of_foreign = judge_told(round, &session, &foreign);
	compare(round, &session, &of_foreign, &of_unseen, "against the session of which nobody is told",
		is_same);
	of_some = judge_told(round, &session, &some);
	compare(round, &session, &of_some, &of_unseen, "against the session of which nobody is told",
		is_final);
	compare(round, &session, &of_some, &of_none, "against the session without certificate", is_no_worse);
}
