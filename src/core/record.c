/* SPDX-License-Identifier: MIT */
/*
 * What the log says of a verdict, as one line or as one JSON object. Writes
 * nowhere: a door hands the text on. Every value that a peer could have chosen
 * goes through core/log_value.h, so that no line and no field can be forged.
 */
#include "core/record.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log_value.h"
#include "core/memory.h"

void record_add_value(struct strbuf *out, const char *value, struct log_value_room room)
{
	if (value == NULL)
		strbuf_puts(out, "-");
	else if (value[0] == '\0')
		strbuf_puts(out, "\"\"");
	else if (strcmp(value, "-") == 0)
		strbuf_puts(out, "\\x2D");
	else
		log_value_add(out, value, strlen(value), "", &room);
}

/* "<value>" */
static void add_bracketed(struct strbuf *out, const char *value, size_t length, size_t width)
{
	struct log_value_room room = log_value_room(width);

	strbuf_putc(out, '<');
	log_value_add(out, value, length, "", &room);
	strbuf_putc(out, '>');
}

/* An argument of MAIL or RCPT without white space and angle brackets around it. */
static const char *bare_argument(const char *argument, size_t *length_r)
{
	size_t length;

	argument += strspn(argument, " \t");
	length = strlen(argument);
	while (length > 0 && (argument[length - 1] == ' ' || argument[length - 1] == '\t'))
		length--;
	if (length >= 2 && argument[0] == '<' && argument[length - 1] == '>') {
		argument++;
		length -= 2;
	}
	*length_r = length;
	return argument;
}

static void add_argument(struct strbuf *out, const char *key, const char *argument, size_t width)
{
	size_t length;
	const char *bare;

	strbuf_printf(out, " %s=", key);
	if (argument == NULL) {
		strbuf_puts(out, "-");
		return;
	}
	bare = bare_argument(argument, &length);
	add_bracketed(out, bare, length, width);
}

static void add_field(struct strbuf *out, const char *key, const char *value, size_t width)
{
	strbuf_printf(out, " %s=", key);
	record_add_value(out, value, log_value_room(width));
}

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

static const char *connector_name(const struct record *record)
{
	const struct judgement *judgement = judgement_of(record);

	return judgement->has_connector ? judgement->decisive.connector->name : NULL;
}

static const char *client_name(const struct record *record)
{
	return record->facts->client_name != NULL ? record->facts->client_name : "unknown";
}

