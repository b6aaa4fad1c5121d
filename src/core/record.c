/* SPDX-License-Identifier: MIT */
/*
 * What the log says of a verdict, as one line or as one JSON object. Writes
 * nowhere: a door hands the text on. Every value that a peer could have chosen
 * goes through record_add_value (or the JSON library), so that no line and no
 * field can be forged.
 */
#include "core/record.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

/* The bytes that end or open something in a log line, beside white space and what is not printable. */
static bool is_plain_byte(unsigned char c)
{
	return c > 0x20 && c < 0x7f && strchr("<>\\\";", c) == NULL;
}

/* Bytes of special are escaped as well. */
static void add_escaped(struct strbuf *out, const char *value, size_t length, const char *special)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)value[i];

		if (is_plain_byte(c) && strchr(special, c) == NULL)
			strbuf_putc(out, (char)c);
		else
			strbuf_printf(out, "\\x%02X", c);
	}
}

/* Bounds what one value may take of the log. */
static void add_bounded(struct strbuf *out, const char *value, size_t length, size_t max)
{
	add_escaped(out, value, length > max ? max : length, "");
	if (length > max)
		strbuf_puts(out, "...");
}

void record_add_value(struct strbuf *out, const char *value)
{
	record_add_bounded_value(out, value, RECORD_VALUE_MAX);
}

