/* SPDX-License-Identifier: MIT */
/* Sessions as libmilter hands them over, callback by callback, without libmilter. */
#include "milter/recipient.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/session.h"
#include "run/log.h"
#include "run/snapshot.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"

static const char policy_enforced[] = "recipient_delimiter: '+'\n"
				      "connectors:\n"
				      "  - {name: from-contoso, senders: ['*.contoso.com'], require: tls, "
				      "on_failure: reject, message: '100% TLS'}\n"
				      "  - {name: to-finance, recipients: [finance.example], require: tls, "
				      "except: [{authenticated: true}]}\n"
				      "  - {name: pinned, senders: [pinned.example], "
				      "require: {certificate: [{subject: mail.pinned.example}]}}\n";

static const struct milter_macros postfix = {0};
static const struct milter_macros postfix_tls = {
	.tls_version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384", .cipher_bits = "256"};

static struct session *session;

static void publish(const char *text)
{
	snapshot_publish(frees_config(text));
}

static void connect_from(const char *name, const char *address)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(4711)};

	cr_assert(inet_pton(AF_INET, address, &sa.sin_addr) == 1);
	session_connect(session, name, (const struct sockaddr *)&sa);
}

static void set_up(void)
{
	publish(policy_enforced);
	session = session_new();
	session->abilities.macros = true;
}

static void tear_down(void)
{
	session_free(&session);
	snapshot_retire();
}

TestSuite(recipient, .init = set_up, .fini = tear_down);

/* "pass", or "550 5.7.10 text". */
static void expect_answer(const char *recipient, const struct milter_macros *macros, const char *want)
{
	struct answer answer;
	char got[600] = "pass";

	recipient_judge(session, recipient, macros, &answer);
	if (answer.verdict != VERDICT_PASS)
		(void)snprintf(got, sizeof got, "%s %s %s", answer.reply.code, answer.reply.status,
			       answer.reply.text);
	cr_expect(strncmp(got, want, strlen(want)) == 0, "%s: got %s, want %s", recipient, got, want);
	if (answer.verdict == VERDICT_PASS)
		cr_expect(answer.reply.code == NULL && answer.reply.text == NULL);
	if (answer.reply.code != NULL)
		cr_expect(answer.reply.code[0] == (answer.verdict == VERDICT_REJECT ? '5' : '4'));
	answer_fini(&answer);
}

static void begin(const char *sender)
{
	connect_from("mail.example", "192.0.2.25");
	session_helo(session, "helo.example");
	session_mail(session, sender, &postfix);
}

Test(recipient, each_on_its_own)
{
	begin("<a@plain.example>");
	expect_answer("<v@finance.example>", &postfix, "451 4.7.10 ");
	expect_answer("<v@other.example>", &postfix, "pass");
	expect_answer("<v@finance.example>", &postfix_tls, "pass");
}

Test(recipient, message_text_is_left_alone)
{
	begin("<a@sub.contoso.com>");
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 100% TLS");
	expect_answer("<v@other.example>", &postfix_tls, "pass");
}

Test(recipient, macros_count_beside_the_argument)
{
	struct milter_macros macros = postfix;

	macros.mail_addr = "a@contoso.com";
	connect_from("mail.example", "192.0.2.25");
	session_mail(session, "<a%contoso.com@gateway.example>", &macros);
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 ");
	session_mail(session, "<a@plain.example>", &postfix);
	/* What the MTA made of it alone names the domain. */
	macros.mail_addr = "a@contoso.com";
	session_mail(session, "<alias@plain.example>", &macros);
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 ");
	session_mail(session, "<a@plain.example>", &postfix);
	expect_answer("<alias@plain.example>", &(struct milter_macros){.rcpt_addr = "v@finance.example"},
		      "451 4.7.10 ");
	expect_answer("<v%finance.example@gateway.example>",
		      &(struct milter_macros){.rcpt_addr = "v@finance.example"}, "451 4.7.10 ");
}

