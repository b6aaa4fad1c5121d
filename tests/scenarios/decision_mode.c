/* SPDX-License-Identifier: MIT */
/*
 * Judges a scenario's session with the decision function alone: what a door
 * does with macros and arguments, without the door. Must not know of sockets.
 */
#include "modes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "config/config.h"
#include "policy/decision.h"
#include "policy/from_selection.h"
#include "verdict/trace_header.h"
#include "verdict/verdict_line.h"
#include "mta_session.h"
#include "policy_text.h"
#include "milter/macros.h"

struct decision_judge {
	struct config *config;
};

struct decision_judge *decision_judge_new(const char *name, const char *policy, struct strbuf *problems)
{
	struct decision_judge *judge = xcalloc(1, sizeof *judge);
	struct diagnostics diagnostics = {0};

	judge->config = config_load_bytes(name, (const unsigned char *)policy, strlen(policy), &diagnostics);
	if (judge->config == NULL) {
		for (size_t i = 0; i < diagnostics.count; i++) {
			char *text = diagnostic_text(&diagnostics.list[i]);

			strbuf_printf(problems, "%s\n", text);
			free(text);
		}
		free(judge);
		judge = NULL;
	}
	diagnostics_fini(&diagnostics);
	return judge;
}

void decision_judge_free(struct decision_judge **judge)
{
	if (*judge == NULL)
		return;
	config_free(&(*judge)->config);
	free(*judge);
	*judge = NULL;
}

static struct milter_macros macros_of(const struct mta_session *mta_session)
{
	return (struct milter_macros){
		.j = mta_session_macro(mta_session, "j"),
		.tls_version = mta_session_macro(mta_session, "{tls_version}"),
		.cipher = mta_session_macro(mta_session, "{cipher}"),
		.cipher_bits = mta_session_macro(mta_session, "{cipher_bits}"),
		.verify = mta_session_macro(mta_session, "{verify}"),
		.cert_subject = mta_session_macro(mta_session, "{cert_subject}"),
		.cert_issuer = mta_session_macro(mta_session, "{cert_issuer}"),
		.cn_subject = mta_session_macro(mta_session, "{cn_subject}"),
		.cn_issuer = mta_session_macro(mta_session, "{cn_issuer}"),
		.client_name = mta_session_macro(mta_session, "{client_name}"),
		.client_resolve = mta_session_macro(mta_session, "{client_resolve}"),
		.auth_type = mta_session_macro(mta_session, "{auth_type}"),
		.auth_authen = mta_session_macro(mta_session, "{auth_authen}"),
		.mail_addr = mta_session_macro(mta_session, "{mail_addr}"),
		.rcpt_addr = mta_session_macro(mta_session, "{rcpt_addr}"),
		.queue_id = mta_session_macro(mta_session, "i"),
	};
}

/* A macro as it is at MAIL. */
static const char *macro_at_mail(const struct mta_session *mta_session, const char *name)
{
	const struct mock_macros macros = mta_session_macros(mta_session, SMFIM_ENVFROM);

	for (size_t i = macros.count; i-- > 0;)
		if (strcmp(macros.list[i].name, name) == 0)
			return macros.list[i].value;
	return NULL;
}

static bool is_from_local_program(const struct mta_session *mta_session)
{
	return macros_are_of_local_program(&(struct milter_macros){
		.queue_id = macro_at_mail(mta_session, "i"),
		.client_resolve = macro_at_mail(mta_session, "{client_resolve}"),
	});
}

static void add_fingerprint(const char *text, struct fingerprints *shown)
{
	if (text == NULL || shown->seen == FINGERPRINTS_FOREIGN)
		return;
	if (fingerprint_parse(text, &shown->list[shown->count]) == FINGERPRINT_OK)
		shown->count++;
	else
		*shown = (struct fingerprints){.seen = FINGERPRINTS_FOREIGN};
}

/* Where the scenario says nothing of them it is judged as at a milter, which is told nothing. */
static struct fingerprints fingerprints_of(const struct session *session)
{
	struct fingerprints shown = {0};

	if (!session_given(session, KEY_FINGERPRINT))
		return shown;
	shown.seen = session_get(session, KEY_FINGERPRINT) != NULL ? FINGERPRINTS_SHOWN : FINGERPRINTS_NONE;
	add_fingerprint(session_get(session, KEY_FINGERPRINT), &shown);
	add_fingerprint(session_get(session, KEY_KEY_FINGERPRINT), &shown);
	return shown;
}

static void facts_of(const struct session *session, const struct mta_session *mta_session,
		     struct facts *facts_r)
{
	const char *date = session_get(session, KEY_DATE);

