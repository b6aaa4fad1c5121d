/* SPDX-License-Identifier: MIT */
/*
 * The decision as the manual tells it, sentence by sentence. Must not call the
 * core: what it shares with it are the names of verdicts and reasons.
 */
#include "property/oracle.h"

#include <string.h>

#include "property/naive.h"

#define SELECTORS 4

/* How each selector of a connector fits; FIT_NONE: it has none, once it is known to match. */
struct fits {
	struct fit of[SELECTORS];
};

static struct fits fits_of(const struct model_connector *connector, const struct oracle_mail *mail)
{
	const char *delimiter = mail->policy->delimiter;

	return (struct fits){{
		fit_address(&connector->senders, &mail->sender, delimiter),
		fit_address(&connector->recipients, &mail->recipient, delimiter),
		fit_client(&connector->clients, mail->session->client),
		fit_presented(&connector->presenting, &mail->session->certificate),
	}};
}

/* "Within an item all keys must hold." */
static bool is_excepted(const struct model_exception *exception, const struct oracle_mail *mail)
{
	const char *delimiter = mail->policy->delimiter;

	return (exception->senders.count == 0 ||
		fit_address(&exception->senders, &mail->sender, delimiter).class != FIT_NONE) &&
	       (exception->recipients.count == 0 ||
		fit_address(&exception->recipients, &mail->recipient, delimiter).class != FIT_NONE) &&
	       (exception->clients.count == 0 ||
		fit_client(&exception->clients, mail->session->client).class != FIT_NONE) &&
	       (!exception->authenticated || mail->session->authenticated);
}

/* "A connector matches when each selector that it has does, and no exception does." */
bool oracle_matches(const struct model_connector *connector, const struct oracle_mail *mail)
{
	const struct words *const written[SELECTORS] = {&connector->senders, &connector->recipients,
							&connector->clients, &connector->presenting};
	struct fits fits = fits_of(connector, mail);

	/* From: is for connectors that ask for it, and for exceptions from them. */
	if (mail->from_header && !connector->header_from && connector->require.kind != DEMAND_NONE)
		return false;
	for (size_t i = 0; i < SELECTORS; i++)
		if (written[i]->count > 0 && fits.of[i].class == FIT_NONE)
			return false;
	for (size_t i = 0; i < connector->exception_count; i++)
		if (is_excepted(&connector->exceptions[i], mail))
			return false;
	return true;
}

/* "A * beside another selector is as if it were not there." */
static struct fits without_idle_stars(struct fits fits)
{
	size_t present = 0;

	for (size_t i = 0; i < SELECTORS; i++)
		present += fits.of[i].class != FIT_NONE;
	/* From the last to the first: where there is nothing but stars, the first one stays. */
	for (size_t i = SELECTORS; i-- > 0;)
		if (fits.of[i].class == FIT_ANYONE && present > 1) {
			fits.of[i].class = FIT_NONE;
			present--;
		}
	return fits;
}

/* A certificate of which nobody can tell whether it was verified selects, and stands in no other's place. */
static bool is_uncertain(const struct model_connector *connector, const struct oracle_mail *mail)
{
	return connector->presenting.count > 0 && mail->session->certificate.state == CERTIFICATE_UNTOLD;
}

/*
 * "For every selector that the other has, it has the same selector with an
 * equally or more specific matching pattern, and it is more specific in at
 * least one, or has one selector more."
 */
bool oracle_refines(const struct model_connector *a, const struct model_connector *b,
		    const struct oracle_mail *mail)
{
	struct fits of_a = without_idle_stars(fits_of(a, mail));
	struct fits of_b = without_idle_stars(fits_of(b, mail));
	bool more = false;

	if (is_uncertain(a, mail))
		return false;
	for (size_t i = 0; i < SELECTORS; i++) {
		if (of_b.of[i].class != FIT_NONE && fit_is_better(of_b.of[i], of_a.of[i]))
			return false;
		more = more || fit_is_better(of_a.of[i], of_b.of[i]);
	}
	return more;
}

static bool are_equally_specific(const struct model_connector *a, const struct model_connector *b,
				 const struct oracle_mail *mail)
{
	struct fits of_a = without_idle_stars(fits_of(a, mail));
	struct fits of_b = without_idle_stars(fits_of(b, mail));

	if (is_uncertain(a, mail))
		return false;
	for (size_t i = 0; i < SELECTORS; i++)
		if (fit_is_better(of_a.of[i], of_b.of[i]) || fit_is_better(of_b.of[i], of_a.of[i]))
			return false;
	return true;
}

