/* SPDX-License-Identifier: MIT */
/*
 * Policies changed in one thing, and what that may do to the same sessions.
 */
#include <string.h>

#include "property/oracle.h"
#include "property/round.h"

/* Another policy of the same round. */
struct variant {
	struct model_policy policy;
	struct config *config; /* NULL: no policy that a user could load */
};

static void insert(struct model_policy *policy, size_t at, const struct model_connector *connector)
{
	memmove(&policy->connectors[at + 1], &policy->connectors[at],
		(policy->count - at) * sizeof *policy->connectors);
	policy->connectors[at] = *connector;
	policy->count++;
}

static void drop(struct model_policy *policy, size_t at)
{
	policy->count--;
	memmove(&policy->connectors[at], &policy->connectors[at + 1],
		(policy->count - at) * sizeof *policy->connectors);
}

/* Whether the same addresses of From: select something: no other is judged, and so none makes a difference. */
static bool hear_alike(const struct model_policy *a, const struct model_policy *b,
		       const struct model_session *session)
{
	for (size_t i = 0; i < session->from_count; i++)
		if (oracle_selects_header(a, session->from[i]) != oracle_selects_header(b, session->from[i]))
			return false;
	return true;
}

/* Whether the same is to be told of messages: what hears From: needs more of them. */
static bool need_alike(const struct model_policy *a, const struct model_policy *b)
{
	return oracle_hears_header(a, true) == oracle_hears_header(b, true) &&
	       oracle_hears_header(a, false) == oracle_hears_header(b, false);
}

/*
 * Whether all connectors that stood for the verdict are displaced by the new
 * one: each that applied to a reading and was not met, with that verdict as
 * its action, is refined by it there.
 */
static bool all_are_refined(const struct model_policy *policy, const struct model_session *session,
			    const struct model_connector *added, enum verdict verdict, bool with_tests)
{
	struct oracle_mail mails[MAILS_MAX];
	size_t mail_count = oracle_mails(policy, session, mails), freed = 0;

	for (size_t m = 0; m < mail_count; m++)
		for (size_t i = 0; i < policy->count; i++) {
			const struct model_connector *connector = &policy->connectors[i];
			enum reason reason = oracle_demands(connector, &mails[m]);

			if (!oracle_applies(connector, &mails[m], with_tests) || reason == REASON_NONE ||
			    oracle_action(connector, reason, &mails[m]) != verdict)
				continue;
			if (!oracle_matches(added, &mails[m]) || !oracle_refines(added, connector, &mails[m]))
				return false;
			freed++;
		}
	return freed > 0;
}

static void judge_freed(struct round *round, const struct variant *variant,
			const struct model_connector *added, size_t at)
{
	const struct model_session *session = &round->sessions[at];
	const struct rulings *before = &round->rulings[at];
	struct rulings after = trial_judge(&variant->policy, variant->config, session);
	bool freed = after.enforced.verdict < before->enforced.verdict;

	round_count(round, NEVER_FREES, &variant->policy, session, "enforced; the last name was added",
		    !freed ||
			    all_are_refined(&round->policy, session, added, before->enforced.verdict, false),
		    freed, &after.enforced, &before->enforced);
	if (round->policy.test)
		return;
	freed = after.tested.verdict < before->tested.verdict;
	round_count(round, NEVER_FREES, &variant->policy, session, "with tests; the last name was added",
		    !freed || all_are_refined(&round->policy, session, added, before->tested.verdict, true),
		    freed, &after.tested, &before->tested);
}

/*
 * A connector never frees a session from another that it does not refine:
 * "one displaces another when it is a true refinement. All that are not
 * displaced apply" and "all that apply must be met" (design, section 3, 2 and 3).
 */
void check_never_frees(struct round *round)
{
	struct variant variant = {.policy = round->policy};
	struct model_connector added;

	random_connector(&round->state, (unsigned)round->policy.count, &added);
	added.test = false;
	/* What demands nothing is what frees most. */
	if (random_one_in(&round->state, 2))
		added.require = (struct model_require){.kind = DEMAND_NONE};
	insert(&variant.policy, random_below(&round->state, variant.policy.count + 1), &added);
	variant.config = trial_load(&variant.policy);
	for (size_t i = 0; variant.config != NULL && i < SESSIONS; i++)
		judge_freed(round, &variant, &added, i);
	config_free(&variant.config);
}

/*
 * Test mode never changes a reply: "a connector in test mode displaces none
 * that enforces: the verdict is what it would be without the test connectors"
 * (design, section 3, 3); "a global mode: test overrides every connector" (2).
 */