	*facts_r = (struct facts){
		.told = FACT_BITS_ALL, .client_port = -1, .helo = mta_session->helo, .tls.bits = -1};
	if (mta_session->client.family != SMFIA_UNKNOWN) {
		const char *address = mta_session->client.address;

		(void)ip_parse(strncmp(address, "IPv6:", 5) == 0 ? address + 5 : address, &facts_r->client);
		facts_r->client_port = mta_session->client.port;
	}
	facts_r->from_local_program = is_from_local_program(mta_session);
	facts_r->can_quarantine = true; /* the mock MTA offers it */
	if (date == NULL || !date_parse(date, &facts_r->date))
		facts_r->date = date_from_time(time(NULL));
}

static void compare_name(struct strbuf *problems, const char *what, const char *is, const char *wanted)
{
	if (strcmp(is, wanted) != 0)
		strbuf_printf(problems, "decision: %s is %s, wanted %s\n", what, is, wanted);
}

/* What the decision itself says, beside what is printed of it. */
static void check_judgement(const struct judgement *judgement, const char *verdict, const char *reason,
			    const char *connector, struct strbuf *problems)
{
	compare_name(problems, "verdict", verdict_name(judgement->verdict), verdict);
	compare_name(problems, "reason", reason_name(judgement->reason), reason != NULL ? reason : "-");
	if (reason != NULL)
		compare_name(problems, "connector",
			     judgement->has_connector ? judgement->decisive.connector->name : "-",
			     connector != NULL ? connector : "-");
}

/* The keys of one of the two places where a verdict may fall. */
struct expectation {
	enum session_key verdict;
	enum session_key reason;
	enum session_key connector;
	enum session_key would;
	enum session_key would_reason;
	enum session_key would_connector;
};

static const struct expectation at_rcpt = {KEY_VERDICT, KEY_REASON,       KEY_CONNECTOR,
					   KEY_WOULD,   KEY_WOULD_REASON, KEY_WOULD_CONNECTOR};
static const struct expectation at_header = {KEY_HEADER_VERDICT,      KEY_HEADER_REASON,
					     KEY_HEADER_CONNECTOR,    KEY_HEADER_WOULD,
					     KEY_HEADER_WOULD_REASON, KEY_HEADER_WOULD_CONNECTOR};

static void check_decision(const struct session *session, const struct expectation *expected,
			   const struct decision *decision, struct strbuf *problems)
{
	const char *verdict = session_get(session, expected->verdict);

	check_judgement(&decision->enforced, verdict != NULL ? verdict : "pass",
			session_get(session, expected->reason), session_get(session, expected->connector),
			problems);
	if (decision->tested_differs != session_given(session, expected->would))
		strbuf_printf(problems, "decision: test mode %s\n",
			      decision->tested_differs ? "differs, and should not"
						       : "does not differ, and should");
	else if (decision->tested_differs)
		check_judgement(&decision->tested, session_get(session, expected->would),
				session_get(session, expected->would_reason),
				session_get(session, expected->would_connector), problems);
}

static char *reply_text(const struct event *event)
{
	struct strbuf out = {0};

	if (event->reply.code != NULL)
		strbuf_printf(&out, "%s %s %s", event->reply.code, event->reply.status, event->reply.text);
	return out.length > 0 ? strbuf_take(&out) : NULL;
}

static void add_line(const struct event *event, bool tested, struct outcome *outcome_r)
{
	outcome_add_line(outcome_r, log_form_text(&verdict_line_form,
						  &(struct verdict_view){.event = event, .tested = tested}));
}

static void take_outcome(const struct session *session, const struct event *event, struct outcome *outcome_r)
{
	outcome_r->reply = reply_text(event);
	if (event->decision.enforced.verdict != VERDICT_PASS || outcome_expects_verdict_line(session))
		add_line(event, false, outcome_r);
	if (event->decision.tested_differs)
		add_line(event, true, outcome_r);
}

/* The verdict at the end of the header, where From: selects. event: that of the recipient, made over. */
static void judge_header(const struct session *session, struct event *event, struct facts *facts,
			 struct outcome *outcome_r, struct strbuf *problems)
{
	struct from_selection header_from = {0}, header_sender = {0};

