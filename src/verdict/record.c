/* SPDX-License-Identifier: MIT */
/*
 * What the log says of a verdict: one table of fields, as one line or as one
 * JSON object. Writes nowhere: a door hands the text on.
 */
#include "verdict/record.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/log_field.h"
#include "verdict/log_value.h"
#include "util/memory.h"

static const struct judgement *judgement_of(const struct record *record)
{
	return record->tested ? &record->decision->tested : &record->decision->enforced;
}

/* What stands where the reply would: why the message passes. */
static const char *pass_text(const struct record *record)
{
	switch (record->decision->exemption) {
	case EXEMPT_TRUSTED_NETWORK:
		return "not judged: trusted network";
	case EXEMPT_LOCAL_SUBMISSION:
		return "not judged: local submission";
	case EXEMPT_NOT:
		break;
	}
	if (!record->tested && record->policy->mode == MODE_TEST)
		return "test mode: nothing is enforced";
	return judgement_of(record)->has_connector ? "requirements met" : "no connector applies";
}

/* "550 5.7.6 text", or why it is held, or passes. The caller frees it. */
static char *outcome(const struct record *record)
{
	const struct judgement *judgement = judgement_of(record);
	struct strbuf text = {0};
	struct reply reply;

	reply_make(record->policy, record->facts, judgement, &reply);
	if (reply.code != NULL)
		strbuf_printf(&text, "%s %s %s", reply.code, reply.status, reply.text);
	else
		strbuf_puts(&text, reply.text != NULL ? reply.text : pass_text(record));
	reply_fini(&reply);
	return strbuf_take(&text);
}

static const char *stage_name(enum record_stage stage)
{
	switch (stage) {
	case RECORD_STAGE_RECIPIENT:
		return "RCPT";
	case RECORD_STAGE_DATA:
		return "DATA";
	case RECORD_STAGE_END_OF_HEADER:
		return "END-OF-HEADERS";
	case RECORD_STAGE_END_OF_MESSAGE:
		return "END-OF-MESSAGE";
	}
	return "RCPT";
}

static const char *door_name(enum record_door door)
{
	switch (door) {
	case RECORD_DOOR_MILTER:
		return "milter";
	case RECORD_DOOR_POLICY_SERVICE:
		return "policy-service";
	}
	return "milter";
}

static const char *record_mode(const struct record *record)
{
	if (record->policy == NULL) /* and so nothing passes */
		return mode_name(MODE_ENFORCE);
	return mode_name(record->tested ? MODE_TEST : record->policy->mode);
}

static bool is_of_certificate(enum reason reason)
{
	return reason >= REASON_NO_CERTIFICATE && reason <= REASON_EXPIRED_ENTRY;
}

/* Who reads the verdict has to know what the MTA says of the certificate. */
static bool turns_on_certificate(const struct judgement *judgement)
{
	return is_of_certificate(judgement->reason) ||
	       (judgement->has_connector && judgement->decisive.uncertain);
}

/* The certificates that would have done, where the lack of one is the reason, else NULL. The caller frees it. */
static char *wanted_certificates(const struct judgement *judgement)
{
	const struct require *require;
	struct strbuf text = {0};

	if (!judgement->has_connector || !is_of_certificate(judgement->reason))
		return NULL;
	require = &judgement->decisive.connector->require;
	if (require->any_certificate)
		strbuf_puts(&text, "any");
	for (size_t i = 0; i < require->certificate_count; i++) {
		strbuf_puts(&text, i > 0 ? "|" : "");
		certificate_entry_print(&require->certificates[i], &text);
	}
	return strbuf_take(&text);
}

/* Of the certificate and of its key, separated by a comma; NULL where nobody was told. The caller frees it. */
static char *shown_fingerprints(const struct facts *facts)
{
	const struct fingerprints *shown = &facts->certificate.fingerprints;
	struct strbuf text = {0};

	if (shown->seen != FINGERPRINTS_SHOWN)
		return NULL;
	for (size_t i = 0; i < shown->count; i++) {
		char fingerprint[FINGERPRINT_TEXT_SIZE];

		strbuf_printf(&text, "%s%s", i > 0 ? "," : "",
			      fingerprint_print(&shown->list[i], fingerprint));
	}
	return strbuf_take(&text);
}