Test(recipient, null_sender_is_read_at_helo_and_at_the_verified_name)
{
	struct milter_macros macros = postfix;

	connect_from("mail.contoso.com", "192.0.2.25");
	session_mail(session, "<>", &macros);
	expect_answer("<v@other.example>", &postfix, "pass"); /* no HELO, no verified name */
	session_helo(session, "mail.contoso.com");
	session_mail(session, "<>", &macros);
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 ");
	session_helo(session, "other.example");
	session_mail(session, "<>", &macros);
	expect_answer("<v@other.example>", &postfix, "pass");
	macros.client_name = "mail.contoso.com";
	macros.client_resolve = "FAIL";
	session_mail(session, "<>", &macros);
	expect_answer("<v@other.example>", &postfix, "pass");
	macros.client_resolve = "OK";
	session_mail(session, "<>", &macros);
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 ");
}

Test(recipient, authentication_is_of_the_moment)
{
	struct milter_macros macros = postfix;

	begin("<a@plain.example>");
	macros.auth_type = "PLAIN";
	macros.auth_authen = "bob";
	expect_answer("<v@finance.example>", &macros, "pass");
	expect_answer("<v@finance.example>", &postfix, "451 4.7.10 ");
}

Test(recipient, certificates_of_both_mtas)
{
	struct milter_macros from_postfix = postfix_tls, from_sendmail = postfix_tls;

	begin("<a@pinned.example>");
	expect_answer("<v@other.example>", &postfix_tls, "451 4.7.5 ");
	from_postfix.cert_subject = "mail.pinned.example";
	expect_answer("<v@other.example>", &from_postfix, "451 4.7.5 ");
	from_postfix.cert_issuer = "";
	expect_answer("<v@other.example>", &from_postfix, "pass");
	from_sendmail.verify = "FAIL";
	from_sendmail.cn_subject = "mail.pinned.example";
	expect_answer("<v@other.example>", &from_sendmail, "451 4.7.5 ");
	from_sendmail.verify = "OK";
	expect_answer("<v@other.example>", &from_sendmail, "pass");
}

Test(recipient, messages_one_after_another)
{
	begin("<a@contoso.com>");
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 ");
	session_end_message(session);
	session_mail(session, "<a@plain.example>", &postfix);
	expect_answer("<v@other.example>", &postfix, "pass");
	/* The next MAIL may come without anything in between. */
	session_mail(session, "<b@contoso.com>", &postfix);
	expect_answer("<v@other.example>", &postfix, "550 5.7.10 ");
}

Test(recipient, message_that_replaces_another_gives_its_policy_back)
{
	begin("<a@contoso.com>");
	publish(policy_enforced);
	cr_expect(frees_count() == 0);
	session_mail(session, "<a@plain.example>", &postfix);
	cr_expect(frees_count() == 1);
}

Test(recipient, loopback_is_judged_unless_trusted)
{
	publish("trusted_networks: []\nconnectors: [{name: x, recipients: [finance.example], require: "
		"tls}]\n");
	connect_from("localhost", "127.0.0.1");
	session_mail(session, "<a@plain.example>", &postfix);
	expect_answer("<v@finance.example>", &postfix, "451 4.7.10 ");
}

Test(recipient, entries_count_by_today)
{
	struct milter_macros macros = postfix_tls;

	publish("connectors:\n"
		"  - {name: old, senders: [old.example], require: {certificate: [{subject: a.example, "
		"valid_to: 2020-01-01}]}}\n"
		"  - {name: new, senders: [new.example], require: {certificate: [{subject: a.example, "
		"valid_from: 2020-01-01}]}}\n");
	macros.cert_subject = "a.example";
	macros.cert_issuer = "CA";
	begin("<a@old.example>");
	expect_answer("<v@other.example>", &macros, "451 4.7.5 ");
	begin("<a@new.example>");
	expect_answer("<v@other.example>", &macros, "pass");
}

