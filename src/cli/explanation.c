/* SPDX-License-Identifier: MIT */
/*
 * Shows how a decision came about, with the very functions that made it: the
 * candidates of match.h and the demands of demand.h. Decides nothing itself.
 */
#include "cli/explanation.h"

#include <stdlib.h>

#include "cli/json.h"
#include "policy/tls_policy_lookup.h"
#include "policy/demand.h"
#include "policy/match.h"
#include "policy/selector.h"
#include "verdict/event.h"
#include "verdict/reply.h"

static const char *candidate_state_name(enum candidate_state state)
{
	static const char *const names[] = {
		[CANDIDATE_APPLIES] = "applies",
		[CANDIDATE_NOT_SELECTED] = "not selected",
		[CANDIDATE_EXCEPTED] = "excepted",
		[CANDIDATE_DISPLACED] = "displaced",
	};

	return names[state];
}

/* Takes over the text of buf. */
static json_t *explanation_text_json(struct strbuf *buf)
{
	char *text = strbuf_take(buf);
	json_t *json = cli_json_text(text);

	free(text);
	return json;
}

/* Nothing to be done where it fails: then there is no memory. */
static void set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

static json_t *demands_json(const struct require *require, const struct transaction *transaction)
{
	json_t *list = json_array();

	for (size_t i = 0; i < demand_count; i++) {
		struct strbuf wanted = {0}, seen = {0};
		enum reason reason;

		if (!demands[i].asked(require))
			continue;
		reason = demands[i].judge(require, transaction);
		demands[i].print_wanted(require, &wanted);
		demands[i].print_seen(transaction, &seen);
		(void)json_array_append_new(
			list, json_pack("{s:s, s:o, s:o, s:b, s:s*}", "demand", demands[i].key, "wanted",
					explanation_text_json(&wanted), "seen", explanation_text_json(&seen),
					"met", reason == REASON_NONE, "reason",
					reason != REASON_NONE ? reason_name(reason) : NULL));
	}
	return list;
}

/* "local@domain" as it was compared; "<>" for the null sender. */
static json_t *address_json(const struct address *address)
{
	struct strbuf text = {0};

	if (address->local == NULL)
		strbuf_puts(&text, "<>");
	else
		strbuf_puts(&text, address->local);
	if (address->domain != NULL)
		strbuf_printf(&text, "@%s", address->domain);
	return explanation_text_json(&text);
}

static json_t *selectors_json(const struct policy *policy, const struct candidate *candidate)
{
	json_t *list = json_array();

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		char *text = selector_matched_text(policy, candidate, i);

		if (candidate->connector->has[i])
			(void)json_array_append_new(list,
						    json_pack("{s:s, s:b, s:o}", "selector", selectors[i].key,
							      "matched", candidate->fits[i].rank != RANK_NONE,
							      "by", cli_json_text(text)));
		free(text);
	}
	return list;
}

static void set_place(json_t *entry, const char *prefix, const struct policy *policy, struct place place)
{
	struct strbuf key = {0};

	strbuf_printf(&key, "%sfile", prefix);
	set(entry, strbuf_text(&key), cli_json_text(policy->files[place.file]));
	strbuf_fini(&key);
	strbuf_printf(&key, "%sline", prefix);
	set(entry, strbuf_text(&key), json_integer(place.line));
	strbuf_fini(&key);
}

/* Everything but the demands and the addresses. */
static json_t *candidate_json(const struct policy *policy, const struct candidate *candidate)
{
	const struct connector *connector = candidate->connector;
	json_t *entry = json_object();

	set(entry, "connector", cli_json_text(connector->name));
	set_place(entry, "", policy, connector->place);
	set(entry, "mode", json_string(mode_name(connector->mode)));
	set(entry, "on_failure", json_string(on_failure_name(connector->on_failure)));
	set(entry, "state", json_string(candidate_state_name(candidate->state)));
	set(entry, "selectors", selectors_json(policy, candidate));
	if (candidate->state == CANDIDATE_DISPLACED) {
		set(entry, "displaced_by", cli_json_text(candidate->displaced_by->name));
		set_place(entry, "displaced_by_", policy, candidate->displaced_by->place);
	}
	if (candidate->state == CANDIDATE_EXCEPTED) {
		struct strbuf item = {0};

		strbuf_printf(&item, "except[%zu]", (size_t)(candidate->exception - connector->exceptions));
		set(entry, "excepted_by", explanation_text_json(&item));
		set_place(entry, "excepted_by_", policy, candidate->exception->place);
	}
	return entry;
}

/* Adds what was looked at for one reading of each address. seen: by connector number. */
static void add_pair(json_t *list, const struct transaction *transaction, enum match_with with, bool *seen)
{
	struct candidates candidates;

	candidates_find(transaction->policy, transaction->facts, transaction->envelope, with, &candidates);
	candidates_sort(&candidates);
	for (size_t i = 0; i < candidates.count; i++) {
		const struct candidate *candidate = &candidates.list[i];
		json_t *entry = candidate_json(transaction->policy, candidate);

		seen[candidate->connector->number] = true;
		set(entry, "demands",
		    candidate->state == CANDIDATE_APPLIES
			    ? demands_json(&candidate->connector->require, transaction)
			    : json_array());
		set(entry, "from", address_json(transaction->envelope->sender));
		set(entry, "to", address_json(transaction->envelope->recipient));
		(void)json_array_append_new(list, entry);
	}
	candidates_fini(&candidates);
}

