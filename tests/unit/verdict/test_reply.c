/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/demand.h"
#include "unit/policy/build.h"
#include "util/memory.h"
#include "verdict/reply.h"

static const struct demand *demand(const char *key)
{
	size_t i = 0;

	while (i < demand_count && strcmp(demands[i].key, key) != 0)
		i++;
	cr_assert(i < demand_count, "%s", key);
	return &demands[i];
}

/* The reply for a reason of a demand, of a connector selected by the given patterns ("" where they match nothing). */
static char *reply_for(const char *key, enum reason reason, enum verdict verdict, const char *senders,
		       const char *recipients, const char *clients, const char *message)
{
	struct policy *policy = policy_new();
	struct connector *connector = build_connector(policy, "a", senders, recipients, clients);
	struct judgement judgement = {
		.verdict = verdict, .reason = reason, .unmet = demand(key), .has_connector = true};
	struct candidates candidates;
	struct envelope envelope;
	struct session session;
	struct strbuf text = {0};
	struct reply reply;

	connector->message = message != NULL ? xstrdup(message) : NULL;
	connector->require.min_cipher_bits = 256;
	policy_finish(policy);
	build_session(&session, "<a@x.contoso.com>", "<b@finance.example>");
	session.facts.tls.version = TLS_VERSION_1_0;
	session.facts.tls.bits = 128;
	envelope = facts_envelope(&session.facts, 0, 0);
	candidates_find(policy, &session.facts, &envelope, MATCH_ENFORCING, &candidates);
	cr_assert_eq(candidates.count, 1);
	judgement.decisive = candidates.list[0];
	reply_make(policy, &session.facts, &judgement, &reply);
	if (reply.code != NULL)
		strbuf_printf(&text, "%s %s ", reply.code, reply.status);
	else
		cr_expect_str_empty(reply.status);
	strbuf_puts(&text, reply.text);
	reply_fini(&reply);
	candidates_fini(&candidates);
	build_session_fini(&session);
	policy_free(&policy);
	return strbuf_take(&text);
}

