/* SPDX-License-Identifier: MIT */
/*
 * The MTA's side of the milter protocol: what is sent when, and what an answer
 * means for the SMTP client. Must not know anything of policies or tests; what
 * a session consists of is the caller's to say.
 */
#include "mock_mta.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "mock_steps.h"
#include "mock_wire.h"

/* What both MTAs offer (measured): version, actions, protocol. */
#define OFFER_VERSION 6u
#define OFFER_ACTIONS 0x1ffu
#define OFFER_PROTOCOL 0x1fffffu

static const struct mock_step step_connect = {SMFIC_CONNECT, SMFIM_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN};
static const struct mock_step step_helo = {SMFIC_HELO, SMFIM_HELO, SMFIP_NOHELO, SMFIP_NR_HELO};
static const struct mock_step step_mail = {SMFIC_MAIL, SMFIM_ENVFROM, SMFIP_NOMAIL, SMFIP_NR_MAIL};
static const struct mock_step step_rcpt = {SMFIC_RCPT, SMFIM_ENVRCPT, SMFIP_NORCPT, SMFIP_NR_RCPT};

/* Sent where the filter asked for nothing else. */
static const char *const default_symbols[][MOCK_STAGES] = {
	[MOCK_POSTFIX] =
		{
			[SMFIM_CONNECT] = "j {daemon_name} {daemon_addr} v _",
			[SMFIM_HELO] = "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
			[SMFIM_ENVFROM] = "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} "
					  "{mail_mailer}",
			[SMFIM_ENVRCPT] = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
			[SMFIM_DATA] = "i",
			[SMFIM_EOM] = "i",
			[SMFIM_EOH] = "i",
		},
	[MOCK_SENDMAIL] =
		{
			[SMFIM_CONNECT] = "j _ {daemon_name} {if_name} {if_addr}",
			[SMFIM_HELO] = "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
			[SMFIM_ENVFROM] = "i {auth_type} {auth_authen} {auth_ssf} {auth_author} {mail_mailer}"
					  " {mail_host} {mail_addr}",
			[SMFIM_ENVRCPT] = "{rcpt_mailer} {rcpt_host} {rcpt_addr}",
			[SMFIM_DATA] = "",
			[SMFIM_EOM] = "{msg_id}",
			[SMFIM_EOH] = "",
		},
};

/* What the client hears of an answer without text of its own. */
static const char *const default_reject = "550 5.7.1 Command rejected";
static const char *const default_tempfail[] = {
	[MOCK_POSTFIX] = "451 4.7.1 Service unavailable - try again later",
	[MOCK_SENDMAIL] = "451 4.3.2 Please try again later",
};

struct mock_mta *mock_mta_new(enum mock_mta_kind kind, int timeout_ms)
{
	struct mock_mta *mta = xcalloc(1, sizeof *mta);

	mta->kind = kind;
	wire_init(&mta->wire, timeout_ms);
	return mta;
}

void mock_mta_free(struct mock_mta **mta)
{
	if (*mta == NULL)
		return;
	wire_fini(&(*mta)->wire);
	for (int stage = 0; stage < MOCK_STAGES; stage++)
		free((*mta)->symbols[stage]);
	strbuf_fini(&(*mta)->payload);
	mock_edits_fini(&(*mta)->edits);
	free((*mta)->session_text);
	free(*mta);
	*mta = NULL;
}

void mock_reply_fini(struct mock_reply *reply)
{
	free(reply->text);
	*reply = (struct mock_reply){0};
}

const char *mock_mta_error(const struct mock_mta *mta)
{
	return mta->wire.error;
}

uint32_t mock_mta_actions(const struct mock_mta *mta)
{
	return mta->actions;
}

uint32_t mock_mta_protocol(const struct mock_mta *mta)
{
	return mta->protocol;
}

const char *mock_mta_symbols(const struct mock_mta *mta, int stage)
{
	return stage >= 0 && stage < MOCK_STAGES ? mta->symbols[stage] : NULL;
}

/* The lists of macros behind the filter's options: stage, text, NUL, and so on. */
static bool take_symbols(struct mock_mta *mta, const char *data, size_t length)
{
	while (length > 0) {
		const char *end = length > 4 ? memchr(data + 4, '\0', length - 4) : NULL;
		uint32_t stage;

		if (end == NULL)
			return wire_fail(&mta->wire, "negotiation: macro list cut short");
		stage = wire_u32(data);
		if (stage >= MOCK_STAGES || mta->symbols[stage] != NULL)
			return wire_fail(&mta->wire, "negotiation: macro list for stage %u", (unsigned)stage);
		mta->symbols[stage] = xstrdup(data + 4);
		length -= (size_t)(end + 1 - data);
		data = end + 1;
	}
	return true;
}

