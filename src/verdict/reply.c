/* SPDX-License-Identifier: MIT */
/*
 * SMTP replies for verdicts: codes, and text that tells the peer's postmaster
 * what to mend. No text of a peer's goes into one, and no expected certificate
 * name: that is for our log.
 */
#include "verdict/reply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/selector.h"
#include "util/memory.h"

/* The session's cipher if it is one that we know by name, so that the peer's side cannot choose our words. */
static const char *known_cipher(const struct policy *policy, const struct facts *facts)
{
	return cipher_find(policy->ciphers, facts->tls.cipher) >= 0 ? facts->tls.cipher : "an unknown cipher";
}

static void add_bits(const struct facts *facts, struct strbuf *out)
{
	if (facts->tls.bits >= 0)
		strbuf_printf(out, "%d", facts->tls.bits);
	else
		strbuf_puts(out, "an unknown number");
}

static void add_reason(const struct policy *policy, const struct facts *facts,
		       const struct judgement *judgement, struct strbuf *out)
{
	const struct connector *connector = judgement->decisive.connector;

	switch (judgement->reason) {
	case REASON_PLAINTEXT:
		strbuf_puts(out, "TLS required for ");
		selectors_print(policy, &judgement->decisive, out);
		break;
	case REASON_VERSION:
		strbuf_printf(out, "%s or better required, got %s",
			      tls_version_name(connector->require.min_version),
			      facts->tls.version != TLS_VERSION_UNKNOWN ? tls_version_name(facts->tls.version)
									: "an unknown version");
		break;
	case REASON_CIPHER:
		strbuf_printf(out, "another cipher required, got %s", known_cipher(policy, facts));
		break;
	case REASON_BITS:
		strbuf_printf(out, "cipher with %d bits or more required, got ",
			      connector->require.min_cipher_bits);
		add_bits(facts, out);
		break;
	case REASON_FORWARD_SECRECY:
		strbuf_printf(out, "cipher with forward secrecy required, got %s",
			      known_cipher(policy, facts));
		break;
	case REASON_NO_CERTIFICATE:
		strbuf_puts(out, "verified certificate required");
		break;
	case REASON_FINGERPRINT:
	case REASON_SUBJECT:
	case REASON_ISSUER:
	case REASON_EXPIRED_ENTRY:
		strbuf_puts(out, "certificate is not the one expected");
		break;
	case REASON_CLIENT:
		strbuf_puts(out, "mail not accepted from this host");
		break;
	case REASON_SENDER:
		strbuf_puts(out, "sender not accepted from this host");
		break;
	case REASON_INTERNAL:
	case REASON_NONE:
		strbuf_puts(out, "try again later");
		break;
	}
}

/* True for text that any SMTP client can take in one reply line. */
static bool is_plain(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
			return false;
	return strlen(text) <= REPLY_TEXT_MAX;
}

/* The message with each REPLY_REASON replaced. The caller frees it. */
static char *message_with(const char *message, const char *reason)
{
	struct strbuf text = {0};
	const char *mark;

	while ((mark = strstr(message, REPLY_REASON)) != NULL) {
		strbuf_add(&text, message, (size_t)(mark - message));
		strbuf_puts(&text, reason);
		message = mark + strlen(REPLY_REASON);
	}
	strbuf_puts(&text, message);
	return strbuf_take(&text);
}

/* text, or other where that is none for a reply; the one that is not taken is freed. */
static char *plain_or(char *text, char *other)
{
	bool plain = is_plain(text);

	free(plain ? other : text);
	return plain ? text : other;
}

/* In the connector's words, if it has any. The caller frees it. */
static char *text_of(const struct policy *policy, const struct facts *facts,
		     const struct judgement *judgement)
{
	static const char short_text[] = "TLS required";
	const char *message = judgement->has_connector && judgement->reason != REASON_INTERNAL
				      ? judgement->decisive.connector->message
				      : NULL;
	struct strbuf reason = {0};
	char *usual, *text;

	add_reason(policy, facts, judgement, &reason);
	usual = strbuf_take(&reason);
	text = message_with(message != NULL ? message : REPLY_REASON, usual);
	free(usual);
	/* The pattern of a mailbox may be long, or beyond ASCII. */
	if (message != NULL)
		text = plain_or(text, message_with(message, short_text));
	return plain_or(text, xstrdup(short_text));
}

void reply_make(const struct policy *policy, const struct facts *facts, const struct judgement *judgement,
		struct reply *reply_r)
{
	bool permanent = judgement->verdict == VERDICT_REJECT;

	*reply_r = (struct reply){0};
	if (judgement->verdict == VERDICT_PASS)
		return;
	assert(judgement->reason != REASON_NONE && (!permanent || judgement->reason != REASON_INTERNAL));
	if (judgement->verdict != VERDICT_QUARANTINE) {
		reply_r->code = permanent ? "550" : "451";
		(void)snprintf(reply_r->status, sizeof reply_r->status, "%c.%s", permanent ? '5' : '4',
			       reason_status_detail(judgement->reason));
	}
	reply_r->text = text_of(policy, facts, judgement);
}

void reply_fini(struct reply *reply)
{
	free(reply->text);
	*reply = (struct reply){0};
}