Test(recipient, no_message)
{
	connect_from("mail.example", "192.0.2.25");
	expect_answer("<v@other.example>", &postfix_tls, "451 4.3.0 ");
	session_mail(session, "<a@plain.example>", &postfix);
	expect_answer("<v@other.example>", &postfix, "pass");
	session_end_message(session);
	expect_answer("<v@other.example>", &postfix_tls, "451 4.3.0 ");
	session_mail(session, "<a@plain.example>", &postfix);
	session_helo(session, "again.example");
	expect_answer("<v@other.example>", &postfix_tls, "451 4.3.0 ");
}

Test(recipient, no_connect_is_not_local_submission)
{
	static const struct milter_macros sendmail = {.queue_id = "6AQ2C9WI023480"};

	session_mail(session, "<a@contoso.com>", &sendmail);
	expect_answer("<v@other.example>", &sendmail, "451 4.3.0 ");
	session_connect(session, "localhost", NULL);
	session_mail(session, "<a@contoso.com>", &sendmail);
	expect_answer("<v@other.example>", &sendmail, "pass");
	session_mail(session, "<a@contoso.com>", &postfix);
	expect_answer("<v@other.example>", &sendmail, "451 4.3.0 "); /* Postfix has a queue id after RCPT */
}

Test(recipient, no_policy)
{
	snapshot_retire();
	begin("<a@plain.example>");
	expect_answer("<v@other.example>", &postfix_tls, "451 4.3.0 ");
}

/* No MTA leaves the argument out; if one did, nobody would know for whom the mail is. */
Test(recipient, no_recipient)
{
	struct answer answer;

	begin("<a@plain.example>");
	recipient_judge(session, NULL, &postfix_tls, &answer);
	cr_expect_eq(answer.verdict, VERDICT_TEMPFAIL);
	answer_fini(&answer);
}

Test(recipient, an_address_without_domain_needs_the_name_of_the_mta)
{
	struct milter_macros macros = postfix_tls;

	publish("connectors: [{name: x, recipients: [finance.example], require: {min_version: TLSv1.3}}]\n");
	begin("<a@plain.example>");
	expect_answer("<postmaster>", &macros, "451 4.3.0 ");
	macros.rcpt_addr = "postmaster"; /* of Sendmail */
	expect_answer("<postmaster>", &macros, "451 4.3.0 ");
	macros.j = "finance.example";
	expect_answer("<postmaster>", &macros, "pass");
	macros.tls_version = NULL;
	expect_answer("<postmaster>", &macros, "451 4.7.10 ");
	macros.j = "elsewhere.example";
	expect_answer("<postmaster>", &macros, "pass");
}

Test(recipient, one_message_one_policy)
{
	begin("<a@plain.example>");
	expect_answer("<v@finance.example>", &postfix, "451 4.7.10 ");
	publish("connectors: [{name: x, recipients: [elsewhere.example], require: tls}]\n");
	expect_answer("<v@finance.example>", &postfix, "451 4.7.10 ");
	cr_expect(frees_count() == 0);
	session_end_message(session);
	cr_expect(frees_count() == 1, "its last message has ended");
	session_mail(session, "<a@plain.example>", &postfix);
	expect_answer("<v@finance.example>", &postfix, "pass");
	expect_answer("<v@elsewhere.example>", &postfix, "451 4.7.10 ");
}

Test(recipient, test_mode_passes)
{
	publish("mode: test\nconnectors: [{name: x, recipients: [finance.example], require: tls}]\n");
	begin("<a@plain.example>");
	expect_answer("<v@finance.example>", &postfix, "pass");
	expect_answer("<v@\xff.example>", &postfix, "pass");
}

Test(recipient, unreadable_address)
{
	begin("<a@plain.example>");
	expect_answer("<v@\xff.example>", &postfix, "451 4.3.0 ");
	expect_answer("", &postfix, "451 4.3.0 ");
}

struct question {
	const char *recipient;
	const struct milter_macros *macros;
};