	for (size_t i = 0; i < session->headers.count; i++) {
		if (strcasecmp(session->headers.list[i].name, "From") == 0)
			from_selection_add(&header_from, event->policy, session->headers.list[i].value);
		if (strcasecmp(session->headers.list[i].name, "Sender") == 0)
			from_selection_add(&header_sender, event->policy, session->headers.list[i].value);
	}
	if (event->queue_id != NULL) /* of Sendmail */
		from_selection_add_host(&header_from, event->policy, POLICY_TEXT_MYORIGIN);
	from_selection_add_sender(&header_from, event->policy, &header_sender);
	event_fini(event);
	event->decision = (struct decision){0};
	if (from_selection_any(&header_from)) {
		facts->header_from = &header_from;
		event_decide(event);
		outcome_r->header_reply = reply_text(event);
		if (event->decision.enforced.verdict != VERDICT_PASS)
			add_line(event, false, outcome_r);
		if (event->decision.tested_differs)
			add_line(event, true, outcome_r);
	}
	check_decision(session, &at_header, &event->decision, problems);
	facts->header_from = NULL;
	from_selection_fini(&header_from);
	from_selection_fini(&header_sender);
}

/* Why the message is held: what the first verdict that says so would have answered. */
static void take_hold_reason(const struct event *event, struct outcome *outcome_r)
{
	if (outcome_r->held == NULL && event->decision.enforced.verdict == VERDICT_QUARANTINE)
		outcome_r->held = xstrdup(event->reply.text);
}

/* What becomes of the message behind its only recipient, of which event is. */
static void judge_message(const struct session *session, struct event *event, struct facts *facts,
			  struct outcome *outcome_r, struct strbuf *problems)
{
	const struct decision at_rcpt_decision = event->decision;
	const struct judgement *judgements[] = {&at_rcpt_decision.enforced, &event->decision.enforced};
	const struct connector *connectors[2];
	enum verdict verdict = VERDICT_PASS;
	size_t count = 0;
	char *trace;

	take_hold_reason(event, outcome_r);
	judge_header(session, event, facts, outcome_r, problems);
	take_hold_reason(event, outcome_r);
	for (size_t i = 0; i < 2; i++) {
		const struct judgement *judgement = judgements[i];

		verdict = judgement->verdict > verdict ? judgement->verdict : verdict;
		if (judgement->has_connector &&
		    (count == 0 || connectors[0] != judgement->decisive.connector))
			connectors[count++] = judgement->decisive.connector;
	}
	if (!event->policy->trace_header || at_rcpt_decision.exemption != EXEMPT_NOT ||
	    outcome_r->header_reply != NULL)
		return;
	trace = trace_header_folded(verdict, connectors, count, facts);
	outcome_r->trace = outcome_unfold(trace);
	free(trace);
	for (size_t i = 0; i < session->headers.count; i++)
		outcome_r->trace_removed += strcasecmp(session->headers.list[i].name, TRACE_HEADER_NAME) == 0;
}

bool decision_judge_session(struct decision_judge *judge, const struct session *session,
			    enum mock_mta_kind mta, struct outcome *outcome_r, struct strbuf *problems)
{
	const struct policy *policy = judge->config->policy;
	struct mta_session mta_session;
	struct milter_macros macros;
	struct macro_storage storage = {0};
	struct facts facts;
	struct readings sender;
	struct readings recipient;
	struct event event;

	mta_session_make(session, mta, &mta_session);
	macros = macros_of(&mta_session);
	facts_of(session, &mta_session, &facts);
	macros_to_facts(&macros, macros_mta(&macros, &(struct mta_knowledge){.took_list = true}), &facts,
			&storage);
	facts.certificate.fingerprints = fingerprints_of(session);
	readings_of_sender(&sender,
			   &(struct written_address){.argument = mta_session.mail[0],
						     .macro = macros.mail_addr,
						     .local_host = macros.j,
						     .myorigin = policy->myorigin,
						     .mydomain = policy->mydomain},
			   facts.helo, macros_verified_client_name(&macros));
	readings_of_recipient(&recipient, &(struct written_address){.argument = mta_session.rcpt[0],
								    .macro = macros.rcpt_addr,
								    .local_host = macros.j,
								    .myorigin = policy->myorigin,
								    .mydomain = policy->mydomain});
	facts.sender = &sender;
	facts.recipient = &recipient;
	event = (struct event){.queue_id = macros.queue_id,
			       .sender = mta_session.mail[0],
			       .recipient = mta_session.rcpt[0],
			       .policy = policy,
			       .facts = &facts};
	event_decide(&event);
	check_decision(session, &at_rcpt, &event.decision, problems);
	take_outcome(session, &event, outcome_r);
	if (session->headers.count > 0 && outcome_r->reply == NULL)
		judge_message(session, &event, &facts, outcome_r, problems);
	event_fini(&event);
	readings_fini(&sender);
	readings_fini(&recipient);
	macro_storage_fini(&storage);
	mta_session_fini(&mta_session);
	return true;
}
