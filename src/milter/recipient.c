/* SPDX-License-Identifier: MIT */
/*
 * One recipient: facts are gathered, the decision is asked, and its answer
 * kept for what follows. Decides nothing, and does not know libmilter.
 */
#include "milter/recipient.h"

#include "config/clock.h"
#include "milter/session_count.h"
#include "milter/session_facts.h"
#include "policy/recipient_key.h"
#include "run/emit.h"
#include "run/log.h"
#include "run/fingerprint_cache.h"

/* A milter of Postfix's is not told of fingerprints; the policy service has been, if it was asked before. */
static void recipient_add_fingerprints(const struct policy *policy, const struct session *session,
				       struct facts *facts)
{
	struct fingerprints fingerprints;

	if (policy != NULL && policy->has_fingerprints &&
	    facts->certificate.fingerprints.seen == FINGERPRINTS_UNSEEN &&
	    fingerprint_cache_find(facts, &session->server, &session->fingerprint_session, clock_monotonic(),
				   &fingerprints))
		session_facts_add_fingerprints(&fingerprints, facts);
}

static bool lacks_fingerprint(const struct judgement *judgement)
{
	return judgement->reason == REASON_INTERNAL && judgement->has_connector;
}

/* What lacks for a fingerprint that Sendmail would hand over, if it was told to make one. */
static void warn_of_sendmail(const struct milter_macros *macros, const struct connector *connector)
{
	static const char advice[] = "define(`confCERT_FINGERPRINT_ALGORITHM', `sha256') in sendmail.mc";

	if (macros->cert_fp != NULL && macros->cert_fp[0] != '\0')
		log_line(
			LOG_SEVERITY_WARNING,
			"fingerprint %.200s is no SHA-256 digest, and nobody can tell whether it is a pinned "
			"one: %s",
			macros->cert_fp, advice);
	else
		log_line(LOG_SEVERITY_WARNING,
			 "connector %s asks for a fingerprint, and Sendmail hands over none: %s",
			 connector->name, advice);
}

static void warn_of_missing_fingerprint(const struct session *session, const struct milter_macros *macros,
					const struct facts *facts, const struct decision *decision)
{
	const struct judgement *judgement =
		lacks_fingerprint(&decision->enforced) ? &decision->enforced : &decision->tested;

	if (!lacks_fingerprint(judgement))
		return;
	if (macros->verify != NULL) {
		warn_of_sendmail(macros, judgement->decisive.connector);
		return;
	}
	/* Of a digest of another kind the policy service has spoken. */
	if (facts->certificate.fingerprints.seen == FINGERPRINTS_FOREIGN)
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

/* What there is to know of this recipient, beside the session. Only what there is room for has a message to be in. */
static void add_recipient(const struct message *message, const struct named_recipient *recipient,
			  struct facts *facts)
{
	/* Nothing was asked for yet that could have failed. */
	facts->told |= FACT_BIT(FACT_EDITS);
	if (recipient->argument == NULL)
		return;
	facts->recipient = recipient->readings;
	if (message_config(message) != NULL && message_has_room(message, recipient))
		facts->told |= FACT_BIT(FACT_ROOM);
}

void recipient_judge(struct session *session, const char *argument, const struct milter_macros *macros,
		     struct answer *answer_r)
{
	struct message *message = &session->message;
	const struct config *config = message_config(message);
	const struct policy *policy = config != NULL ? config->policy : NULL;
	struct macro_storage storage = {0};
	struct written_address written =
		message_address(message, macros, argument != NULL ? argument : "", macros->rcpt_addr);
	struct readings readings;
	struct strbuf key = {0};
	const struct named_recipient recipient = {
		.argument = argument, .macro = macros->rcpt_addr, .readings = &readings, .key = &key};
	struct facts facts;
	struct event event = {
		.stage = EVENT_STAGE_RECIPIENT,
		.queue_id = macros->queue_id,
		.sender = message->sender,
		.recipient = argument,
		.policy = policy,
		.facts = &facts,
	};

	readings_of_recipient(&readings, &written);
	session_facts(session, macros, &facts, &storage);
	if (policy != NULL && policy->has_header_from)
		key = recipient_key(policy, &readings);
	add_recipient(message, &recipient, &facts);
	recipient_add_fingerprints(policy, session, &facts);
	session_count(session, config, macros, &facts);
	emit_decide(&event);
	warn_of_missing_fingerprint(session, macros, &facts, &event.decision);
	answer_make(config, &event, answer_r);
	if (event.decision.exemption == EXEMPT_NOT && answer_r->verdict <= VERDICT_QUARANTINE)
		message_let_through(message, &recipient, macros, &facts, &event.decision.enforced,
				    answer_r->reply.text);
	strbuf_fini(&key);
	macro_storage_fini(&storage);
	readings_fini(&readings);
}
