/* SPDX-License-Identifier: MIT */
/*
 * One recipient: facts are gathered, the decision is asked, its answer is
 * logged. Decides nothing, and does not know libmilter.
 */
#include "door/recipient.h"

#include "core/record.h"
#include "run/log.h"
#include "run/presented.h"

/*
 * What header_from or trace_header needs later and this session will not have,
 * or NULL: better deferred than let through unjudged.
 */
static const char *find_header_obstacle(const struct session *session, const struct policy *policy,
					const char *argument, const struct milter_macros *macros,
					const struct readings *readings)
{
	if (policy->has_header_from && !(session->abilities.header && session->abilities.end_of_header))
		return "the session began before header_from was in force, and its headers are not seen";
	if (!message_has_room(&session->message, argument, macros, readings))
		return "header_from: too many recipients for one message";
	return NULL;
}

static const char *find_trace_obstacle(const struct session *session, const struct policy *policy)
{
	if (policy->trace_header && !session->abilities.header)
		return "the session began before trace_header was in force, and its headers are not seen";
	if (policy->trace_header && !session->abilities.edit_header)
		return "trace_header: the MTA does not let headers be changed";
	return NULL;
}

static void decide(const struct session *session, const struct policy *policy, const struct record *record,
		   const struct milter_macros *macros, struct decision *decision_r)
{
	const char *of_header =
		find_header_obstacle(session, policy, record->recipient, macros, record->facts->recipient);
	const char *of_trace = find_trace_obstacle(session, policy);

	decision_eval(policy, record->facts, decision_r);
	if (decision_r->exemption != EXEMPT_NOT || (of_header == NULL && of_trace == NULL))
		return;
	decision_take_error(policy, of_trace != NULL || policy->enforces_header_from, decision_r);
	log_line(LOG_SEVERITY_WARNING, "cannot judge: %s", of_trace != NULL ? of_trace : of_header);
}

/* A milter is not told of fingerprints; the policy service has been, if Postfix asked it before. */
static void add_fingerprints(const struct policy *policy, const struct session *session, struct facts *facts)
{
	if (policy->has_fingerprints && facts->mta != MTA_OTHER)
		(void)presented_find(facts, &session->server, &session->presented, presented_now(),
				     &facts->certificate.fingerprints);
}

static bool lacks_fingerprint(const struct judgement *judgement)
{
	return judgement->reason == REASON_INTERNAL && judgement->has_connector;
}

static void warn_of_missing_fingerprint(const struct session *session, const struct decision *decision)
{
	const struct judgement *judgement =
		lacks_fingerprint(&decision->enforced) ? &decision->enforced : &decision->tested;

	if (!lacks_fingerprint(judgement))
		return;
	log_line(LOG_SEVERITY_WARNING, "connector %s asks for a fingerprint, and %s",
		 judgement->decisive.connector->name,
		 session->server.address.family != 0
			 ? "the policy service was not asked about this recipient in this session: "
			   "check_policy_service has to come first in smtpd_recipient_restrictions of the "
			   "same service of Postfix"
			 : "the MTA does not say where the client connected to ({daemon_addr}, "
			   "{daemon_port})");
}

static void judge(struct session *session, const char *argument, const struct milter_macros *macros,
		  struct answer *answer_r)
{
	struct message *message = &session->message;
	const struct config *config = snapshot_config(message->snapshot);
	struct macro_storage storage = {0};
	struct readings recipient;
	struct facts facts;
	struct decision decision;
	const struct record record = {
		.queue_id = macros->queue_id,
		.sender = message->sender,
		.recipient = argument,
		.policy = config->policy,
		.facts = &facts,
		.decision = &decision,
	};

	readings_of_recipient(&recipient, &(struct written_address){.argument = argument,
								    .macro = macros->rcpt_addr,
								    .local_host = macros->j});
	verdict_facts(session, macros, &facts, &storage);
	facts.recipient = &recipient;
	add_fingerprints(config->policy, session, &facts);
	decide(session, config->policy, &record, macros, &decision);
	warn_of_missing_fingerprint(session, &decision);
	answer_r->verdict = decision.enforced.verdict;
	reply_make(config->policy, &facts, &decision.enforced, &answer_r->reply);
	verdict_log(config, &record, argument);
	if (decision.exemption == EXEMPT_NOT && answer_r->verdict <= VERDICT_QUARANTINE)
		message_let_through(message, argument, macros, &facts, &decision.enforced,
				    answer_r->reply.text);
	macro_storage_fini(&storage);
	readings_fini(&recipient);
}

void recipient_judge(struct session *session, const char *argument, const struct milter_macros *macros,
		     struct answer *answer_r)
{
	const char *missing = NULL;

	if (!session->connected)
		missing = "the client's address";
	else if (!session->message.open)
		missing = "a sender";
	else if (session->message.snapshot == NULL)
		missing = "a policy in force";
	if (missing == NULL) {
		judge(session, argument, macros, answer_r);
		return;
	}
	log_line(LOG_SEVERITY_WARNING, "tempfail: RCPT without %s", missing);
	answer_internal(answer_r);
}
