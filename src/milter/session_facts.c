/* SPDX-License-Identifier: MIT */
/* What is known of a session and its message, as facts. Decides nothing, and does not know libmilter. */
#include "milter/session_facts.h"

#include <stdlib.h>
#include <time.h>

#include "run/log.h"

static unsigned told_by(const struct session *session, const struct milter_macros *macros)
{
	const struct abilities *can = &session->abilities;

	return (session->connected ? FACT_BIT(FACT_CLIENT) : 0) |
	       (macros->j != NULL ? FACT_BIT(FACT_DOMAIN) : 0) |
	       (can->header && can->end_of_header ? FACT_BIT(FACT_HEADERS) : 0) |
	       (can->header && can->edit_header ? FACT_BIT(FACT_TRACE) : 0) |
	       (can->data ? FACT_BIT(FACT_CONTENT) : 0);
}

static bool is_shown(const char *name)
{
	return name != NULL && name[0] != '\0';
}

/* A name without anybody's word for it: once is enough for who has to mend it. */
static void warn_of_unknown_mta(const struct milter_macros *macros, enum mta mta,
				const struct mta_knowledge *known)
{
	if (mta != MTA_UNKNOWN || macros->tls_version == NULL ||
	    !(is_shown(macros->cert_subject) || is_shown(macros->cert_issuer)) ||
	    !log_first(LOG_FIRST_UNKNOWN_MTA))
		return;
	if (known->set == MTA_UNKNOWN)
		log_line(LOG_SEVERITY_WARNING,
			 "nobody can tell whether the MTA verified a certificate, and none counts: write "
			 "\"mta: postfix\" or \"mta: sendmail\" into \"daemon\" of the policy file");
	else
		log_line(LOG_SEVERITY_WARNING, "daemon.mta is %s: no certificate of its sessions counts",
			 known->set == MTA_POSTFIX
				 ? "postfix, but the MTA sends {verify} or {cn_subject}, which are Sendmail's"
				 : "sendmail, but the MTA does not send {verify}, as Sendmail does");
}

void session_facts_add_fingerprints(const struct fingerprints *fingerprints, struct facts *facts)
{
	struct certificate_facts *certificate = &facts->certificate;

	/* Sendmail has said so itself. */
	if (certificate->fingerprints.seen != FINGERPRINTS_UNSEEN)
		return;
	certificate->fingerprints = *fingerprints;
	if (certificate->state != CERTIFICATE_UNTOLD || certificate->subject_cn != NULL ||
	    certificate->issuer_cn != NULL || fingerprints->seen == FINGERPRINTS_UNSEEN)
		return;
	certificate->state =
		fingerprints->seen == FINGERPRINTS_NONE ? CERTIFICATE_NONE : CERTIFICATE_UNVERIFIED;
}

void session_facts(const struct session *session, const struct milter_macros *macros, struct facts *facts_r,
		   struct macro_storage *storage)
{
	const struct message *message = &session->message;
	const struct mta_knowledge known = {
		.set = message->snapshot != NULL ? snapshot_config(message->snapshot)->daemon.mta
						 : MTA_UNKNOWN,
		.took_list = session->abilities.macros,
	};
	enum mta mta = macros_mta(macros, &known);

	*facts_r = (struct facts){
		.told = told_by(session, macros),
		.client = session->client,
		.client_port = session->client_port,
		.helo = session->helo,
		.can_quarantine = session->abilities.quarantine && session->abilities.data,
		.from_local_program = message->from_local_program,
		.sender = message->open ? &message->sender_readings : NULL,
		.date = date_from_time(time(NULL)),
	};
	macros_to_facts(macros, mta, facts_r, storage);
	session_facts_add_fingerprints(&message->fingerprints, facts_r);
	warn_of_unknown_mta(macros, mta, &known);
	if (facts_r->client_name == NULL)
		facts_r->client_name = session->client_name;
}