static const char *stage_name(enum record_stage stage)
{
	switch (stage) {
	case RECORD_STAGE_RECIPIENT:
		return "RCPT";
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

static const char *subject_of(const struct certificate_facts *certificate)
{
	return certificate->subject_cn != NULL ? certificate->subject_cn : certificate->subject_dn;
}

static const char *issuer_of(const struct certificate_facts *certificate)
{
	return certificate->issuer_cn != NULL ? certificate->issuer_cn : certificate->issuer_dn;
}

/* "local@domain", or the domain alone. */
static void add_address(struct strbuf *out, const struct address *address)
{
	strbuf_printf(out, "%s%s%s", address->local != NULL ? address->local : "",
		      address->local != NULL && address->domain != NULL ? "@" : "",
		      address->domain != NULL ? address->domain : "");
}

/* Separated by commas; one within an address is escaped. */
static void add_header_from(struct strbuf *out, const struct from_selection *header_from, size_t width)
{
	struct log_value_room room = log_value_room(width);
	const struct address *address;

	strbuf_puts(out, " header_from=<");
	for (size_t i = 0; !room.cut && (address = from_selection_address(header_from, i)) != NULL; i++) {
		struct strbuf text = {0};

		add_address(&text, address);
		strbuf_puts(out, i > 0 ? "," : "");
		log_value_add(out, text.text, text.length, ",", &room);
		strbuf_fini(&text);
	}
	strbuf_putc(out, '>');
}

static bool is_of_certificate(enum reason reason)
{
	return reason >= REASON_NO_CERTIFICATE && reason <= REASON_EXPIRED_ENTRY;
}

static const char *certificate_of(const struct facts *facts)
{
	return certificate_state_name(facts->certificate.state);
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

/* Fields that say something of some verdicts alone. */
static void add_certificate_fields(struct strbuf *out, const struct facts *facts,
				   const struct judgement *judgement, size_t width)
{
	char *fingerprint = shown_fingerprints(facts), *wanted = wanted_certificates(judgement);

	if (turns_on_certificate(judgement))
		add_field(out, "certificate", certificate_of(facts), SIZE_MAX);
	if (fingerprint != NULL)
		add_field(out, "fingerprint", fingerprint, width);
	if (wanted != NULL)
		add_field(out, "wanted", wanted, width);
	free(fingerprint);
	free(wanted);
}

static void add_tls_fields(struct strbuf *out, const struct facts *facts, size_t width)
{
	add_field(out, "tls", facts->tls.version_text, width);
	add_field(out, "cipher", facts->tls.cipher, width);
	if (facts->tls.bits >= 0)
		strbuf_printf(out, " bits=%d", facts->tls.bits);
	else
		strbuf_puts(out, " bits=-");
	add_field(out, "subject", subject_of(&facts->certificate), width);
	add_field(out, "issuer", issuer_of(&facts->certificate), width);
}

/* NULL where the MTA has not given one yet. */
static const char *queue_id_of(const struct record *record)
{
	return record->queue_id != NULL && record->queue_id[0] != '\0' ? record->queue_id : NULL;
}

/* Up to the fields: "NOQUEUE: reject: RCPT from mail.contoso.com[192.0.2.25]: 550 5.7.10 text;" */
static void add_outcome(struct strbuf *out, const struct record *record, size_t width)
{
	struct log_value_room room = log_value_room(width);
	const char *client = client_name(record);
	char address[IP_TEXT_SIZE];
	char *text = outcome(record);

	if (queue_id_of(record) != NULL)
		record_add_value(out, queue_id_of(record), room);
	else
		strbuf_puts(out, "NOQUEUE");
	strbuf_printf(out, ": %s%s: %s from ", record->tested ? "would-" : "",
		      verdict_name(judgement_of(record)->verdict), stage_name(record->stage));
	/* Brackets too are escaped: what follows the name is the address, in brackets. */
	log_value_add(out, client, strlen(client), "[]", &room);
	strbuf_printf(out, "[%s]: %s;", ip_print(&record->facts->client, address), text);
	free(text);
}

static char *text_within(const void *context, size_t width)
{
	const struct record *record = context;
	const struct facts *facts = record->facts;
	const struct judgement *judgement = judgement_of(record);
	struct strbuf out = {0};

	add_outcome(&out, record, width);
	/* Ours, and what matters most: whole in any line. */
	add_field(&out, "connector", connector_name(record), SIZE_MAX);
	add_field(&out, "reason", judgement->reason != REASON_NONE ? reason_name(judgement->reason) : NULL,
		  SIZE_MAX);
	strbuf_puts(&out, " helo=");
	if (facts->helo != NULL)
		add_bracketed(&out, facts->helo, strlen(facts->helo), width);
	else
		strbuf_puts(&out, "-");
	add_argument(&out, "from", record->sender, width);
	add_argument(&out, "to", record->recipient, width);
	if (facts->header_from != NULL)
		add_header_from(&out, facts->header_from, width);
	add_tls_fields(&out, facts, width);
	add_certificate_fields(&out, facts, judgement, width);
	strbuf_printf(&out, " mode=%s door=%s", record_mode(record), door_name(record->door));
	return strbuf_take(&out);
}

char *record_text(const struct record *record)
{
	return log_value_fit(text_within, record);
}

static json_t *json_value(const char *value, size_t width)
{
	struct log_value_room room = log_value_room(width);

	return log_value_json(value, value != NULL ? strlen(value) : 0, &room);
}

static json_t *json_argument(const char *argument, size_t width)
{
	struct log_value_room room = log_value_room(width);
	const char *bare;
	size_t length;

	if (argument == NULL)
		return json_null();
	bare = bare_argument(argument, &length);
	return log_value_json(bare, length, &room);
}

static json_t *json_header_from(const struct from_selection *header_from, size_t width)
{
	struct log_value_room room = log_value_room(width);
	const struct address *address;
	json_t *list = json_array();

	for (size_t i = 0; !room.cut && (address = from_selection_address(header_from, i)) != NULL; i++) {
		struct strbuf text = {0};

		add_address(&text, address);
		(void)json_array_append_new(list, log_value_json(text.text, text.length, &room));
		strbuf_fini(&text);
	}
	return list;
}

/* Adds a key unless value is NULL; takes value over. */
static void set_json(json_t *json, const char *key, char *value, size_t width)
{
	if (value != NULL)
		(void)json_object_set_new(json, key, json_value(value, width));
	free(value);
}

static json_t *json_bits(const struct facts *facts)
{
	return facts->tls.bits >= 0 ? json_integer(facts->tls.bits) : json_null();
}

static char *json_within(const void *context, size_t width)
{
	const struct record *record = context;
	const struct facts *facts = record->facts;
	const struct judgement *judgement = judgement_of(record);
	char address[IP_TEXT_SIZE], verdict[32];
	char *text = outcome(record);
	json_t *json;

	(void)snprintf(verdict, sizeof verdict, "%s%s", record->tested ? "would-" : "",
		       verdict_name(judgement->verdict));
	json = json_pack(
		"{s:o, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s}",
		"queue_id", json_value(queue_id_of(record), width), "verdict", verdict, "stage",
		stage_name(record->stage), "client_name", json_value(client_name(record), width),
		"client_address", ip_print(&facts->client, address), "reply", text, "connector",
		json_value(connector_name(record), SIZE_MAX), "reason",
		json_value(judgement->reason != REASON_NONE ? reason_name(judgement->reason) : NULL,
			   SIZE_MAX),
		"helo", json_value(facts->helo, width), "from", json_argument(record->sender, width), "to",
		json_argument(record->recipient, width), "tls", json_value(facts->tls.version_text, width),
		"cipher", json_value(facts->tls.cipher, width), "bits", json_bits(facts), "subject",
		json_value(subject_of(&facts->certificate), width), "issuer",
		json_value(issuer_of(&facts->certificate), width), "mode", record_mode(record), "door",
		door_name(record->door));
	if (json != NULL) {
		if (turns_on_certificate(judgement))
			set_json(json, "certificate", xstrdup(certificate_of(facts)), SIZE_MAX);
		set_json(json, "fingerprint", shown_fingerprints(facts), width);
		set_json(json, "wanted", wanted_certificates(judgement), width);
		if (facts->header_from != NULL)
			(void)json_object_set_new(json, "header_from",
						  json_header_from(facts->header_from, width));
	}
	free(text);
	return log_value_dump(json, verdict);
}

char *record_json(const struct record *record)
{
	return log_value_fit(json_within, record);
}