Test(reply, codes_and_texts)
{
	static const struct {
		const char *demand;
		enum reason reason;
		enum verdict verdict;
		const char *senders, *recipients, *clients, *message, *want;
	} cases[] = {
		{"tls", REASON_PLAINTEXT, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.10 TLS required for mail from *.contoso.com"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, 0, "finance.example", 0, 0,
		 "550 5.7.10 TLS required for mail to finance.example"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", 0, 0,
		 "No {reason}, see {tls} {reason",
		 "550 5.7.10 No TLS required for mail from *.contoso.com, see {tls} {reason"},
		{"min_cipher_bits", REASON_BITS, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, "{reason}",
		 "451 4.7.6 cipher with 256 bits or more required, got 128"},
		{"tls", REASON_INTERNAL, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, "No: {reason}",
		 "451 4.3.0 try again later"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", "finance.example", 0, 0,
		 "550 5.7.10 TLS required for mail from *.contoso.com to finance.example"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*", "finance.example", 0, 0,
		 "550 5.7.10 TLS required for mail to finance.example"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*", 0, 0, 0,
		 "550 5.7.10 TLS required for mail from *"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, 0, "*", 0, 0,
		 "550 5.7.10 TLS required for mail to *"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, 0, 0, "192.0.2.0/24", 0,
		 "550 5.7.10 TLS required for mail from 192.0.2.0/24"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*", 0, "192.0.2.0/24", 0,
		 "550 5.7.10 TLS required for mail from 192.0.2.0/24"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*", "*", 0, 0,
		 "550 5.7.10 TLS required for mail from *"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", 0, "192.0.2.0/24", 0,
		 "550 5.7.10 TLS required for mail from *.contoso.com"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*", "finance.example", "192.0.2.0/24", 0,
		 "550 5.7.10 TLS required for mail to finance.example"},
		{"min_version", REASON_VERSION, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.6 TLSv1.2 or better required, got TLSv1"},
		{"min_version", REASON_VERSION, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.6 TLSv1.2 or better required, got TLSv1"},
		{"ciphers", REASON_CIPHER, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.6 another cipher required, got ECDHE-RSA-AES256-GCM-SHA384"},
		{"min_cipher_bits", REASON_BITS, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.6 cipher with 256 bits or more required, got 128"},
		{"forward_secrecy", REASON_FORWARD_SECRECY, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.6 cipher with forward secrecy required, got ECDHE-RSA-AES256-GCM-SHA384"},
		{"certificate", REASON_NO_CERTIFICATE, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.5 verified certificate required"},
		{"certificate", REASON_SUBJECT, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.5 certificate is not the one expected"},
		{"certificate", REASON_ISSUER, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.5 certificate is not the one expected"},
		{"certificate", REASON_EXPIRED_ENTRY, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.5 certificate is not the one expected"},
		{"certificate", REASON_FINGERPRINT, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.5 certificate is not the one expected"},
		{"ciphersuites", REASON_CIPHER, VERDICT_TEMPFAIL, "*.contoso.com", 0, 0, 0,
		 "451 4.7.6 another cipher required, got ECDHE-RSA-AES256-GCM-SHA384"},
		{"allowed_senders", REASON_SENDER, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.1 sender not accepted from this host"},
		{"allowed_clients", REASON_CLIENT, VERDICT_REJECT, "*.contoso.com", 0, 0, 0,
		 "550 5.7.1 mail not accepted from this host"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", 0, 0,
		 "100% TLS, see https://example.org/tls", "550 5.7.10 100% TLS, see https://example.org/tls"},
		{"tls", REASON_PLAINTEXT, VERDICT_QUARANTINE, "*.contoso.com", 0, 0, 0,
		 "TLS required for mail from *.contoso.com"},
		{"min_version", REASON_VERSION, VERDICT_QUARANTINE, "*.contoso.com", 0, 0, "held for review",
		 "held for review"},
		{"tls", REASON_PLAINTEXT, VERDICT_REJECT, "a@x.contoso.com", 0, 0, 0,
		 "550 5.7.10 TLS required for mail from a@x.contoso.com"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *got = reply_for(cases[i].demand, cases[i].reason, cases[i].verdict, cases[i].senders,
				      cases[i].recipients, cases[i].clients, cases[i].message);

		cr_expect_str_eq(got, cases[i].want, "got %s, want %s", got, cases[i].want);
		free(got);
	}
}

/* Reply lines end at 512 bytes, whatever a message and a pattern come to. */
Test(reply, message_and_reason_are_bounded)
{
	char message[401], *got;

	got = reply_for("min_cipher_bits", REASON_BITS, VERDICT_REJECT, "*.contoso.com", NULL, NULL,
			"{reason} or {reason}");
	cr_expect_str_eq(got, "550 5.7.6 cipher with 256 bits or more required, got 128 or cipher with 256 "
			      "bits or more required, got 128");
	free(got);
	memset(message, 'm', 400);
	message[400] = '\0';
	memcpy(message, "{reason}", 8);
	got = reply_for("tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", NULL, NULL, message);
	cr_expect_str_eq(got + strlen(got) - 20, "mmmmmmmmmmmmmmmmmmmm");
	cr_expect(strstr(got, "TLS required for mail from *.contoso.commm") != NULL, "%s", got);
	free(got);
	for (size_t i = 0; i < 50; i++)
		memcpy(message + 8 * i, "{reason}", 8);
	got = reply_for("tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", NULL, NULL, message);
	cr_expect_str_eq(got, "550 5.7.10 TLS required");
	free(got);
	for (size_t i = 0; i < 30; i++)
		memcpy(message + 8 * i, "{reason}", 8);
	message[240] = '\0';
	got = reply_for("tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", NULL, NULL, message);
	cr_expect(strncmp(got, "550 5.7.10 TLS requiredTLS required", 35) == 0, "%s", got);
	cr_expect_eq(strlen(got), 11 + 30 * strlen("TLS required"));
	free(got);
}

Test(reply, internal_takes_no_message)
{
	struct policy *policy = policy_new();
	struct judgement judgement = {.verdict = VERDICT_TEMPFAIL, .reason = REASON_INTERNAL};
	struct session session;
	struct reply reply;

	policy_finish(policy);
	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	reply_make(policy, &session.facts, &judgement, &reply);
	cr_expect_str_eq(reply.code, "451");
	cr_expect_str_eq(reply.status, "4.3.0");
	cr_expect_str_eq(reply.text, "try again later");
	reply_fini(&reply);
	build_session_fini(&session);
	policy_free(&policy);
}

Test(reply, unknown_facts_are_not_echoed)
{
	struct policy *policy = policy_new();
	struct connector *connector = build_connector(policy, "a", "*", NULL, NULL);
	struct judgement judgement = {.verdict = VERDICT_REJECT,
				      .reason = REASON_CIPHER,
				      .unmet = demand("ciphers"),
				      .has_connector = true,
				      .decisive = {.connector = connector}};
	struct session session;
	struct reply reply;

	policy_finish(policy);
	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	session.facts.tls.cipher = "EVIL\r\n250 ok";
	session.facts.tls.version = TLS_VERSION_UNKNOWN;
	reply_make(policy, &session.facts, &judgement, &reply);
	cr_expect_str_eq(reply.text, "another cipher required, got an unknown cipher");
	reply_fini(&reply);
	judgement.reason = REASON_VERSION;
	judgement.unmet = demand("min_version");
	reply_make(policy, &session.facts, &judgement, &reply);
	cr_expect_str_eq(reply.text, "TLSv1.2 or better required, got an unknown version");
	reply_fini(&reply);
	build_session_fini(&session);
	policy_free(&policy);
}

/* A message of printable ASCII, up to what a reply line takes; any other is none. */
Test(reply, messages_are_plain)
{
	char message[REPLY_TEXT_MAX + 2], want[REPLY_TEXT_MAX + 20];

	for (int c = 1; c < 256; c++) {
		bool plain = c >= 0x20 && c <= 0x7e;
		char *got;

		(void)snprintf(message, sizeof message, "a%cb", c);
		(void)snprintf(want, sizeof want, "550 5.7.10 %s", plain ? message : "TLS required");
		got = reply_for("tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", NULL, NULL,
				message);
		cr_expect_str_eq(got, want, "%d: %s", c, got);
		free(got);
	}
	for (size_t length = REPLY_TEXT_MAX - 1; length <= REPLY_TEXT_MAX + 1; length++) {
		char *got;

		memset(message, 'm', length);
		message[length] = '\0';
		(void)snprintf(want, sizeof want, "550 5.7.10 %s",
			       length <= REPLY_TEXT_MAX ? message : "TLS required");
		got = reply_for("tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", NULL, NULL,
				message);
		cr_expect_str_eq(got, want, "%zu", length);
		free(got);
	}
}

/* Nobody is told more than is known. */
Test(reply, refusal_without_a_demand)
{
	struct policy *policy = policy_new();
	struct connector *connector = build_connector(policy, "a", "*", NULL, NULL);
	struct judgement judgement = {.verdict = VERDICT_REJECT,
				      .reason = REASON_CIPHER,
				      .has_connector = true,
				      .decisive = {.connector = connector}};
	struct session session;
	struct reply reply;

	policy_finish(policy);
	build_session(&session, "<a@contoso.com>", "<b@finance.example>");
	reply_make(policy, &session.facts, &judgement, &reply);
	cr_expect_str_eq(reply.text, "try again later");
	reply_fini(&reply);
	build_session_fini(&session);
	policy_free(&policy);
}

Test(reply, message_with_a_control_character)
{
	char *got = reply_for("tls", REASON_PLAINTEXT, VERDICT_REJECT, "*.contoso.com", NULL, NULL,
			      "a\x01"
			      "b");

	cr_expect_null(strchr(got, '\x01'), "%s", got);
	free(got);
}
