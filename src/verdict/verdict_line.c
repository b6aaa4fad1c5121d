/* SPDX-License-Identifier: MIT */
/*
 * The fields of a verdict, in the order in which the log has them, and how its
 * line of text begins. The one list of them: every view of a verdict walks it.
 */
#include "verdict/verdict_line.h"

#include <assert.h>
#include <string.h>

#include "util/memory.h"

static const struct event *event_of(const void *subject)
{
	const struct verdict_view *line = subject;

	return line->event;
}

static const struct facts *facts_of(const void *subject)
{
	return event_of(subject)->facts;
}

static const struct judgement *judgement_of(const void *subject)
{
	const struct verdict_view *line = subject;

	assert(!line->tested || line->event->decision.tested_differs);
	return event_judgement(line->event, line->tested);
}

/* What stands where the reply would: why the message passes. */
static const char *pass_text(const struct verdict_view *line)
{
	switch (line->event->decision.exemption) {
	case EXEMPT_TRUSTED_NETWORK:
		return "not judged: trusted network";
	case EXEMPT_LOCAL_SUBMISSION:
		return "not judged: local submission";
	case EXEMPT_NOT:
		break;
	}
	assert(line->event->policy != NULL);
	if (!line->tested && line->event->policy->mode == MODE_TEST)
		return "test mode: nothing is enforced";
	return judgement_of(line)->has_connector ? "requirements met" : "no connector applies";
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

/* One function for each field, in the order of the table; subject is a struct verdict_view. */
#define FIELD(name) static void name(const void *subject, struct log_field_value *value_r)

FIELD(verdict_field_queue_id)
{
	const char *queue_id = event_of(subject)->queue_id;

	if (queue_id != NULL && queue_id[0] != '\0')
		log_field_set(value_r, queue_id);
}

FIELD(verdict_field_verdict)
{
	const struct verdict_view *line = subject;

	log_field_print(value_r, "%s%s", line->tested ? "would-" : "",
			verdict_name(judgement_of(line)->verdict));
}

FIELD(verdict_field_stage)
{
	static const char *const names[] = {
		[EVENT_STAGE_RECIPIENT] = "RCPT",
		[EVENT_STAGE_DATA] = "DATA",
		[EVENT_STAGE_END_OF_HEADER] = "END-OF-HEADERS",
		[EVENT_STAGE_END_OF_MESSAGE] = "END-OF-MESSAGE",
	};

	log_field_set(value_r, names[event_of(subject)->stage]);
}

FIELD(verdict_field_client_name)
{
	const char *name = facts_of(subject)->client_name;

	log_field_set(value_r, name != NULL ? name : "unknown");
}

FIELD(verdict_field_client_address)
{
	char address[IP_TEXT_SIZE];

	log_field_print(value_r, "%s", ip_print(&facts_of(subject)->client, address));
}

/* "550 5.7.6 text", or why it is held, or passes. */
FIELD(verdict_field_reply)
{
	const struct verdict_view *line = subject;
	const struct reply *reply = line->tested ? &line->event->tested_reply : &line->event->reply;

	if (reply->code != NULL)
		log_field_print(value_r, "%s %s %s", reply->code, reply->status, reply->text);
	else
		log_field_set(value_r, reply->text != NULL ? reply->text : pass_text(line));
}

FIELD(verdict_field_connector)
{
	const struct judgement *judgement = judgement_of(subject);

	if (judgement->has_connector)
		log_field_set(value_r, judgement->decisive.connector->name);
}

FIELD(verdict_field_reason)
{
	enum reason reason = judgement_of(subject)->reason;

	if (reason != REASON_NONE)
		log_field_set(value_r, reason_name(reason));
}

FIELD(verdict_field_helo)
{
	log_field_set(value_r, facts_of(subject)->helo);
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

FIELD(verdict_field_from)
{
	set_argument(event_of(subject)->sender, value_r);
}

FIELD(verdict_field_to)
{
	const struct verdict_view *line = subject;
	const struct event *event = line->event;

	set_argument(line->tested && event->tested_recipient != NULL ? event->tested_recipient
								     : event->recipient,
		     value_r);
}

/* "local@domain", or the domain alone. */
FIELD(verdict_field_header_from)
{
	const struct from_selection *from = facts_of(subject)->header_from;
	const struct address *address;

	value_r->is_list = from != NULL;
	for (size_t i = 0; from != NULL && (address = from_selection_address(from, i)) != NULL; i++) {
		struct strbuf text = {0};

		strbuf_printf(&text, "%s%s%s", address->local != NULL ? address->local : "",
			      address->local != NULL ? "@" : "", address->domain);
		log_field_add_item(value_r, strbuf_take(&text));
	}
}

FIELD(verdict_field_tls)
{
	log_field_set(value_r, facts_of(subject)->tls.version_text);
}

FIELD(verdict_field_cipher)
{
	log_field_set(value_r, facts_of(subject)->tls.cipher);
}

FIELD(verdict_field_bits)
{
	value_r->number = facts_of(subject)->tls.bits;
}

FIELD(verdict_field_subject)
{
	const struct certificate_facts *shown = &facts_of(subject)->certificate;

	log_field_set(value_r, shown->subject_cn != NULL ? shown->subject_cn : shown->subject_dn);
}

FIELD(verdict_field_altnames)
{
	log_field_set(value_r, facts_of(subject)->certificate.altnames);
}

FIELD(verdict_field_issuer)
{
	const struct certificate_facts *shown = &facts_of(subject)->certificate;

	log_field_set(value_r, shown->issuer_cn != NULL ? shown->issuer_cn : shown->issuer_dn);
}

FIELD(verdict_field_certificate)
{
	if (turns_on_certificate(judgement_of(subject)))
		log_field_set(value_r, certificate_state_name(facts_of(subject)->certificate.state));
}

/* Of the certificate and of its key, separated by a comma, where anybody was told. */
FIELD(verdict_field_fingerprint)
{
	const struct fingerprints *shown = &facts_of(subject)->certificate.fingerprints;
	struct strbuf text = {0};

	if (shown->seen != FINGERPRINTS_SHOWN)
		return;
	for (size_t i = 0; i < shown->count; i++) {
		char fingerprint[FINGERPRINT_TEXT_SIZE];

		strbuf_printf(&text, "%s%s", i > 0 ? "," : "",
			      fingerprint_print(&shown->list[i], fingerprint));
	}
	log_field_own(value_r, strbuf_take(&text));
}

/* The certificates that would have done, where the lack of one is the reason. */
FIELD(verdict_field_wanted)
{
	const struct judgement *judgement = judgement_of(subject);
	const struct require *require;
	struct strbuf text = {0};

	if (!judgement->has_connector || !is_of_certificate(judgement->reason))
		return;
	require = &judgement->decisive.connector->require;
	if (require->any_certificate)
		strbuf_puts(&text, "any");
	for (size_t i = 0; i < require->certificate_count; i++) {
		strbuf_puts(&text, i > 0 ? "|" : "");
		certificate_entry_print(&require->certificates[i], &text);
	}
	log_field_own(value_r, strbuf_take(&text));
}

FIELD(verdict_field_mode)
{
	const struct verdict_view *line = subject;

	log_field_set(value_r, mode_name(event_mode(line->event, line->tested)));
}

FIELD(verdict_field_door)
{
	static const char *const names[] = {
		[EVENT_SERVICE_MILTER] = "milter",
		[EVENT_SERVICE_POLICY_SERVICE] = "policy-service",
	};

	log_field_set(value_r, names[event_of(subject)->service]);
}

#undef FIELD

/* Those that the head of a text has. */
enum {
	HEAD_QUEUE_ID,
	HEAD_VERDICT,
	HEAD_STAGE,
	HEAD_CLIENT_NAME,
	HEAD_CLIENT_ADDRESS,
	HEAD_REPLY,
	HEAD_COUNT,
};

static const struct log_field fields[] = {
	[HEAD_QUEUE_ID] = {"queue_id", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, verdict_field_queue_id},
	[HEAD_VERDICT] = {"verdict", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_verdict},
	[HEAD_STAGE] = {"stage", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_stage},
	[HEAD_CLIENT_NAME] = {"client_name", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, verdict_field_client_name},
	[HEAD_CLIENT_ADDRESS] = {"client_address", LOG_FIELD_WORD, LOG_FIELD_SHOWN,
				 verdict_field_client_address},
	[HEAD_REPLY] = {"reply", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_reply},
	{"connector", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_connector},
	{"reason", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_reason},
	{"helo", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, verdict_field_helo},
	{"from", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, verdict_field_from},
	{"to", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, verdict_field_to},
	{"header_from", LOG_FIELD_LIST, LOG_FIELD_LEFT_OUT, verdict_field_header_from},
	{"tls", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, verdict_field_tls},
	{"cipher", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, verdict_field_cipher},
	{"bits", LOG_FIELD_NUMBER, LOG_FIELD_SHOWN, verdict_field_bits},
	{"subject", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, verdict_field_subject},
	{"altnames", LOG_FIELD_VALUE, LOG_FIELD_LEFT_OUT, verdict_field_altnames},
	{"issuer", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, verdict_field_issuer},
	{"certificate", LOG_FIELD_WORD, LOG_FIELD_LEFT_OUT, verdict_field_certificate},
	{"fingerprint", LOG_FIELD_VALUE, LOG_FIELD_LEFT_OUT, verdict_field_fingerprint},
	{"wanted", LOG_FIELD_VALUE, LOG_FIELD_LEFT_OUT, verdict_field_wanted},
	{"mode", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_mode},
	{"door", LOG_FIELD_WORD, LOG_FIELD_SHOWN, verdict_field_door},
};

/* "NOQUEUE: reject: RCPT from mail.contoso.com[192.0.2.25]: 550 5.7.10 text;" */
static void verdict_line_add_head(struct strbuf *out, const struct log_field_value *head, size_t width)
{
	struct log_value_room room = log_value_room(width);

	log_field_add_value(out, head[HEAD_QUEUE_ID].text != NULL ? head[HEAD_QUEUE_ID].text : "NOQUEUE",
			    room);
	strbuf_printf(out, ": %s: %s from ", head[HEAD_VERDICT].text, head[HEAD_STAGE].text);
	/* Brackets too are escaped: what follows the name is the address, in brackets. */
	log_value_add(out, head[HEAD_CLIENT_NAME].text, head[HEAD_CLIENT_NAME].length, "[]", &room);
	strbuf_printf(out, "[%s]: %s;", head[HEAD_CLIENT_ADDRESS].text, head[HEAD_REPLY].text);
}

const struct log_form verdict_line_form = {
	.fields = fields,
	.count = sizeof fields / sizeof *fields,
	.message_id = "88e57c4768ab4f2c9e36f59050b8ed8b",
	.head_count = HEAD_COUNT,
	.add_head = verdict_line_add_head,
};