static void ask(void *context)
{
	const struct question *question = context;
	struct answer answer;

	recipient_judge(session, question->recipient, question->macros, &answer);
	answer_fini(&answer);
}

/* Judges one recipient and returns what was logged of it. */
static char *logged(const char *recipient, const struct milter_macros *macros)
{
	return captured(ask, &(struct question){recipient, macros});
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

/* lines: how many; want: what has to be in them. */
static void expect_logged(const char *recipient, const struct milter_macros *macros, size_t lines,
			  const char *want)
{
	char *text = logged(recipient, macros);

	cr_expect(count_lines(text) == lines, "%s: want %zu lines, got: %s", recipient, lines, text);
	cr_expect_not_null(strstr(text, want), "%s: want %s, got: %s", recipient, want, text);
	free(text);
}

Test(recipient, log_has_what_does_not_pass)
{
	struct milter_macros macros = postfix;

	begin("<a@plain.example>");
	expect_logged(
		"<v@finance.example>", &macros, 1,
		": NOQUEUE: tempfail: RCPT from mail.example[192.0.2.25]: 451 4.7.10 TLS required for mail "
		"to "
		"finance.example; connector=to-finance reason=plaintext helo=<helo.example> "
		"from=<a@plain.example> to=<v@finance.example> tls=- cipher=- bits=- subject=- issuer=- "
		"mode=enforce door=milter\n");
	expect_logged("<v@other.example>", &macros, 0, "");
	macros.queue_id = "4Qx1";
	macros.client_name = "unknown";
	expect_logged("<v@finance.example>", &macros, 1,
		      ": 4Qx1: tempfail: RCPT from mail.example[192.0.2.25]");
}

Test(recipient, log_of_what_passes_on_request)
{
	publish("daemon: {log_accepted: true}\n" FREES_CONNECTORS);
	begin("<a@plain.example>");
	expect_logged("<v@other.example>", &postfix, 1,
		      ": NOQUEUE: pass: RCPT from mail.example[192.0.2.25]: ");
}

Test(recipient, log_of_test_mode)
{
	publish("connectors:\n"
		"  - {name: enforced, recipients: [both.example], require: tls}\n"
		"  - {name: tested, recipients: [tested.example], require: tls, mode: test}\n"
		"  - {name: stricter, senders: [plain.example], recipients: [both.example], require: tls, "
		"on_failure: reject, mode: test}\n");
	begin("<a@plain.example>");
	expect_logged("<v@tested.example>", &postfix, 1, ": would-tempfail: RCPT from ");
	expect_logged("<v@both.example>", &postfix, 2, ": tempfail: RCPT from ");
	expect_logged("<v@both.example>", &postfix, 2, ": would-reject: RCPT from ");
	expect_logged("<v@other.example>", &postfix, 0, "");
}

/* One line says what is missing, and one what became of it: also where there is no policy to say how. */
Test(recipient, log_of_what_was_not_told)
{
	connect_from("mail.example", "192.0.2.25");
	expect_logged("<v@finance.example>", &postfix, 2,
		      ": cannot judge: the MTA did not say who the sender");
	expect_logged("<v@finance.example>", &postfix, 2,
		      ": NOQUEUE: tempfail: RCPT from mail.example[192.0.2.25]: 451 4.3.0 try again later; "
		      "connector=- reason=internal helo=- from=- to=<v@finance.example> ");
	session_mail(session, "<a@plain.example>", &postfix);
	expect_logged("<v>", &postfix, 2, ": cannot judge: an address without domain");
	snapshot_retire();
	session_mail(session, "<a@plain.example>", &postfix);
	expect_logged("<v@finance.example>", &postfix, 2, ": cannot judge: no policy is in force");
}

static const char policy_of_names[] =
	"connectors:\n"
	"  - {name: any, senders: [any.example], require: {certificate: any}, on_failure: reject}\n"
	"  - {name: free, senders: [any.example], presenting: [mail.cloud.example], require: none}\n"
	"  - {name: cloud, presenting: [mail.cloud.example], require: {allowed_senders: [own.example]}, "
	"on_failure: reject}\n";

/* A name that selects, a certificate that meets nothing and frees nobody, and one line on what to do about it. */
Test(recipient, a_certificate_of_which_nobody_can_tell)
{
	struct milter_macros macros = postfix_tls;

	publish(policy_of_names);
	session->abilities.macros = false;
	macros.cert_subject = "mail.cloud.example";
	macros.cert_issuer = "CA";
	begin("<a@any.example>");
	expect_logged(
		"<v@other.example>", &macros, 2,
		": nobody can tell whether the MTA verified a certificate, and none counts: write \"mta: "
		"postfix\" or ");
	expect_logged("<v@other.example>", &macros, 1,
		      " connector=any reason=no-certificate helo=<helo.example> from=<a@any.example> "
		      "to=<v@other.example> tls=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 "
		      "subject=mail.cloud.example issuer=CA certificate=untold wanted=any ");
	begin("<a@stranger.example>");
	expect_logged("<v@other.example>", &macros, 1, " connector=cloud reason=sender ");
	begin("<a@own.example>");
	expect_answer("<v@other.example>", &macros, "pass");
	session->abilities.macros = true;
	begin("<a@any.example>");
	expect_answer("<v@other.example>", &macros, "pass");
}

Test(recipient, the_mta_by_the_policy_file)
{
	struct milter_macros macros = postfix_tls;
	char text[1024];

	(void)snprintf(text, sizeof text, "daemon: {mta: postfix}\n%s", policy_of_names);
	publish(text);
	session->abilities.macros = false;
	macros.cert_subject = "mail.other.example";
	macros.cert_issuer = "CA";
	begin("<a@any.example>");
	expect_answer("<v@other.example>", &macros, "pass");
	macros.verify = "FAIL"; /* which Postfix does not send */
	expect_logged("<v@other.example>", &macros, 2,
		      ": daemon.mta is postfix, but the MTA sends {verify} ");
	expect_logged("<v@other.example>", &macros, 1, " certificate=untold ");
}

Test(recipient, log_in_json)
{
	publish("daemon: {log_format: json}\nconnectors: [{name: x, recipients: [finance.example], require: "
		"tls}]\n");
	begin("<a\"\\\n@plain.example>");
	expect_logged("<v@finance.example>", &postfix, 1, "\"verdict\":\"tempfail\"");
	begin("<a@plain.example>");
	expect_logged("<v@finance.example>", &postfix, 1, "\"from\":\"a@plain.example\"");
}

Test(recipient, session_that_ends_in_a_message)
{
	begin("<a@plain.example>");
	snapshot_retire();
	cr_expect(frees_count() == 0);
	session_free(&session);
	cr_expect_null(session);
	cr_expect(frees_count() == 1);
	session_free(&session);
}

/* What Sendmail has for a certificate's names may be somebody else's once it has delivered (VERB). */
Test(recipient, alternative_names_are_those_of_before_the_first_message)
{
	connect_from("mail.contoso.com", "192.0.2.25");
	cr_expect_null(session_altnames(session, NULL));
	cr_expect_str_eq(session_altnames(session, "a.example,"), "a.example,");
	cr_expect_str_eq(session_altnames(session, "b.example,"), "b.example,");
	cr_expect_str_eq(session_altnames(session, NULL), "b.example,", "a second EHLO, RSET");
	session->may_have_delivered = true;
	cr_expect_str_eq(session_altnames(session, "c.example,"), "b.example,");
	cr_expect_str_eq(session_altnames(session, ""), "b.example,");
	connect_from("mail.contoso.com", "192.0.2.25");
	cr_expect_null(session_altnames(session, NULL), "another connection");
}

Test(recipient, no_alternative_names_after_a_message)
{
	session->may_have_delivered = true;
	cr_expect_null(session_altnames(session, "a.example,"));
}
