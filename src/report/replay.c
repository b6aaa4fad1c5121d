/* SPDX-License-Identifier: MIT */
/*
 * From a line of the log back to the facts that it was made of.
 */
#include "report/replay.h"

#include <stdlib.h>
#include <string.h>

#include "tls/distinguished_name.h"
#include "util/decimal.h"
#include "verdict/verdict_line.h"

static const char *value(const struct verdict_line *verdict, enum verdict_field field)
{
	return verdict->values[field];
}

static bool is_of_policy_service(const struct verdict_line *verdict)
{
	const char *door = value(verdict, FIELD_DOOR);

	return door != NULL && strcmp(door, "policy-service") == 0;
}

static void read_tls(struct tls_facts *tls, const struct policy *policy, const struct verdict_line *verdict)
{
	tls->bits = -1;
	if (value(verdict, FIELD_TLS) == NULL)
		return;
	tls->present = true;
	tls->version_text = value(verdict, FIELD_TLS);
	tls->version = tls_version_from_name(tls->version_text);
	tls->cipher = value(verdict, FIELD_CIPHER);
	tls->bits = decimal_parse(value(verdict, FIELD_BITS));
	if (tls->bits < 0)
		tls->bits = cipher_bits(policy->ciphers, cipher_find(policy->ciphers, tls->cipher));
}

/* "AA:BB:...,CC:DD:..." */
static void read_fingerprints(struct fingerprints *shown, const struct verdict_line *verdict)
{
	const char *text = value(verdict, FIELD_FINGERPRINT);
	char one[FINGERPRINT_TEXT_SIZE];

	shown->seen = is_of_policy_service(verdict) ? FINGERPRINTS_NONE : FINGERPRINTS_UNSEEN;
	if (text == NULL)
		return;
	shown->seen = FINGERPRINTS_SHOWN;
	while (*text != '\0' && shown->count < FINGERPRINTS_MAX) {
		size_t length = strcspn(text, ",");

		if (length < sizeof one) {
			memcpy(one, text, length);
			one[length] = '\0';
			if (fingerprint_parse(one, &shown->list[shown->count]) == FINGERPRINT_OK)
				shown->count++;
		}
		text += length + (text[length] == ',');
	}
}

static enum certificate_state state_of(const struct certificate_facts *certificate,
				       const struct verdict_line *verdict)
{
	const char *word = value(verdict, FIELD_CERTIFICATE);

	for (int state = CERTIFICATE_UNTOLD; word != NULL && state <= CERTIFICATE_VERIFIED; state++)
		if (strcmp(word, certificate_state_name((enum certificate_state)state)) == 0)
			return (enum certificate_state)state;
	if (value(verdict, FIELD_SUBJECT) != NULL || value(verdict, FIELD_ISSUER) != NULL)
		return CERTIFICATE_VERIFIED;
	return certificate->fingerprints.seen == FINGERPRINTS_SHOWN ? CERTIFICATE_UNVERIFIED
								    : CERTIFICATE_NONE;
}

static void read_certificate(struct replay *replay, const struct verdict_line *verdict)
{
	struct certificate_facts *certificate = &replay->facts.certificate;

	read_fingerprints(&certificate->fingerprints, verdict);
	distinguished_name_read(value(verdict, FIELD_SUBJECT), &certificate->subject_cn,
				&certificate->subject_dn, &replay->subject_cn);
	distinguished_name_read(value(verdict, FIELD_ISSUER), &certificate->issuer_cn,
				&certificate->issuer_dn, &replay->issuer_cn);
	certificate->altnames = value(verdict, FIELD_ALTNAMES);
	certificate->state = state_of(certificate, verdict);
}

/* As they were written; NULL: not told. */
static void read_addresses(struct replay *replay, const struct policy *policy,
			   const struct verdict_line *verdict)
{
	const char *from = value(verdict, FIELD_FROM), *to = value(verdict, FIELD_TO);
	const struct written_address sender = {.argument = from,
					       .macro = from,
					       .myorigin = policy->myorigin,
					       .mydomain = policy->mydomain},
				     recipient = {.argument = to,
						  .macro = to,
						  .myorigin = policy->myorigin,
						  .mydomain = policy->mydomain};

	if (from != NULL) {
		readings_of_sender(&replay->sender, &sender, value(verdict, FIELD_HELO), NULL);
		replay->facts.sender = &replay->sender;
	}
	if (to != NULL) {
		readings_of_recipient(&replay->recipient, &recipient);
		replay->facts.recipient = &replay->recipient;
	}
}

/* The daemon says so where the reply would stand. */
static bool was_judged(const struct verdict_line *verdict)
{
	static const char not_judged[] = "not judged";
	const char *reply = value(verdict, FIELD_REPLY);

	return reply == NULL || strncmp(reply, not_judged, sizeof not_judged - 1) != 0;
}

bool replay_init(struct replay *replay_r, const struct policy *policy, const struct log_line *line,
		 const struct verdict_line *verdict)
{
	struct facts *facts = &replay_r->facts;
	const char *address = value(verdict, FIELD_CLIENT_ADDRESS);

	*replay_r = (struct replay){0};
	if (strcmp(value(verdict, FIELD_STAGE), "RCPT") != 0 || !was_judged(verdict))
		return false;
	facts->told = FACT_BITS_ALL;
	if (address == NULL || !ip_parse(address, &facts->client))
		facts->told &= ~FACT_BIT(FACT_CLIENT);
	facts->client_port = -1;
	facts->client_name = value(verdict, FIELD_CLIENT_NAME);
	facts->helo = value(verdict, FIELD_HELO);
	facts->can_quarantine = true;
	facts->date = date_from_time(line->time);
	read_tls(&facts->tls, policy, verdict);
	read_certificate(replay_r, verdict);
	read_addresses(replay_r, policy, verdict);
	return true;
}

void replay_fini(struct replay *replay)
{
	readings_fini(&replay->sender);
	readings_fini(&replay->recipient);
	free(replay->subject_cn);
	free(replay->issuer_cn);
	*replay = (struct replay){0};
}

char *replay_text(const struct replay *replay, const struct policy *policy,
		  const struct verdict_line *verdict)
{
	struct event event = {.service = is_of_policy_service(verdict) ? EVENT_SERVICE_POLICY_SERVICE
								       : EVENT_SERVICE_MILTER,
			      .queue_id = value(verdict, FIELD_QUEUE_ID),
			      .sender = value(verdict, FIELD_FROM),
			      .recipient = value(verdict, FIELD_TO),
			      .policy = policy,
			      .facts = &replay->facts};
	struct verdict_view view = {.event = &event};
	char *text;

	event_decide(&event);
	view.tested = event.decision.enforced.verdict == VERDICT_PASS && event.decision.tested_differs;
	text = log_form_text(&verdict_line_form, &view);
	event_fini(&event);
	return text;
}
