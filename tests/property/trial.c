/* SPDX-License-Identifier: MIT */
/*
 * Puts the model's policies and sessions to the real loader and the real
 * decision. Knows no property.
 */
#include "property/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/from_selection.h"
#include "property/oracle.h"

#define FAILURES_SHOWN 3

static void give_up(const char *what, const char *text)
{
	(void)printf("Bail out! %s\n%s\n", what, text);
	exit(EXIT_FAILURE);
}

struct config *trial_load(const struct model_policy *policy)
{
	struct diagnostics diagnostics = {0};
	struct strbuf text = {0};
	struct config *config;

	print_policy(policy, &text);
	config =
		config_load_bytes("policy.yaml", (const unsigned char *)text.text, text.length, &diagnostics);
	for (size_t i = 0; config == NULL && i < diagnostics.count; i++) {
		char *message = diagnostic_text(&diagnostics.list[i]);

		if (diagnostics.list[i].severity == SEVERITY_ERROR &&
		    strstr(message, "the two differ in no other selector") == NULL)
			give_up(message, text.text);
		free(message);
	}
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	return config;
}

static struct ruling ruling_of(const struct judgement *judgement)
{
	struct ruling ruling = {judgement->verdict, judgement->reason, NOBODY};

	if (judgement->has_connector)
		ruling.speaker = (unsigned)strtoul(judgement->decisive.connector->name + 1, NULL, 10);
	return ruling;
}

/* A From: field with all the addresses, as a door takes it in; and the test whether each of them selects. */
static void read_from_header(const struct model_policy *policy, const struct config *config,
			     const struct model_session *session, struct from_selection *from_r)
{
	struct strbuf all = {0};

	*from_r = (struct from_selection){0};
	for (size_t i = 0; i < session->from_count; i++) {
		const struct model_reading *address = session->from[i];
		struct from_selection alone = {0};
		struct strbuf text = {0};

		strbuf_printf(&text, "<%s@%s>", address->local, address->domain);
		from_selection_add(&alone, config->policy, text.text);
		if (from_selection_any(&alone) != oracle_selects_header(policy, address))
			give_up("a From: address selects otherwise than the oracle says", text.text);
		strbuf_printf(&all, "%s%s", i > 0 ? ", " : "", text.text);
		from_selection_fini(&alone);
		strbuf_fini(&text);
	}
	if (session->from_count > 0)
		from_selection_add(from_r, config->policy, all.text);
	strbuf_fini(&all);
}

static void decision_eval_untouched(const struct policy *policy, const struct facts *facts,
				    struct decision *decision_r)
{
	struct decision decision;

	decision_eval(policy, facts, &decision);
	*decision_r = (struct decision){.exemption = decision.exemption};
}

static struct fingerprints read_fingerprints(const struct model_fingerprints *told)
{
	struct fingerprints fingerprints = {.seen = told->seen};

	for (size_t i = 0; i < told->count; i++)
		if (fingerprint_parse(told->texts[i], &fingerprints.list[fingerprints.count++]) !=
		    FINGERPRINT_OK)
			return (struct fingerprints){.seen = FINGERPRINTS_FOREIGN};
	return fingerprints;
}

struct rulings trial_judge(const struct model_policy *policy, const struct config *config,
			   const struct model_session *session)
{
	struct from_selection header;
	struct readings sender, recipient;
	const struct policy *known = oracle_is_untold(session, FACT_POLICY) ? NULL : config->policy;
	struct facts facts = {
		.told = ~session->untold,
		.client_port = session->port,
		.helo = session->helo,
		.client_name = session->client_name,
		.from_local_program = session->from_local_program,
		.authenticated = session->authenticated,
		.is_held = session->is_held,
		.at_data = session->at_data,
		.can_quarantine = session->can_quarantine,
		.tls = session->tls,
		.certificate = session->certificate,
		.sender = oracle_is_untold(session, FACT_SENDER) ? NULL : &sender,
		.recipient = oracle_is_untold(session, FACT_RECIPIENT) ? NULL : &recipient,
		.date = session->date,
	};
	struct decision decision;

	facts.certificate.fingerprints = read_fingerprints(&session->fingerprints);
	if (session->client != NULL && !ip_parse(session->client, &facts.client))
		give_up("not an address", session->client);
	readings_of_sender(&sender,
			   &(struct written_address){.argument = session->sender->written,
						     .macro = session->sender->written},
			   session->helo, session->client_name);
	readings_of_recipient(&recipient, &(struct written_address){.argument = session->recipient->written,
								    .macro = session->recipient->written});
	read_from_header(policy, config, session, &header);
	if (session->from_count > 0)
		facts.header_from = &header;
	/* A door asks nothing where From: selects nothing; who is not judged at all is none the less. */
	if (oracle_is_untouched(policy, session))
		decision_eval_untouched(known, &facts, &decision);
	else
		decision_eval(known, &facts, &decision);
	readings_fini(&sender);
	readings_fini(&recipient);
	from_selection_fini(&header);
	return (struct rulings){decision.exemption == EXEMPT_NOT, ruling_of(&decision.enforced),
				ruling_of(&decision.tested)};
}

bool ruling_equal(const struct ruling *a, const struct ruling *b)
{
	return a->verdict == b->verdict && a->reason == b->reason && a->speaker == b->speaker;
}

static void print_ruling(const char *what, const struct ruling *ruling)
{
	(void)printf("# %s: %s, reason %s, connector ", what, verdict_name(ruling->verdict),
		     reason_name(ruling->reason));
	(void)(ruling->speaker == NOBODY ? printf("-\n") : printf("c%u\n", ruling->speaker));
}

static void print_comment(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		(void)printf("#   %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

void trial_count(struct tally *tally, const struct trial *trial, bool holds, bool telling,
		 const struct ruling *is, const struct ruling *other)
{
	struct strbuf policy = {0}, session = {0};

	tally->cases++;
	tally->telling += telling ? 1u : 0u;
	if (holds || tally->failures++ >= FAILURES_SHOWN)
		return;
	print_policy(trial->policy, &policy);
	print_session(trial->session, &session);
	(void)printf("# does not hold: %s\n", tally->name);
	if (trial->seed != NULL)
		(void)printf("# again with: policy-properties 1 %llu\n", (unsigned long long)*trial->seed);
	print_comment(policy.text);
	print_comment(session.text);
	if (trial->remark != NULL)
		(void)printf("# %s\n", trial->remark);
	print_ruling("is", is);
	print_ruling("held against", other);
	strbuf_fini(&policy);
	strbuf_fini(&session);
}