static bool take_options(struct mock_mta *mta, const char *data, size_t length)
{
	if (length < MILTER_OPTLEN)
		return wire_fail(&mta->wire, "negotiation: %zu bytes", length);
	if (wire_u32(data) != OFFER_VERSION)
		return wire_fail(&mta->wire, "negotiation: version %u", (unsigned)wire_u32(data));
	mta->actions = wire_u32(data + 4);
	mta->protocol = wire_u32(data + 8);
	if ((mta->actions & ~OFFER_ACTIONS) != 0 || (mta->protocol & ~OFFER_PROTOCOL) != 0)
		return wire_fail(&mta->wire, "negotiation: more than was offered: actions %#x, protocol %#x",
				 (unsigned)mta->actions, (unsigned)mta->protocol);
	if (length > MILTER_OPTLEN && (mta->actions & SMFIF_SETSYMLIST) == 0)
		return wire_fail(&mta->wire, "negotiation: macro lists without SMFIF_SETSYMLIST");
	return take_symbols(mta, data + MILTER_OPTLEN, length - MILTER_OPTLEN);
}

bool mock_mta_open(struct mock_mta *mta, const char *socket)
{
	char command;
	const char *data;
	size_t length;

	if (!wire_dial(&mta->wire, socket))
		return false;
	wire_begin(&mta->wire, SMFIC_OPTNEG);
	wire_add_u32(&mta->wire, OFFER_VERSION);
	wire_add_u32(&mta->wire, OFFER_ACTIONS);
	wire_add_u32(&mta->wire, OFFER_PROTOCOL);
	wire_end(&mta->wire);
	if (!wire_flush(&mta->wire) || !wire_read(&mta->wire, &command, &data, &length))
		return false;
	if (command != SMFIC_OPTNEG)
		return wire_fail(&mta->wire, "negotiation: answer %c", command);
	return take_options(mta, data, length);
}

static void add_macro(struct mock_mta *mta, const struct mock_macros *macros, const char *name, size_t length)
{
	for (size_t i = 0; i < macros->count; i++) {
		const struct mock_macro *macro = &macros->list[i];

		if (strncmp(macro->name, name, length) == 0 && macro->name[length] == '\0') {
			wire_add_string(&mta->wire, macro->name);
			wire_add_string(&mta->wire, macro->value);
			return;
		}
	}
}

/* Macros go out even for a step that the filter does not want; Sendmail sends none by an empty list. */
static void send_macros(struct mock_mta *mta, const struct mock_step *step, const struct mock_macros *macros)
{
	const char *names = mta->symbols[step->stage];

	if (names == NULL)
		names = default_symbols[mta->kind][step->stage];
	names += strspn(names, " ");
	if (*names == '\0' && mta->kind == MOCK_SENDMAIL)
		return;
	wire_begin(&mta->wire, SMFIC_MACRO);
	wire_add(&mta->wire, &step->command, 1);
	while (*names != '\0') {
		size_t length = strcspn(names, " ");

		add_macro(mta, macros, names, length);
		names += length + strspn(names + length, " ");
	}
	wire_end(&mta->wire);
}

/* "550 5.7.1 text" on one line, and the same class in both codes: Postfix takes no other. */
static bool reply_is_sound(const char *text, size_t length)
{
	if (length < 4 || memchr(text, '\0', length) == NULL || strpbrk(text, "\r\n") != NULL)
		return false;
	if ((text[0] != '4' && text[0] != '5') || !isdigit((unsigned char)text[1]) ||
	    !isdigit((unsigned char)text[2]) || text[3] != ' ')
		return false;
	return !isdigit((unsigned char)text[4]) || text[5] != '.' || text[4] == text[0];
}

/* Filters double each "%", and MTAs undo it; a single one is lost. */
static char *undouble(const char *text)
{
	struct strbuf out = {0};

	for (; *text != '\0'; text++) {
		if (*text == '%' && *++text == '\0')
			break;
		strbuf_putc(&out, *text);
	}
	return strbuf_take(&out);
}

static bool take_reply(struct mock_mta *mta, char action, const char *data, size_t length,
		       struct mock_reply *reply_r)
{
	reply_r->action = action;
	switch (action) {
	case SMFIR_CONTINUE:
	case SMFIR_ACCEPT:
	case SMFIR_DISCARD:
	case SMFIR_SKIP:
		return true;
	case SMFIR_REJECT:
		reply_r->text = xstrdup(default_reject);
		return true;
	case SMFIR_TEMPFAIL:
		reply_r->text = xstrdup(default_tempfail[mta->kind]);
		return true;
	case SMFIR_REPLYCODE:
		if (!reply_is_sound(data, length))
			return wire_fail(&mta->wire, "malformed reply: %.*s", (int)length, data);
		reply_r->text = undouble(data);
		return true;
	default:
		return wire_fail(&mta->wire, "unexpected answer %c", action);
	}
}

