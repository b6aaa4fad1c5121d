/* SPDX-License-Identifier: MIT */
/*
 * Counts what a policy would have said. The decision is the daemon's.
 */
#include "report/replayed.h"

#include "policy/reason.h"

/* What connectors in test mode would refuse is told as such, as in the log. */
static void replayed_count(struct party *party, const struct judgement *judgement, bool would,
			   const struct facts *facts, time_t when, size_t *budget)
{
	char address[IP_TEXT_SIZE];
	struct strbuf host = {0};

	party->counts[would ? COUNT_WOULD_REFUSE : COUNT_REFUSED]++;
	strbuf_printf(&host, "%s[%s]", facts->client_name != NULL ? facts->client_name : "unknown",
		      ip_print(&facts->client, address));
	party_add(party, would ? ASPECT_WOULD_REASONS : ASPECT_REASONS, reason_name(judgement->reason), when,
		  budget);
	party_add(party, would ? ASPECT_WOULD_HOSTS : ASPECT_REFUSED_HOSTS, host.text, when, budget);
	strbuf_fini(&host);
}

static const char *connector_of(const struct judgement *judgement)
{
	return judgement->has_connector ? judgement->decisive.connector->name : NULL;
}

void replayed_add(struct replayed *replayed, const struct replay *replay, const struct verdict_line *verdict,
		  time_t when)
{
	const char *domain = domain_cache_find(&replayed->domains, verdict->values[FIELD_FROM]);
	size_t *budget = replayed->parties.budget;
	struct decision decision;
	struct party *party;

	if (!scope_has(replayed->scope, replayed->scope->connector, domain))
		return;
	decision_eval(replayed->policy, &replay->facts, &decision);
	party = party_find(&replayed->parties, connector_of(&decision.enforced), domain);
	party->counts[COUNT_MESSAGES]++;
	if (decision.enforced.verdict != VERDICT_PASS)
		replayed_count(party, &decision.enforced, false, &replay->facts, when, budget);
	if (!decision.tested_differs || decision.tested.verdict == VERDICT_PASS)
		return;
	party = party_find(&replayed->parties, connector_of(&decision.tested), domain);
	replayed_count(party, &decision.tested, true, &replay->facts, when, budget);
}

void replayed_fini(struct replayed *replayed)
{
	parties_fini(&replayed->parties);
}
