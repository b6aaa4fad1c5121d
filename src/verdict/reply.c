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

#include "util/memory.h"

/* Of each reason the last two parts of the enhanced status code (RFC 3463, RFC 5248). */
static const char *const status_details[] = {
	[REASON_NONE] = "",
	[REASON_PLAINTEXT] = "7.10",
	[REASON_VERSION] = "7.6",
	[REASON_CIPHER] = "7.6",
	[REASON_BITS] = "7.6",
	[REASON_FORWARD_SECRECY] = "7.6",
	[REASON_NO_CERTIFICATE] = "7.5",
	[REASON_FINGERPRINT] = "7.5",
	[REASON_SUBJECT] = "7.5",
	[REASON_ISSUER] = "7.5",
	[REASON_EXPIRED_ENTRY] = "7.5",
	[REASON_CLIENT] = "7.1",
	[REASON_SENDER] = "7.1",
	[REASON_INTERNAL] = "3.0",
};

/* What the demand says that is not met; nothing of what went wrong with ourselves. */
static void add_reason(const struct policy *policy, const struct facts *facts,
		       const struct judgement *judgement, struct strbuf *out)
{
	const struct demand *unmet = judgement->unmet;

	if (judgement->reason == REASON_INTERNAL || unmet == NULL) {
		strbuf_puts(out, "try again later");
		return;
	}
	strbuf_puts(out, unmet->refused);
	if (unmet->print_refused != NULL)
		unmet->print_refused(
			&(struct refusal){policy, facts, &judgement->decisive, judgement->reason}, out);
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
static char *reply_text(const struct policy *policy, const struct facts *facts,
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
			       status_details[judgement->reason]);
	}
	reply_r->text = reply_text(policy, facts, judgement);
}

void reply_fini(struct reply *reply)
{
	free(reply->text);
	*reply = (struct reply){0};
}