static bool read_reply(struct mock_mta *mta, const struct mock_step *step, struct mock_reply *reply_r)
{
	char action;
	const char *data;
	size_t length;

	do {
		if (!wire_read(&mta->wire, &action, &data, &length))
			return false;
	} while (action == SMFIR_PROGRESS ||
		 (step->command == SMFIC_BODYEOB && mock_take_edit(mta, action, data, length)));
	return take_reply(mta, action, data, length, reply_r);
}

/* At CONNECT and HELO any answer but "go on" holds for the session, ACCEPT elsewhere for the message. */
static void settle(struct mock_mta *mta, const struct mock_step *step, const struct mock_reply *reply)
{
	bool session = step->command == SMFIC_CONNECT || step->command == SMFIC_HELO;

	if (session && reply->action != SMFIR_CONTINUE) {
		mta->session_action = reply->action;
		mta->session_text = reply->text != NULL ? xstrdup(reply->text) : NULL;
	}
	if (!session && (reply->action == SMFIR_ACCEPT || reply->action == SMFIR_DISCARD))
		mta->message_accepted = true;
}

bool mock_take_step(struct mock_mta *mta, const struct mock_step *step, const struct mock_macros *macros,
		    struct mock_reply *reply_r)
{
	*reply_r = (struct mock_reply){.action = SMFIR_CONTINUE};
	if (mta->wire.error != NULL)
		return false;
	if (mta->session_action != 0) {
		reply_r->action = mta->session_action;
		reply_r->text = mta->session_text != NULL ? xstrdup(mta->session_text) : NULL;
		return true;
	}
	if (mta->message_accepted) {
		reply_r->action = SMFIR_ACCEPT;
		return true;
	}
	if (step->stage >= 0)
		send_macros(mta, step, macros);
	if ((mta->protocol & step->unwanted) != 0)
		return true;
	wire_begin(&mta->wire, step->command);
	wire_add(&mta->wire, mta->payload.text != NULL ? mta->payload.text : "", mta->payload.length);
	wire_end(&mta->wire);
	if ((mta->protocol & step->silent) != 0)
		return true;
	if (!wire_flush(&mta->wire) || !read_reply(mta, step, reply_r))
		return false;
	settle(mta, step, reply_r);
	return true;
}

void mock_payload_string(struct mock_mta *mta, const char *text)
{
	strbuf_add(&mta->payload, text, strlen(text) + 1);
}

bool mock_mta_connect(struct mock_mta *mta, const struct mock_macros *macros,
		      const struct mock_client *client, struct mock_reply *reply_r)
{
	uint16_t port = htons(client->port);

	mta->payload.length = 0;
	mock_payload_string(mta, client->host);
	strbuf_putc(&mta->payload, client->family);
	if (client->family != SMFIA_UNKNOWN) {
		strbuf_add(&mta->payload, (const char *)&port, sizeof port);
		mock_payload_string(mta, client->address);
	}
	return mock_take_step(mta, &step_connect, macros, reply_r);
}

bool mock_mta_helo(struct mock_mta *mta, const struct mock_macros *macros, const char *name,
		   struct mock_reply *reply_r)
{
	mta->payload.length = 0;
	mock_payload_string(mta, name);
	return mock_take_step(mta, &step_helo, macros, reply_r);
}

static bool envelope(struct mock_mta *mta, const struct mock_step *step, const struct mock_macros *macros,
		     const char *const *arguments, struct mock_reply *reply_r)
{
	mta->payload.length = 0;
	for (; *arguments != NULL; arguments++)
		mock_payload_string(mta, *arguments);
	return mock_take_step(mta, step, macros, reply_r);
}

bool mock_mta_mail(struct mock_mta *mta, const struct mock_macros *macros, const char *const *arguments,
		   struct mock_reply *reply_r)
{
	mta->message_accepted = false;
	mock_edits_fini(&mta->edits);
	return envelope(mta, &step_mail, macros, arguments, reply_r);
}

bool mock_mta_rcpt(struct mock_mta *mta, const struct mock_macros *macros, const char *const *arguments,
		   struct mock_reply *reply_r)
{
	return envelope(mta, &step_rcpt, macros, arguments, reply_r);
}

bool mock_mta_abort(struct mock_mta *mta)
{
	mta->message_accepted = false;
	if (mta->wire.error != NULL)
		return false;
	if (mta->session_action != 0)
		return true;
	wire_begin(&mta->wire, SMFIC_ABORT);
	wire_end(&mta->wire);
	return wire_flush(&mta->wire);
}

bool mock_mta_quit(struct mock_mta *mta)
{
	if (mta->wire.error != NULL)
		return false;
	wire_begin(&mta->wire, SMFIC_QUIT);
	wire_end(&mta->wire);
	return wire_flush(&mta->wire);
}
