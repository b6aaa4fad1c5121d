/* SPDX-License-Identifier: MIT */
/*
 * Shows how a decision came about, with the very functions that made it: the
 * candidates of match.h and the demands of demand.h. Decides nothing itself.
 */
#include "cli/explanation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/demand.h"
#include "core/match.h"
#include "core/reply.h"

static const char *fate_name(enum fate fate)
{
	switch (fate) {
	case FATE_APPLIES:
		return "applies";
	case FATE_NOT_SELECTED:
		return "not selected";
	case FATE_EXCEPTED:
		return "excepted";
	case FATE_DISPLACED:
		return "displaced";
	}
	return "applies";
}

/* Takes over the text of buf. */
static json_t *text_json(struct strbuf *buf)
{
	char *text = strbuf_take(buf);
	json_t *json = json_string(text);

	free(text);
	return json != NULL ? json : json_string("(not UTF-8)");
}

static json_t *demands_json(const struct policy *policy, const struct require *require,
			    const struct facts *facts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < demand_count; i++) {
		struct strbuf wanted = {0}, seen = {0};
		enum reason reason;

		if (!demands[i].asked(require))
			continue;
		reason = demands[i].judge(policy, require, facts);
		demands[i].print_wanted(require, &wanted);
		demands[i].print_seen(facts, &seen);
		(void)json_array_append_new(list,
					    json_pack("{s:s, s:o, s:o, s:b, s:s*}", "demand", demands[i].key,
						      "wanted", text_json(&wanted), "seen", text_json(&seen),
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
	return text_json(&text);
}

static json_t *candidate_json(const struct policy *policy, const struct facts *facts,
			      const struct candidate *candidate)
{
	const struct connector *connector = candidate->connector;

	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s*, s:o}", "connector", connector->name, "file",
			 policy->files[connector->place.file], "line", (int)connector->place.line, "mode",
			 mode_name(connector->mode), "on_failure", on_failure_name(connector->on_failure),
			 "state", fate_name(candidate->fate), "displaced_by",
			 candidate->displaced_by != NULL ? candidate->displaced_by->name : NULL, "demands",
			 candidate->fate == FATE_APPLIES ? demands_json(policy, &connector->require, facts)
							 : json_array());
}

/* Adds what was looked at for one reading of each address. */
static void add_pair(json_t *list, const struct policy *policy, const struct facts *facts, size_t sender,
		     size_t recipient, enum match_with with)
{
	const struct address *from = &facts->sender->addresses[sender];
	const struct address *to = &facts->recipient->addresses[recipient];
	struct candidates candidates;

	candidates_find(policy, facts, from, to, with, &candidates);
	for (size_t i = 0; i < candidates.count; i++) {
		json_t *entry = candidate_json(policy, facts, &candidates.list[i]);

		(void)json_object_set_new(entry, "from", address_json(from));
		(void)json_object_set_new(entry, "to", address_json(to));
		(void)json_array_append_new(list, entry);
	}
	candidates_fini(&candidates);
}

static json_t *applied_json(const struct policy *policy, const struct facts *facts, enum match_with with)
{
	json_t *list = json_array();

	for (size_t s = 0; s < facts->sender->count; s++)
		for (size_t r = 0; r < facts->recipient->count; r++)
			add_pair(list, policy, facts, s, r, with);
	return list;
}

static json_t *reply_json(const struct policy *policy, const struct facts *facts,
			  const struct judgement *judgement)
{
	struct strbuf text = {0};
	struct reply reply;

	reply_make(policy, facts, judgement, &reply);
	if (reply.code == NULL)
		return json_null();
	strbuf_printf(&text, "%s %s %s", reply.code, reply.status, reply.text);
	reply_fini(&reply);
	return text_json(&text);
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
	switch (exemption) {
	case EXEMPT_TRUSTED_NETWORK:
		return "the client is in trusted_networks";
	case EXEMPT_LOCAL_SUBMISSION:
		return "local submission";
	case EXEMPT_NOT:
		break;
	}
	return NULL;
}

json_t *explanation_new(const struct policy *policy, const struct facts *facts,
			const struct decision *decision)
{
	bool exempt = decision->exemption != EXEMPT_NOT;
	bool enforcing = policy->mode == MODE_ENFORCE;
	json_t *explanation = judgement_json(
		policy, facts, &decision->enforced, policy->mode,
		exempt || !enforcing ? json_array() : applied_json(policy, facts, MATCH_ENFORCING));

	if (exempt)
		(void)json_object_set_new(explanation, "not_judged",
					  json_string(exemption_text(decision->exemption)));
	else if (!enforcing || policy->has_test_connectors)
		(void)json_object_set_new(explanation, "tested",
					  judgement_json(policy, facts, &decision->tested, MODE_TEST,
							 applied_json(policy, facts, MATCH_ALL)));
	return explanation;
}

static const char *string_of(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : otherwise;
}

static void print_demands(const json_t *demand_list)
{
	const json_t *demand;
	size_t i;

	json_array_foreach(demand_list, i, demand)
		printf("    %-16s %-8s wanted: %s; seen: %s\n", string_of(demand, "demand", "-"),
		       json_is_true(json_object_get(demand, "met")) ? "met" : "NOT MET",
		       string_of(demand, "wanted", "-"), string_of(demand, "seen", "-"));
}

static void print_judgement(const json_t *judgement, const char *word)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(judgement, "applied"), i, entry)
	{
		const char *displaced_by = string_of(entry, "displaced_by", NULL);

		printf("  %s (%s:%d) %s%s%s, from %s to %s\n", string_of(entry, "connector", "-"),
		       string_of(entry, "file", "-"), (int)json_integer_value(json_object_get(entry, "line")),
		       string_of(entry, "state", "-"), displaced_by != NULL ? " by " : "",
		       displaced_by != NULL ? displaced_by : "", string_of(entry, "from", "-"),
		       string_of(entry, "to", "-"));
		print_demands(json_object_get(entry, "demands"));
	}
	printf("%s: %s", word, string_of(judgement, "verdict", "-"));
	if (string_of(judgement, "reply", NULL) != NULL)
		printf(" %s (connector %s, reason %s)", string_of(judgement, "reply", "-"),
		       string_of(judgement, "connector", "-"), string_of(judgement, "reason", "-"));
	else if (string_of(judgement, "connector", NULL) != NULL)
		printf(" (requirements met, connector %s)", string_of(judgement, "connector", "-"));
	putchar('\n');
}

bool explanation_print(const json_t *explanation)
{
	const json_t *tested = json_object_get(explanation, "tested");
	const char *not_judged = string_of(explanation, "not_judged", NULL);

	if (not_judged != NULL)
		printf("  not judged: %s\n", not_judged);
	print_judgement(explanation, "verdict");
	if (tested != NULL) {
		printf("If what is in test mode were enforced:\n");
		print_judgement(tested, "would be");
	}
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
