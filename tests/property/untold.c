/* SPDX-License-Identifier: MIT */
/*
 * Sessions of which a door finds out less than another would: each fact by
 * itself. Knows nothing of who needs which.
 */
#include <string.h>

#include "property/oracle.h"
#include "property/round.h"

/*
 * Takes one fact away, or says that it has none to take. What speaks against a
 * session is none: a cipher of no bits is not TLS, and a client that did not
 * authenticate is one that did not.
 */
typedef bool take_away(struct model_session *session);

static bool take_cipher(struct model_session *session)
{
	const char *cipher = session->tls.cipher;

	session->tls.cipher = NULL;
	return cipher != NULL && strstr(cipher, "NULL") == NULL;
}

static bool take_bits(struct model_session *session)
{
	bool had = session->tls.bits > 0;

	session->tls.bits = -1;
	return had;
}

static bool take_version(struct model_session *session)
{
	session->tls.version = TLS_VERSION_UNKNOWN;
	session->tls.version_text = tls_version_name(TLS_VERSION_UNKNOWN);
	return session->tls.present;
}

static bool take_tls(struct model_session *session)
{
	bool had = session->tls.present;

	session->tls = (struct tls_facts){.bits = -1};
	return had;
}

static bool take_date(struct model_session *session)
{
	bool had = session->date != 0;

	session->date = 0;
	return had;
}

/* Its names stay: somebody handed them over. */
static bool take_verification(struct model_session *session)
{
	bool had = session->certificate.state != CERTIFICATE_UNTOLD;

	session->certificate.state = CERTIFICATE_UNTOLD;
	return had;
}

static bool take_way_of_submission(struct model_session *session)
{
	bool had = session->from_local_program;

	session->from_local_program = false;
	return had;
}

static bool take_port(struct model_session *session)
{
	bool had = session->port >= 0;

	session->port = -1;
	return had;
}

static bool take_ability_to_hold(struct model_session *session)
{
	bool had = session->can_quarantine;

	session->can_quarantine = false;
	return had;
}

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
	static take_away *const takes[] = {
		take_cipher,
		take_bits,
		take_version,
		take_tls,
		take_date,
		take_port,
		take_verification,
		take_way_of_submission,
		take_ability_to_hold,
	};
	struct model_session session = round->sessions[at];
	enum fact fact = random_fact(&round->state);

	if (!oracle_is_untold(&session, fact)) {
		session.untold |= FACT_BIT(fact);
		compare(round, &session, &round->rulings[at]);
	}
	session = round->sessions[at];
	if (takes[random_below(&round->state, sizeof takes / sizeof *takes)](&session))
		compare(round, &session, &round->rulings[at]);
}
