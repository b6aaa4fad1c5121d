/* SPDX-License-Identifier: MIT */
/*
 * The fields of an answer about a next hop, as verdict_line.c has those of a
 * verdict. Names and bytes that were asked for are escaped as those of a peer.
 */
#include "verdict/tls_policy_line.h"

#include <stdint.h>

#include "policy/reason.h"
#include "util/memory.h"

static const struct tls_policy_answer *answer_of(const void *subject)
{
	const struct tls_policy_view *line = subject;
	const struct tls_policy_lookup *lookup = line->event->lookup;

	return line->tested ? &lookup->tested : &lookup->enforced;
}

static enum mode mode_of(const struct tls_policy_view *line)
{
	return line->tested ? MODE_TEST : line->event->policy->mode;
}

/* One function for each field, in the order of the table; subject is a struct tls_policy_view. */
#define FIELD(name) static void name(const void *subject, struct log_field_value *value_r)

/* Postfix's SMTP client does not say it. */
FIELD(tls_policy_field_queue_id)
{
	(void)subject;
	log_field_set(value_r, NULL);
}

FIELD(tls_policy_field_verdict)
{
	const struct tls_policy_view *line = subject;

	log_field_print(value_r, "%s%s", line->tested ? "would-" : "",
			tls_policy_result_name(answer_of(subject)->result));
}

/* The host part where it could be read. */
FIELD(tls_policy_field_domain)
{
	const struct tls_policy_view *line = subject;
	const char *domain = line->event->lookup->next_hop.domain;

	log_field_set(value_r, domain[0] != '\0' ? domain : line->event->next_hop);
}

/* What stands where the answer would, too. */
FIELD(tls_policy_field_reply)
{
	const struct tls_policy_view *line = subject;
	const struct tls_policy_answer *answer = answer_of(subject);

	switch (answer->result) {
	case TLS_POLICY_NOT_FOUND:
		break;
	case TLS_POLICY_FOUND:
		log_field_set(value_r, tls_policy_answer_text(answer));
		return;
	case TLS_POLICY_TEMP:
		log_field_set(value_r, TLS_POLICY_TEMP_TEXT);
		return;
	}
	if (!line->tested && mode_of(line) == MODE_TEST)
		log_field_set(value_r, "test mode: nothing is enforced");
	else
		log_field_set(value_r, answer->connector != NULL ? "no demand" : "no connector applies");
}

FIELD(tls_policy_field_connector)
{
	const struct connector *connector = answer_of(subject)->connector;

	log_field_set(value_r, connector != NULL ? connector->name : NULL);
}

FIELD(tls_policy_field_reason)
{
	if (answer_of(subject)->result == TLS_POLICY_TEMP)
		log_field_set(value_r, reason_name(REASON_INTERNAL));
}

FIELD(tls_policy_field_next_hop)
{
	const struct tls_policy_view *line = subject;

	log_field_set(value_r, line->event->next_hop);
}

FIELD(tls_policy_field_mode)
{
	log_field_set(value_r, mode_name(mode_of(subject)));
}

#undef FIELD

/* Those that the head of a text has, or stands in the place of. */
enum {
	HEAD_QUEUE_ID,
	HEAD_VERDICT,
	HEAD_DOMAIN,
	HEAD_REPLY,
	HEAD_COUNT,
};

static const struct log_field fields[] = {
	[HEAD_QUEUE_ID] = {"queue_id", LOG_FIELD_WORD, LOG_FIELD_SHOWN, tls_policy_field_queue_id},
	[HEAD_VERDICT] = {"verdict", LOG_FIELD_WORD, LOG_FIELD_SHOWN, tls_policy_field_verdict},
	[HEAD_DOMAIN] = {"domain", LOG_FIELD_VALUE, LOG_FIELD_SHOWN, tls_policy_field_domain},
	[HEAD_REPLY] = {"reply", LOG_FIELD_TEXT, LOG_FIELD_SHOWN, tls_policy_field_reply},
	{"connector", LOG_FIELD_WORD, LOG_FIELD_SHOWN, tls_policy_field_connector},
	{"reason", LOG_FIELD_WORD, LOG_FIELD_NULL, tls_policy_field_reason},
	{"next_hop", LOG_FIELD_BRACKETED, LOG_FIELD_SHOWN, tls_policy_field_next_hop},
	{"mode", LOG_FIELD_WORD, LOG_FIELD_SHOWN, tls_policy_field_mode},
};

/* "NOQUEUE: answer: TLS-POLICY for contoso.com: secure match=...;" */
static void tls_policy_line_add_head(struct strbuf *out, const struct log_field_value *head, size_t width)
{
	struct log_value_room room = {.bytes = SIZE_MAX, .width = width};

	strbuf_printf(out, "NOQUEUE: %s: TLS-POLICY for ", head[HEAD_VERDICT].text);
	log_field_add_value(out, head[HEAD_DOMAIN].text, log_value_room(width));
	strbuf_puts(out, ": ");
	log_value_add_text(out, head[HEAD_REPLY].text, &room);
	strbuf_putc(out, ';');
}

const struct log_form tls_policy_line_form = {
	.fields = fields,
	.count = sizeof fields / sizeof *fields,
	.message_id = "6e0bf3963db84935ba16b722225d1289",
	.head_count = HEAD_COUNT,
	.add_head = tls_policy_line_add_head,
};