/*
 * "All that are not displaced apply." "There a test connector also displaces an enforcing one of equal specificity."
 */
bool oracle_applies(const struct model_connector *connector, const struct oracle_mail *mail, bool with_tests)
{
	if ((connector->test && !with_tests) || !oracle_matches(connector, mail))
		return false;
	for (size_t i = 0; i < mail->policy->count; i++) {
		const struct model_connector *other = &mail->policy->connectors[i];

		if (other == connector || (other->test && !with_tests) || !oracle_matches(other, mail))
			continue;
		if (oracle_refines(other, connector, mail) ||
		    (other->test && !connector->test && are_equally_specific(other, connector, mail)))
			return false;
	}
	return true;
}

/* Readings of an envelope address; the null sender is postmaster at the names of the client. */
static size_t readings_of(const struct model_session *session, const struct model_address *address,
			  struct model_reading readings_r[3])
{
	size_t count = 0;

	memcpy(readings_r, address->readings, sizeof address->readings);
	if (!address->null_sender)
		return address->count;
	if (session->helo != NULL && strchr(session->helo, ' ') == NULL)
		readings_r[count++] = (struct model_reading){"postmaster", session->helo};
	if (session->client_name != NULL)
		readings_r[count++] = (struct model_reading){"postmaster", session->client_name};
	if (count == 0)
		readings_r[count++] = (struct model_reading){NULL, NULL};
	return count;
}

bool oracle_selects_header(const struct model_policy *policy, const struct model_reading *address)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->connectors[i].header_from &&
		    fit_address(&policy->connectors[i].senders, address, policy->delimiter).class != FIT_NONE)
			return true;
	return false;
}

size_t oracle_mails(const struct model_policy *policy, const struct model_session *session,
		    struct oracle_mail mails_r[MAILS_MAX])
{
	struct model_reading senders[3], recipients[3];
	size_t sender_count = readings_of(session, session->sender, senders);
	size_t recipient_count = readings_of(session, session->recipient, recipients);
	size_t count = 0;

	if (session->from_count > 0) {
		sender_count = 0;
		for (size_t i = 0; i < session->from_count; i++)
			if (oracle_selects_header(policy, session->from[i]))
				senders[sender_count++] = *session->from[i];
	}
	for (size_t s = 0; s < sender_count; s++)
		for (size_t r = 0; r < recipient_count; r++)
			mails_r[count++] = (struct oracle_mail){
				.policy = policy,
				.session = session,
				.sender = senders[s],
				.recipient = recipients[r],
				.null_sender = session->from_count == 0 && session->sender->null_sender,
				.from_header = session->from_count > 0,
			};
	return count;
}

/* What one connector says of all readings; false when it applies to none. The strictest counts. */
static bool judge_connector(const struct model_connector *connector, const struct oracle_mail *mails,
			    size_t count, bool with_tests, enum reason *reason_r)
{
	bool applies = false;

	*reason_r = REASON_NONE;
	for (size_t i = 0; i < count; i++) {
		if (!oracle_applies(connector, &mails[i], with_tests))
			continue;
		applies = true;
		/* Readings differ in their senders alone, so that of two reasons one is none. */
		if (*reason_r == REASON_NONE)
			*reason_r = oracle_demands(connector, &mails[i]);
	}
	return applies;
}

bool oracle_is_untouched(const struct model_policy *policy, const struct model_session *session)
{
	for (size_t i = 0; i < session->from_count; i++)
		if (oracle_selects_header(policy, session->from[i]))
			return false;
	return session->from_count > 0;
}

bool oracle_is_untold(const struct model_session *session, enum fact fact)
{
	return (session->untold & FACT_BIT(fact)) != 0;
}

bool oracle_hears_header(const struct model_policy *policy, bool with_tests)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->connectors[i].header_from && (with_tests || !policy->connectors[i].test))
			return true;
	return false;
}

/* It has no domain, and is not the null sender. */
static bool is_homeless(const struct model_address *address)
{
	for (size_t i = 0; i < address->count; i++)
		if (address->readings[i].domain == NULL)
			return true;
	return false;
}