/* "reject", "would-reject". The caller frees it. */
static char *verdict_text(const struct record *record)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%s", record->tested ? "would-" : "",
		      verdict_name(judgement_of(record)->verdict));
	return strbuf_take(&text);
}

static const char *client_name_of(const struct record *record)
{
	return record->facts->client_name != NULL ? record->facts->client_name : "unknown";
}

/* NULL where the MTA has not given one yet. */
static const char *queue_id_of(const struct record *record)
{
	return record->queue_id != NULL && record->queue_id[0] != '\0' ? record->queue_id : NULL;
}

/* The fields, in the order of the table; subject is a struct record. */
#define FIELD(name) static void name(const void *subject, struct log_field_value *value_r)

FIELD(queue_id)
{
	log_field_set(value_r, queue_id_of(subject));
}

FIELD(verdict)
{
	log_field_own(value_r, verdict_text(subject));
}

FIELD(stage)
{
	const struct record *record = subject;

	log_field_set(value_r, stage_name(record->stage));
}

FIELD(client_name)
{
	log_field_set(value_r, client_name_of(subject));
}

FIELD(client_address)
{
	const struct record *record = subject;
	char address[IP_TEXT_SIZE];

	log_field_own(value_r, xstrdup(ip_print(&record->facts->client, address)));
}

FIELD(reply)
{
	log_field_own(value_r, outcome(subject));
}

FIELD(connector)
{
	const struct judgement *judgement = judgement_of(subject);

	if (judgement->has_connector)
		log_field_set(value_r, judgement->decisive.connector->name);
}

FIELD(reason)
{
	enum reason reason = judgement_of(subject)->reason;

	if (reason != REASON_NONE)
		log_field_set(value_r, reason_name(reason));
}

FIELD(helo)
{
	const struct record *record = subject;

	log_field_set(value_r, record->facts->helo);
}

/* An argument of MAIL or RCPT without white space and angle brackets around it. */
static void set_argument(const char *argument, struct log_field_value *value_r)
{
	size_t length;

	if (argument == NULL)
		return;
	argument += strspn(argument, " \t");
	length = strlen(argument);
	while (length > 0 && (argument[length - 1] == ' ' || argument[length - 1] == '\t'))
		length--;
	if (length >= 2 && argument[0] == '<' && argument[length - 1] == '>') {
		argument++;
		length -= 2;
	}
	value_r->text = argument;
	value_r->length = length;
}

FIELD(from)
{
	const struct record *record = subject;

	set_argument(record->sender, value_r);
}

FIELD(to)
{
	const struct record *record = subject;

	set_argument(record->recipient, value_r);
}

/* "local@domain", or the domain alone. */
FIELD(header_from)
{
	const struct record *record = subject;
	const struct from_selection *from = record->facts->header_from;
	const struct address *address;

	value_r->is_list = from != NULL;
	for (size_t i = 0; from != NULL && (address = from_selection_address(from, i)) != NULL; i++) {
		struct strbuf text = {0};

		strbuf_printf(&text, "%s%s%s", address->local != NULL ? address->local : "",
			      address->local != NULL && address->domain != NULL ? "@" : "",
			      address->domain != NULL ? address->domain : "");
		log_field_add_item(value_r, strbuf_take(&text));
	}
}

FIELD(tls)
{
	const struct record *record = subject;

	log_field_set(value_r, record->facts->tls.version_text);
}

FIELD(cipher)
{
	const struct record *record = subject;

	log_field_set(value_r, record->facts->tls.cipher);
}

FIELD(bits)
{
	const struct record *record = subject;

	value_r->number = record->facts->tls.bits;
}

FIELD(subject_name)
{
	const struct certificate_facts *certificate = &((const struct record *)subject)->facts->certificate;

	log_field_set(value_r,
		      certificate->subject_cn != NULL ? certificate->subject_cn : certificate->subject_dn);
}

FIELD(issuer)
{
	const struct certificate_facts *certificate = &((const struct record *)subject)->facts->certificate;

	log_field_set(value_r,
		      certificate->issuer_cn != NULL ? certificate->issuer_cn : certificate->issuer_dn);
}