/* A connector that no sender and no recipient leads to, however they are read. */
static void add_unseen(json_t *list, const struct policy *policy, const struct facts *facts,
		       const struct connector *connector)
{
	struct candidate candidate = {.connector = connector, .state = CANDIDATE_NOT_SELECTED};
	json_t *entry;

	selectors_match_session(&candidate, &(struct client){.facts = facts});
	entry = candidate_json(policy, &candidate);
	set(entry, "demands", json_array());
	set(entry, "from", json_null());
	set(entry, "to", json_null());
	(void)json_array_append_new(list, entry);
}

/* Every connector that counts: those that were looked at, and then those that nothing leads to. */
static json_t *applied_json(const struct policy *policy, const struct facts *facts, enum match_with with)
{
	bool *seen = xcalloc(policy->connector_count, sizeof *seen);
	json_t *list = json_array();

	for (size_t s = 0; s < facts->sender->count; s++)
		for (size_t r = 0; r < facts->recipient->count; r++) {
			const struct envelope envelope = facts_envelope(facts, s, r);
			const struct transaction transaction = {policy, facts, &envelope};

			add_pair(list, &transaction, with, seen);
		}
	for (size_t i = 0; i < policy->connector_count; i++)
		if (!seen[i] && policy->connectors[i]->has_require && facts->sender->count > 0 &&
		    facts->recipient->count > 0 &&
		    (with == MATCH_ALL || policy->connectors[i]->mode == MODE_ENFORCE))
			add_unseen(list, policy, facts, policy->connectors[i]);
	free(seen);
	return list;
}

static json_t *reply_json(const struct policy *policy, const struct facts *facts,
			  const struct judgement *judgement)
{
	struct strbuf text = {0};
	struct reply reply;

	reply_make(policy, facts, judgement, &reply);
	if (reply.code != NULL)
		strbuf_printf(&text, "%s %s %s", reply.code, reply.status, reply.text);
	reply_fini(&reply);
	return text.length > 0 ? explanation_text_json(&text) : json_null();
}

/* applied: taken over. */
static json_t *judgement_json(const struct policy *policy, const struct facts *facts,
			      const struct judgement *judgement, enum mode mode, json_t *applied)
{
	return json_pack("{s:s, s:s, s:s?, s:s?, s:o, s:o}", "verdict", verdict_name(judgement->verdict),
			 "mode", mode_name(mode), "connector",
			 judgement->has_connector ? judgement->decisive.connector->name : NULL, "reason",
			 judgement->reason != REASON_NONE ? reason_name(judgement->reason) : NULL, "reply",
			 reply_json(policy, facts, judgement), "applied", applied);
}

static const char *exemption_text(enum exemption exemption)
{
	return exemption == EXEMPT_TRUSTED_NETWORK ? "the client is in trusted_networks" : "local submission";
}

/* What one connector says of mail that leaves; nulls where there is none. */
static json_t *tls_policy_answer_json(const struct policy *policy, const struct tls_policy_answer *answer)
{
	const struct connector *connector = answer->connector;
	const char *text = tls_policy_answer_text(answer);
	json_t *entry = json_object();

	set(entry, "result", json_string(tls_policy_result_name(answer->result)));
	set(entry, "connector", cli_json_text(connector != NULL ? connector->name : NULL));
	if (connector != NULL) {
		char *pattern = pattern_index_text(policy->recipients, answer->pattern);

		set_place(entry, "", policy, connector->place);
		set(entry, "by", cli_json_text(pattern));
		free(pattern);
	}
	set(entry, "answer", cli_json_text(text));
	return entry;
}

/* The recipient's domain, where Postfix delivers unless relayhost or a transport map says otherwise; or NULL. */
static const char *domain_of(const struct policy *policy, const struct readings *recipient)
{
	for (size_t i = 0; i < recipient->count; i++)
		if (recipient->addresses[i].domain != NULL)
			return recipient->addresses[i].domain;
	return recipient->count > 0 ? policy->myorigin : NULL;
}

/* What Postfix is told when the message leaves, with the very function that the door asks. */
static json_t *tls_policy_json(const struct policy *policy, const char *next_hop)
{
	struct tls_policy_lookup lookup;
	json_t *entry;

	if (next_hop == NULL)
		return json_pack("{s:n, s:n, s:n, s:n}", "next_hop", "result", "connector", "answer");
	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, next_hop, &lookup);
	entry = tls_policy_answer_json(policy, &lookup.enforced);
	set(entry, "next_hop", cli_json_text(next_hop));
	if (lookup.tested_differs)
		set(entry, "tested", tls_policy_answer_json(policy, &lookup.tested));
	return entry;
}

json_t *explanation_new(const struct policy *policy, const struct facts *facts,
			const struct decision *decision, const char *next_hop)
{
	bool exempt = decision->exemption != EXEMPT_NOT;
	bool enforcing = policy->mode == MODE_ENFORCE;
	const char *untold = event_untold_text(decision->untold);
	json_t *explanation = judgement_json(
		policy, facts, &decision->enforced, policy->mode,
		exempt || !enforcing ? json_array() : applied_json(policy, facts, MATCH_ENFORCING));

	if (untold != NULL)
		set(explanation, "cannot_judge", json_string(untold));
	if (exempt)
		set(explanation, "not_judged", json_string(exemption_text(decision->exemption)));
	else if (!enforcing || policy->has_test_connectors)
		set(explanation, "tested",
		    judgement_json(policy, facts, &decision->tested, MODE_TEST,
				   applied_json(policy, facts, MATCH_ALL)));
	set(explanation, "deliver",
	    tls_policy_json(policy, next_hop != NULL ? next_hop : domain_of(policy, facts->recipient)));
	return explanation;
}