void check_test_mode(struct round *round)
{
	static const struct ruling pass = {VERDICT_PASS, REASON_NONE, NOBODY};
	struct variant with = {.policy = round->policy}, global = {.policy = round->policy};
	struct model_connector added;

	random_connector(&round->state, (unsigned)round->policy.count, &added);
	added.test = true;
	insert(&with.policy, random_below(&round->state, with.policy.count + 1), &added);
	global.policy.test = true;
	with.config = trial_load(&with.policy);
	global.config = trial_load(&global.policy);
	for (size_t i = 0; i < SESSIONS; i++) {
		const struct model_session *session = &round->sessions[i];
		struct rulings rulings;

		if (with.config != NULL) {
			const struct rulings *before = &round->rulings[i];
			bool telling;

			rulings = trial_judge(&with.policy, with.config, session);
			telling = !ruling_equal(&rulings.tested, &before->tested);
			if (hear_alike(&with.policy, &round->policy, session))
				round_count_equal(round, TEST_MODE, &with.policy, session,
						  "the last name, in test mode, was added", telling,
						  &rulings.enforced, &before->enforced);
			else if (rulings.enforced.reason != REASON_INTERNAL) /* refused at RCPT already */
				round_count(round, TEST_MODE, &with.policy, session,
					    "the last name, in test mode, was added, and hears From:",
					    rulings.enforced.verdict == before->enforced.verdict, telling,
					    &rulings.enforced, &before->enforced);
			check_oracle(round, &with.policy, session, &rulings);
		}
		rulings = trial_judge(&global.policy, global.config, session);
		if (!oracle_is_untold(session, FACT_POLICY))
			round_count_equal(round, TEST_MODE, &global.policy, session, "all in test mode",
					  round->rulings[i].enforced.verdict != VERDICT_PASS,
					  &rulings.enforced, &pass);
		check_oracle(round, &global.policy, session, &rulings);
	}
	config_free(&with.config);
	config_free(&global.config);
}

/*
 * "The order in the file never matters", but for who speaks: "at a tie the one
 * that stands first in the file speaks" (design, section 3, 2 and 3). So the
 * verdict is the same in any order, and reason and connector where there is
 * one with that verdict alone; where there are several, the oracle says who is
 * first in the new order.
 */
void check_order(struct round *round)
{
	struct variant variant = {.policy = round->policy};

	for (size_t i = variant.policy.count; i > 1; i--) {
		size_t other = random_below(&round->state, i);
		struct model_connector moved = variant.policy.connectors[i - 1];

		variant.policy.connectors[i - 1] = variant.policy.connectors[other];
		variant.policy.connectors[other] = moved;
	}
	variant.config = trial_load(&variant.policy);
	for (size_t i = 0; i < SESSIONS; i++) {
		const struct model_session *session = &round->sessions[i];
		const struct rulings *before = &round->rulings[i];
		struct oracle_decision oracle = oracle_decide(&round->policy, session);
		struct rulings rulings = trial_judge(&variant.policy, variant.config, session);
		bool telling = oracle.enforced.speakers > 0 && variant.policy.count > 1;

		round_count(round, ORDER, &variant.policy, session, "verdict in another order",
			    rulings.enforced.verdict == before->enforced.verdict &&
				    rulings.tested.verdict == before->tested.verdict,
			    telling, &rulings.enforced, &before->enforced);
		if (oracle.enforced.speakers == 1)
			round_count_equal(round, ORDER, &variant.policy, session, "speaker in another order",
					  telling, &rulings.enforced, &before->enforced);
		check_oracle(round, &variant.policy, session, &rulings);
	}
	config_free(&variant.config);
}

/* An exception that holds for every session, or for those that authenticate. */
static void except_all(struct round *round, struct model_connector *connector, bool *authenticated_r)
{
	struct model_exception *item = &connector->exceptions[connector->exception_count++];
	size_t kind = random_below(&round->state, 3);

	*item = (struct model_exception){.authenticated = kind == 0};
	*authenticated_r = kind == 0;
	if (kind == 1)
		item->clients = (struct words){{"0.0.0.0/0", "::/0"}, 2};
	if (kind == 2)
		item->recipients = (struct words){{"*"}, 1};
}

/*
 * An excepted session is judged as though the connector were not in the file:
 * "an excepted one does not match, and a wider one may then apply" (design,
 * section 3, 2).
 */
void check_except(struct round *round)
{
	struct variant excepted = {.policy = round->policy}, without = {.policy = round->policy};
	size_t at = random_below(&round->state, round->policy.count);
	bool authenticated;

	if (round->policy.count < 2)
		return;
	except_all(round, &excepted.policy.connectors[at], &authenticated);
	drop(&without.policy, at);
	excepted.config = trial_load(&excepted.policy);
	without.config = trial_load(&without.policy);
	for (size_t i = 0; i < SESSIONS; i++) {
		struct model_session session = round->sessions[i];
		struct rulings rulings, other, unchanged;

		if (!hear_alike(&excepted.policy, &without.policy, &session) ||
		    (session.untold != 0 && !need_alike(&excepted.policy, &without.policy)))
			continue;
		session.authenticated = session.authenticated || authenticated;
		rulings = trial_judge(&excepted.policy, excepted.config, &session);
		other = trial_judge(&without.policy, without.config, &session);
		unchanged = trial_judge(&round->policy, round->config, &session);
		round_count_equal(round, EXCEPT, &excepted.policy, &session, "against the policy without it",
				  !ruling_equal(&rulings.enforced, &unchanged.enforced), &rulings.enforced,
				  &other.enforced);
		round_count_equal(round, EXCEPT, &excepted.policy, &session,
				  "against the policy without it, with connectors in test mode",
				  !ruling_equal(&rulings.tested, &unchanged.tested), &rulings.tested,
				  &other.tested);
		check_oracle(round, &excepted.policy, &session, &rulings);
	}
	config_free(&excepted.config);
	config_free(&without.config);
}