/* "Cannot tell is no": nothing can be said of this session at all. */
static bool is_beyond_judging(const struct model_session *session)
{
	static const enum fact needed[] = {FACT_EDITS, FACT_CLIENT, FACT_SENDER, FACT_RECIPIENT, FACT_POLICY};

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (oracle_is_untold(session, needed[i]))
			return true;
	return session->client == NULL || (oracle_is_untold(session, FACT_DOMAIN) &&
					   (is_homeless(session->sender) || is_homeless(session->recipient)));
}

/* And nothing of what the message still has to show, or to be given. */
static bool is_beyond_ending(const struct model_policy *policy, const struct model_session *session,
			     bool with_tests)
{
	return (oracle_hears_header(policy, with_tests) &&
		(oracle_is_untold(session, FACT_HEADERS) || oracle_is_untold(session, FACT_ROOM))) ||
	       (policy->trace_header && oracle_is_untold(session, FACT_TRACE)) ||
	       ((oracle_hears_header(policy, with_tests) || policy->trace_header || session->is_held) &&
		oracle_is_untold(session, FACT_CONTENT));
}

static struct oracle_judgement judge(const struct model_policy *policy, const struct model_session *session,
				     bool with_tests)
{
	static const struct oracle_judgement internal = {VERDICT_TEMPFAIL, REASON_INTERNAL, NOBODY, 1};
	struct oracle_judgement strictest = {VERDICT_PASS, REASON_NONE, NOBODY, 0};
	struct oracle_mail mails[MAILS_MAX];
	size_t count = oracle_mails(policy, session, mails);

	if (oracle_is_untouched(policy, session))
		return strictest;
	if (is_beyond_judging(session) || (count == 0 && !session->at_data))
		return internal;
	for (size_t i = 0; i < policy->count && !session->at_data; i++) {
		const struct model_connector *connector = &policy->connectors[i];
		enum verdict verdict = VERDICT_PASS;
		enum reason reason;

		if (!judge_connector(connector, mails, count, with_tests, &reason))
			continue;
		if (reason != REASON_NONE)
			verdict = oracle_action(connector, reason, &mails[0]);
		if (verdict > strictest.verdict || strictest.speaker == NOBODY)
			strictest = (struct oracle_judgement){verdict, reason, connector->id, 0};
		strictest.speakers += verdict == strictest.verdict;
	}
	if (is_beyond_ending(policy, session, with_tests) && strictest.verdict < internal.verdict)
		return internal;
	return strictest;
}

/* "Sessions from trusted_networks, and mail that local programs submit." */
static bool is_judged(const struct model_policy *policy, const struct model_session *session)
{
	static const struct words usual = {{"127.0.0.0/8", "::1"}, 2};
	const struct words *trusted = policy->trusted_networks.count > 0 ? &policy->trusted_networks : &usual;

	if (oracle_is_untold(session, FACT_CLIENT) || oracle_is_untold(session, FACT_POLICY))
		return true;
	if (session->from_local_program &&
	    (session->client == NULL || (session->port == 0 && strncmp(session->client, "127.", 4) == 0)))
		return false;
	if (session->client == NULL)
		return true;
	return policy->trusts_nobody || fit_client(trusted, session->client).class == FIT_NONE;
}

/* The place of a speaker in the file; who says nothing comes last. */
static size_t place_of(const struct model_policy *policy, unsigned id)
{
	size_t at = 0;

	while (at < policy->count && policy->connectors[at].id != id)
		at++;
	return at;
}

struct oracle_decision oracle_decide(const struct model_policy *policy, const struct model_session *session)
{
	struct oracle_decision decision = {.judged = is_judged(policy, session),
					   .enforced = {VERDICT_PASS, REASON_NONE, NOBODY, 0},
					   .tested = {VERDICT_PASS, REASON_NONE, NOBODY, 0}};
	struct oracle_judgement with, without;

	if (!decision.judged)
		return decision;
	with = judge(policy, session, true);
	without = judge(policy, session, false);
	decision.tested = with;
	if (!policy->test || oracle_is_untold(session, FACT_POLICY)) {
		decision.enforced = without;
		return decision;
	}
	/* A policy in test mode as a whole tells the stricter of what it would do with its test connectors and without. */
	if (without.verdict > with.verdict ||
	    (without.verdict == with.verdict &&
	     place_of(policy, without.speaker) < place_of(policy, with.speaker)))
		decision.tested = without;
	return decision;
}