FIELD(certificate)
{
	const struct record *record = subject;

	if (turns_on_certificate(judgement_of(record)))
		log_field_set(value_r, certificate_state_name(record->facts->certificate.state));
}

FIELD(fingerprint)
{
	const struct record *record = subject;

	log_field_own(value_r, shown_fingerprints(record->facts));
}

FIELD(wanted)
{
	log_field_own(value_r, wanted_certificates(judgement_of(subject)));
}

FIELD(mode)
{
	log_field_set(value_r, record_mode(subject));
}

FIELD(door)
{
	const struct record *record = subject;

	log_field_set(value_r, door_name(record->door));
}

#undef FIELD

/* What the line says before its fields, in Postfix's manner; in JSON they are fields like the others. */
#define FIELDS_BEFORE 6

static const struct log_field fields[] = {
	{"queue_id", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, queue_id},
	{"verdict", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict},
	{"stage", LOG_FIELD_WORD, LOG_FIELD_SHOWN, stage},
	{"client_name", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, client_name},
	{"client_address", LOG_FIELD_WORD, LOG_FIELD_SHOWN, client_address},
	{"reply", LOG_FIELD_WORD, LOG_FIELD_SHOWN, reply},
	{"connector", LOG_FIELD_WORD, LOG_FIELD_SHOWN, connector},
	{"reason", LOG_FIELD_WORD, LOG_FIELD_SHOWN, reason},
	{"helo", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, helo},
	{"from", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, from},
	{"to", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, to},
	{"header_from", LOG_FIELD_LIST, LOG_FIELD_LEFT_OUT, header_from},
	{"tls", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, tls},
	{"cipher", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, cipher},
	{"bits", LOG_FIELD_NUMBER, LOG_FIELD_SHOWN, bits},
	{"subject", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, subject_name},
	{"issuer", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, issuer},
	{"certificate", LOG_FIELD_WORD, LOG_FIELD_LEFT_OUT, certificate},
	{"fingerprint", LOG_FIELD_VALUE, LOG_FIELD_LEFT_OUT, fingerprint},
	{"wanted", LOG_FIELD_VALUE, LOG_FIELD_LEFT_OUT, wanted},
	{"mode", LOG_FIELD_WORD, LOG_FIELD_SHOWN, mode},
	{"door", LOG_FIELD_WORD, LOG_FIELD_SHOWN, door},
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

const struct log_field *record_fields(size_t *count_r)
{
	*count_r = FIELD_COUNT;
	return fields;
}

/* "NOQUEUE: reject: RCPT from mail.contoso.com[192.0.2.25]: 550 5.7.10 text;" */
static void add_outcome(struct strbuf *out, const struct record *record, size_t width)
{
	struct log_value_room room = log_value_room(width);
	char *verdict_is = verdict_text(record), *text = outcome(record);
	const char *client = client_name_of(record);
	char address[IP_TEXT_SIZE];

	if (queue_id_of(record) != NULL)
		log_field_add_value(out, queue_id_of(record), room);
	else
		strbuf_puts(out, "NOQUEUE");
	strbuf_printf(out, ": %s: %s from ", verdict_is, stage_name(record->stage));
	/* Brackets too are escaped: what follows the name is the address, in brackets. */
	log_value_add(out, client, strlen(client), "[]", &room);
	strbuf_printf(out, "[%s]: %s;", ip_print(&record->facts->client, address), text);
	free(verdict_is);
	free(text);
}

static char *text_within(const void *context, size_t width)
{
	struct strbuf out = {0};

	add_outcome(&out, context, width);
	log_fields_add_text(&out, fields + FIELDS_BEFORE, FIELD_COUNT - FIELDS_BEFORE, context, width);
	return strbuf_take(&out);
}

char *record_text(const struct record *record)
{
	return log_value_fit(text_within, record);
}

static char *json_within(const void *context, size_t width)
{
	char *verdict_is = verdict_text(context);
	char *line = log_value_dump(log_fields_json(fields, FIELD_COUNT, context, width), verdict_is);

	free(verdict_is);
	return line;
}

char *record_json(const struct record *record)
{
	return log_value_fit(json_within, record);
}