void record_add_bounded_value(struct strbuf *out, const char *value, size_t max)
{
	if (value == NULL)
		strbuf_puts(out, "-");
	else if (value[0] == '\0')
		strbuf_puts(out, "\"\"");
	else if (strcmp(value, "-") == 0)
		strbuf_puts(out, "\\x2D");
	else
		add_bounded(out, value, strlen(value), max);
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

static void add_argument(struct strbuf *out, const char *key, const char *argument)
{
	size_t length;
	const char *bare;

	strbuf_printf(out, " %s=", key);
	if (argument == NULL) {
		strbuf_puts(out, "-");
		return;
	}
	bare = bare_argument(argument, &length);
	strbuf_putc(out, '<');
	add_bounded(out, bare, length, RECORD_VALUE_MAX);
	strbuf_putc(out, '>');
}

static void add_field(struct strbuf *out, const char *key, const char *value)
{
	strbuf_printf(out, " %s=", key);
	record_add_value(out, value);
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

/* Brackets too are escaped: what follows the name is the address, in brackets. */
static void add_client_name(struct strbuf *out, const char *name)
{
	size_t length = strlen(name);

	add_escaped(out, name, length > RECORD_VALUE_MAX ? RECORD_VALUE_MAX : length, "[]");
	if (length > RECORD_VALUE_MAX)
		strbuf_puts(out, "...");
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
static void add_header_from(struct strbuf *out, const struct from_selection *header_from)
{
	const struct address *address;
	size_t room = RECORD_VALUE_MAX;
	bool cut = false;

	strbuf_puts(out, " header_from=<");
	for (size_t i = 0; !cut && (address = from_selection_address(header_from, i)) != NULL; i++) {
		struct strbuf text = {0};

		add_address(&text, address);
		cut = text.length > room;
		strbuf_puts(out, i > 0 ? "," : "");
		add_escaped(out, text.text, cut ? room : text.length, ",");
		strbuf_puts(out, cut ? "..." : "");
		room -= cut ? room : text.length;
		strbuf_fini(&text);
	}
	strbuf_putc(out, '>');
}

static bool is_of_certificate(enum reason reason)
{
	return reason >= REASON_NO_CERTIFICATE && reason <= REASON_EXPIRED_ENTRY;
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
				   const struct judgement *judgement)
{
	char *fingerprint = shown_fingerprints(facts), *wanted = wanted_certificates(judgement);

	if (fingerprint != NULL)
		add_field(out, "fingerprint", fingerprint);
	if (wanted != NULL)
		add_field(out, "wanted", wanted);
	free(fingerprint);
	free(wanted);
}

static void add_tls_fields(struct strbuf *out, const struct facts *facts)
{
	add_field(out, "tls", facts->tls.version_text);
	add_field(out, "cipher", facts->tls.cipher);
	if (facts->tls.bits >= 0)
		strbuf_printf(out, " bits=%d", facts->tls.bits);
	else
		strbuf_puts(out, " bits=-");
	add_field(out, "subject", subject_of(&facts->certificate));
	add_field(out, "issuer", issuer_of(&facts->certificate));
}

char *record_text(const struct record *record)
{
	const struct facts *facts = record->facts;
	const struct judgement *judgement = judgement_of(record);
	char address[IP_TEXT_SIZE];
	struct strbuf out = {0};
	char *text = outcome(record);

	if (record->queue_id != NULL)
		record_add_value(&out, record->queue_id);
	else
		strbuf_puts(&out, "NOQUEUE");
	strbuf_printf(&out, ": %s%s: %s from ", record->tested ? "would-" : "",
		      verdict_name(judgement->verdict), stage_name(record->stage));
	add_client_name(&out, client_name(record));
	strbuf_printf(&out, "[%s]: %s;", ip_print(&facts->client, address), text);
	add_field(&out, "connector", connector_name(record));
	add_field(&out, "reason", judgement->reason != REASON_NONE ? reason_name(judgement->reason) : NULL);
	strbuf_puts(&out, " helo=");
	if (facts->helo != NULL) {
		strbuf_putc(&out, '<');
		add_bounded(&out, facts->helo, strlen(facts->helo), RECORD_VALUE_MAX);
		strbuf_putc(&out, '>');
	} else {
		strbuf_puts(&out, "-");
	}
	add_argument(&out, "from", record->sender);
	add_argument(&out, "to", record->recipient);
	if (facts->header_from != NULL)
		add_header_from(&out, facts->header_from);
	add_tls_fields(&out, facts);
	add_certificate_fields(&out, facts, judgement);
	add_field(&out, "mode", record_mode(record));
	free(text);
	return strbuf_take(&out);
}

/* JSON takes UTF-8 alone. */
static json_t *json_text(const char *value, size_t length)
{
	char *repaired = utf8_repair(value, length, RECORD_VALUE_MAX);
	json_t *json = json_string(repaired);

	free(repaired);
	return json;
}

static json_t *json_value(const char *value)
{
	return value != NULL ? json_text(value, strlen(value)) : json_null();
}

static json_t *json_argument(const char *argument)
{
	size_t length;
	const char *bare;

	if (argument == NULL)
		return json_null();
	bare = bare_argument(argument, &length);
	return json_text(bare, length);
}

static json_t *json_header_from(const struct from_selection *header_from)
{
	json_t *list = json_array();
	const struct address *address;

	for (size_t i = 0; (address = from_selection_address(header_from, i)) != NULL; i++) {
		struct strbuf text = {0};

		add_address(&text, address);
		(void)json_array_append_new(list, json_text(text.text, text.length));
		strbuf_fini(&text);
	}
	return list;
}

/* Adds a key unless value is NULL; takes value over. */
static void set_json(json_t *json, const char *key, char *value)
{
	if (value != NULL)
		(void)json_object_set_new(json, key, json_value(value));
	free(value);
}

char *record_json(const struct record *record)
{
	const struct facts *facts = record->facts;
	const struct judgement *judgement = judgement_of(record);
	char address[IP_TEXT_SIZE], verdict[32];
	char *text = outcome(record), *line = NULL;
	struct strbuf copy = {0};
	json_t *json;

	(void)snprintf(verdict, sizeof verdict, "%s%s", record->tested ? "would-" : "",
		       verdict_name(judgement->verdict));
	json = json_pack(
		"{s:o, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
		"queue_id", json_value(record->queue_id), "verdict", verdict, "stage",
		stage_name(record->stage), "client_name", json_value(client_name(record)), "client_address",
		ip_print(&facts->client, address), "reply", text, "connector",
		json_value(connector_name(record)), "reason",
		json_value(judgement->reason != REASON_NONE ? reason_name(judgement->reason) : NULL), "helo",
		json_value(facts->helo), "from", json_argument(record->sender), "to",
		json_argument(record->recipient), "tls", json_value(facts->tls.version_text), "cipher",
		json_value(facts->tls.cipher), "bits",
		facts->tls.bits >= 0 ? json_integer(facts->tls.bits) : json_null(), "subject",
		json_value(subject_of(&facts->certificate)), "issuer",
		json_value(issuer_of(&facts->certificate)), "mode", record_mode(record));
	if (json != NULL) {
		set_json(json, "fingerprint", shown_fingerprints(facts));
		set_json(json, "wanted", wanted_certificates(judgement));
		if (facts->header_from != NULL)
			(void)json_object_set_new(json, "header_from", json_header_from(facts->header_from));
		line = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER);
	}
	json_decref(json);
	free(text);
	/* jansson has an allocator and limits of its own: a line without facts is still better than none. */
	strbuf_puts(&copy, line != NULL ? line : "{\"verdict\":\"");
	if (line == NULL)
		strbuf_printf(&copy, "%s\"}", verdict);
	free(line);
	return strbuf_take(&copy);
}
