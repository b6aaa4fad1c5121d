/* SPDX-License-Identifier: MIT */
/* What comes after the recipients, callback by callback, without libmilter. */
#include "milter/end_of_header.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/data.h"
#include "milter/end_of_message.h"
#include "milter/recipient.h"
#include "milter/session.h"
#include "run/snapshot.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"
#include "util/memory.h"

#define CONNECTORS                                                                                           \
	"connectors:\n"                                                                                      \
	"  - {name: partner, senders: [partner.example], header_from: true, require: tls, on_failure: "      \
	"reject}\n"                                                                                          \
	"  - {name: held, senders: [held.example], header_from: true, require: tls, on_failure: "            \
	"quarantine}\n"                                                                                      \
	"  - {name: to-one, senders: [some.example], header_from: true, recipients: [one.example], "         \
	"require: "                                                                                          \
	"tls}\n"                                                                                             \
	"  - {name: to-two, senders: [some.example], header_from: true, recipients: [two.example], "         \
	"require: "                                                                                          \
	"tls, on_failure: reject}\n"                                                                         \
	"  - {name: mixed, recipients: [mixed.example], require: tls, on_failure: quarantine, message: "     \
	"'100% "                                                                                             \
	"held'}\n"

static const struct milter_macros plain = {.client_name = "mail.example"};
static const struct milter_macros encrypted = {
	.tls_version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384", .cipher_bits = "256"};

static const struct abilities everything = {
	.data = true, .header = true, .end_of_header = true, .edit_header = true, .quarantine = true};

static struct session *session;

static void connect_client(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(4711)};

	cr_assert(inet_pton(AF_INET, "192.0.2.25", &sa.sin_addr) == 1);
	session_connect(session, "mail.example", (const struct sockaddr *)&sa);
	session_helo(session, "helo.example");
}

static void set_up(void)
{
	snapshot_publish(frees_config(CONNECTORS));
	session = session_new();
	session->abilities = everything;
	connect_client();
}

static void tear_down(void)
{
	session_free(&session);
	snapshot_retire();
}

TestSuite(after_recipients, .init = set_up, .fini = tear_down);

/* "pass", "quarantine", or "550 5.7.10 text". Ends answer. */
static void expect(struct answer *answer, const char *what, const char *want)
{
	struct strbuf got = {0};

	if (answer->reply.code != NULL)
		strbuf_printf(&got, "%s %s %s", answer->reply.code, answer->reply.status, answer->reply.text);
	else
		strbuf_puts(&got, verdict_name(answer->verdict));
	cr_expect(strncmp(got.text, want, strlen(want)) == 0, "%s: got %s, want %s", what, got.text, want);
	strbuf_fini(&got);
	answer_fini(answer);
}

static void recipient(const char *address, const struct milter_macros *macros, const char *want)
{
	struct answer answer = {0};

	recipient_judge(session, address, macros, &answer);
	expect(&answer, address, want);
}

static void end_header(const char *want)
{
	struct answer answer = {0};

	end_of_header_judge(session, "4ABC", &answer);
	expect(&answer, "end of header", want);
}

/* A message to x@one.example with that From:, up to the end of its header. */
static void message(const struct milter_macros *macros, const char *from, const char *want)
{
	session_mail(session, "<a@outside.example>", macros);
	recipient("<x@one.example>", macros, "pass");
	header_field(session, "Subject", "a@partner.example");
	header_field(session, "From", from);
	end_header(want);
}

Test(after_recipients, from_selects)
{
	message(&plain, "a@partner.example", "550 5.7.10 TLS required for mail from partner.example");
	message(&encrypted, "a@partner.example", "pass");
	message(&plain, "a@elsewhere.example", "pass");
	message(&plain, "a@held.example", "quarantine");
	message(&plain, "a@elsewhere.example", "pass"); /* nothing is left of the messages before */
	message(&plain, "<a@partner.example", "550 5.7.10 ");
}

Test(after_recipients, what_is_a_from_field)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{"From", "550 "},  {"FROM", "550 "},  {"from \t", "550 "}, {"From ", "550 "},
		{"Fro", "pass"},   {"From:", "pass"}, {"X-From", "pass"},  {"From x", "pass"},
		{" From", "pass"}, {"", "pass"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		session_mail(session, "<a@outside.example>", &plain);
		recipient("<x@one.example>", &plain, "pass");
		header_field(session, cases[i].name, "a@partner.example");
		end_header(cases[i].want);
	}
}

Test(after_recipients, facts_are_those_of_the_recipients)
{
	struct milter_macros macros = encrypted;
	char version[] = "TLSv1.3";

	macros.tls_version = version;
	session_mail(session, "<a@outside.example>", &macros);
	recipient("<x@one.example>", &macros, "pass");
	memset(version, 'x', sizeof version - 1); /* libmilter's own copy is gone by then */
	header_field(session, "From", "a@partner.example");
	end_header("pass");
}

Test(after_recipients, strictest_of_the_recipients)
{
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@other.example>", &plain, "pass");
	recipient("<x@one.example>", &plain, "pass");
	header_field(session, "From", "a@some.example");
	end_header("451 4.7.10 ");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	recipient("<x@two.example>", &plain, "pass");
	recipient("<y@one.example>", &plain, "pass");
	header_field(session, "From", "a@some.example");
	end_header("550 5.7.10 ");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@other.example>", &plain, "pass");
	header_field(session, "From", "a@some.example");
	end_header("pass");
}

Test(after_recipients, macro_of_a_recipient_counts)
{
	struct milter_macros macros = plain;

	macros.rcpt_addr = "x@two.example";
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<alias@elsewhere.example>", &macros, "pass");
	header_field(session, "From", "a@some.example");
	end_header("550 5.7.10 ");
}

static void judge_header(void *context)
{
	const char *want = context;

	end_header(want);
}

static void expect_log(const char *want_answer, size_t lines, const char *want)
{
	char answer[64], *text;
	size_t count = 0;

	(void)snprintf(answer, sizeof answer, "%s", want_answer);
	text = captured(judge_header, answer);
	for (const char *at = text; *at != '\0'; at++)
		count += *at == '\n';
	cr_expect_eq(count, lines, "want %zu lines, got: %s", lines, text);
	cr_expect_not_null(strstr(text, want), "want %s, got: %s", want, text);
	free(text);
}

Test(after_recipients, log_has_one_line_for_the_message)
{
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	recipient("<x@two.example>", &plain, "pass");
	recipient("<y@two.example>", &plain, "pass");
	header_field(session, "From", "a@some.example");
	expect_log(
		"550 ", 1,
		": 4ABC: reject: END-OF-HEADERS from mail.example[192.0.2.25]: 550 5.7.10 TLS required for "
		"mail from some.example to two.example; connector=to-two reason=plaintext "
		"helo=<helo.example> from=<a@outside.example> to=<x@two.example> "
		"header_from=<a@some.example> tls=- ");
}

Test(after_recipients, log_of_test_mode_names_its_own_recipient)
{
	snapshot_publish(frees_config(
		"connectors:\n"
		"  - {name: now, senders: [a.example], header_from: true, recipients: [one.example], "
		"require: "
		"tls}\n"
		"  - {name: next, mode: test, senders: [a.example], header_from: true, recipients: "
		"[two.example], require: tls, on_failure: reject}\n"));
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	recipient("<x@two.example>", &plain, "pass");
	header_field(session, "From", "a@a.example");
	expect_log("451 ", 2, ": would-reject: END-OF-HEADERS from mail.example[192.0.2.25]: 550 ");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	recipient("<x@two.example>", &plain, "pass");
	header_field(session, "From", "a@a.example");
	expect_log("451 ", 2,
		   "connector=next reason=plaintext helo=<helo.example> from=<a@outside.example> "
		   "to=<x@two.example> ");
}

Test(after_recipients, policy_in_test_mode_changes_no_answer)
{
	snapshot_publish(frees_config("mode: test\n" CONNECTORS));
	message(&plain, "a@partner.example", "pass");
	message(&plain, "a@held.example", "pass");
}

/* count addresses that select; what is left of them is judged. */
static void message_from(const struct milter_macros *macros, size_t count, const char *want)
{
	struct strbuf from = {0};

	for (size_t i = 0; i < count; i++)
		strbuf_printf(&from, "a%zu@partner.example,", i);
	message(macros, from.text, want);
	strbuf_fini(&from);
}

/* However many: mail that meets the demands of all whom it may concern is not deferred. */
Test(after_recipients, more_addresses_than_can_be_judged)
{
	message_from(&encrypted, READINGS_MAX, "pass");
	message_from(&encrypted, READINGS_MAX + 1, "pass");
	message_from(&encrypted, 200, "pass");
	message_from(&plain, READINGS_MAX + 1, "550 5.7.10 TLS required for mail from partner.example");
	message_from(&plain, 1, "550 ");
}

/* What is not read may be from anybody: all demands of header_from are to be met. */
Test(after_recipients, more_text_than_is_read)
{
	char *from = xmalloc(8 * 1024 + 1);

	memset(from, ' ', 8 * 1024);
	from[8 * 1024] = '\0';
	for (int fields = 1; fields <= 3; fields++) {
		const struct milter_macros *const sessions[] = {&plain, &encrypted};

		for (size_t i = 0; i < 2; i++) {
			session_mail(session, "<a@outside.example>", sessions[i]);
			recipient("<x@one.example>", sessions[i], "pass");
			header_field(session, "From",
				     "a@elsewhere.example"); /* the one that makes it too long */
			for (int k = 0; k < fields - 1; k++)
				header_field(session, "From", from);
			end_header(fields == 3 && i == 0 ? "451 4.3.0 " : "pass");
		}
	}
	free(from);
}

/* Connectors that From: selects, for so many domains of recipients: r0.example, r1.example, ... */
static void publish_domains(int domains)
{
	struct strbuf text = {0};

	strbuf_puts(&text, "connectors:\n");
	for (int i = 0; i < domains; i++)
		strbuf_printf(&text,
			      "  - {name: c%d, senders: [partner.example], recipients: [r%d.example], "
			      "header_from: true, require: tls, on_failure: %s}\n",
			      i, i, i % 2 == 0 ? "tempfail" : "reject");
	snapshot_publish(frees_config(text.text));
	strbuf_fini(&text);
}

/* A thousand recipients whom no connector and no exception tells apart are one to From:. */
Test(after_recipients, recipients_that_are_judged_alike_are_judged_once)
{
	char address[128];

	publish_domains(2);
	session_mail(session, "<a@outside.example>", &plain);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(address, sizeof address, "<x%d@%s.example>", i,
			       i % 3 == 0   ? "none"
			       : i % 3 == 1 ? "r0"
					    : "r1");
		recipient(address, &plain, "pass");
	}
	cr_expect_eq(session->message.recipient_count, 3, "%zu are kept", session->message.recipient_count);
	header_field(session, "From", "a@partner.example");
	expect_log("550 5.7.10 ", 1, " to=<x2@r1.example> ");
}

Test(after_recipients, what_exceptions_tell_apart_is_judged_apart)
{
	snapshot_publish(frees_config("recipient_delimiter: '+'\nconnectors:\n"
				      "  - {name: c, senders: [partner.example], header_from: true, require: "
				      "tls, on_failure: reject, except: [{recipients: [free.example, "
				      "\"*.free.example\", boss@some.example, "
				      "'\"c,d\"@some.example']}]}\n"
				      "  - {name: envelope, senders: [other.example], recipients: "
				      "[x.example], require: tls}\n"));
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@free.example>", &plain, "pass");
	recipient("<boss@some.example>", &plain, "pass");
	recipient("<y@free.example>", &plain, "pass");
	header_field(session, "From", "a@partner.example");
	end_header("pass");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@free.example>", &plain, "pass");
	recipient("<x@some.example>", &plain, "pass");
	recipient("<x@x.example>", &plain, "pass"); /* a connector that does not hear From: */
	cr_expect_eq(session->message.recipient_count, 2, "%zu are kept", session->message.recipient_count);
	header_field(session, "From", "a@partner.example");
	end_header("550 5.7.10 ");
	/* An excepted mailbox that needs quotes is no other either. */
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<\"c,d\"@some.example>", &plain, "pass");
	recipient("<x@some.example>", &plain, "pass");
	cr_expect_eq(session->message.recipient_count, 2, "%zu are kept", session->message.recipient_count);
	header_field(session, "From", "a@partner.example");
	end_header("550 5.7.10 ");
}

/* Connectors times recipients: what is beyond it comes with another message. */
Test(after_recipients, work_of_recipients_is_bounded)
{
	enum { DOMAINS = 500, ROOM = MESSAGE_WORK_MAX / DOMAINS };
	char address[128];

	publish_domains(DOMAINS);
	session_mail(session, "<a@outside.example>", &encrypted);
	for (int i = 0; i < ROOM + 10; i++) {
		(void)snprintf(address, sizeof address, "<x@r%d.example>", i);
		recipient(address, &encrypted, i < ROOM ? "pass" : "451 4.3.0 ");
	}
	recipient("<y@r0.example>", &encrypted, "pass"); /* no more work than x@ there */
	cr_expect_eq(session->message.recipient_readings, ROOM);
	header_field(session, "From", "a@partner.example");
	end_header("pass");
}

Test(after_recipients, recipients_are_bounded)
{
	char *local = xmalloc(60000 + 1);

	publish_domains(6);
	memset(local, 'a', 60000);
	local[60000] = '\0';
	session_mail(session, "<a@outside.example>", &encrypted);
	for (int i = 0; i < 5; i++) {
		struct strbuf address = {0};

		strbuf_printf(&address, "<%s@r%d.example>", local, i);
		recipient(address.text, &encrypted, i < 4 ? "pass" : "451 4.3.0 ");
		strbuf_fini(&address);
	}
	recipient("<x@r5.example>", &encrypted, "pass"); /* there is room for a small one */
	cr_expect_leq(session->message.recipients_size, MESSAGE_RECIPIENTS_SIZE_MAX);
	header_field(session, "From", "a@partner.example");
	end_header("pass");
	free(local);
}

/* Any number of sessions can be open at once. */
Test(after_recipients, recipients_of_all_messages_are_bounded)
{
	const size_t most = MESSAGES_RECIPIENTS_SIZE_MAX / (4 * 60000) + 1;
	struct session **sessions = xcalloc(most, sizeof *sessions), *first = session;
	char *local = xmalloc(60000 + 1);
	size_t opened = 0;

	publish_domains(6);
	memset(local, 'a', 60000);
	local[60000] = '\0';
	for (; opened < most; opened++) {
		session = sessions[opened] = session_new();
		session->abilities = everything;
		connect_client();
		session_mail(session, "<a@outside.example>", &encrypted);
		for (int i = 0; i < 4; i++) {
			struct strbuf address = {0};
			struct answer answer = {0};

			strbuf_printf(&address, "<%s@r%d.example>", local, i);
			recipient_judge(session, address.text, &encrypted, &answer);
			answer_fini(&answer);
			strbuf_fini(&address);
		}
	}
	session = first;
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@r5.example>", &encrypted, "pass"); /* one has room in any message */
	recipient("<x@r4.example>", &encrypted, "451 4.3.0 ");
	session_end_message(sessions[0]);
	recipient("<x@r4.example>", &encrypted, "pass");
	for (size_t i = 0; i < most; i++)
		session_free(&sessions[i]);
	recipient("<x@r3.example>", &encrypted, "pass");
	free(sessions);
	free(local);
}

Test(after_recipients, readings_of_recipients_are_bounded)
{
	publish_domains(MESSAGE_READINGS_MAX / 4 / 4);
	session_mail(session, "<a@outside.example>", &encrypted);
	for (int i = 0; i < MESSAGE_READINGS_MAX / 4; i++) {
		char address[128];

		(void)snprintf(address, sizeof address,
			       "<x%%r%d.example%%b.example%%r%d.example@one.example>", i % 62, 61 - i / 62);
		recipient(address, &encrypted, i < MESSAGE_WORK_MAX / 62 / 4 ? "pass" : "451 4.3.0 ");
	}
	cr_expect_leq(session->message.recipient_readings, MESSAGE_READINGS_MAX);
	header_field(session, "From", "a@partner.example");
	end_header("pass");
}

/* A connector in test mode costs nobody a message. */
Test(after_recipients, what_hinders_connectors_in_test_mode_defers_nothing)
{
	struct strbuf address = {0};

	snapshot_publish(frees_config("connectors:\n"
				      "  - {name: pilot, mode: test, senders: [\"*\", partner.example], "
				      "header_from: true, require: tls}\n"
				      "  - {name: enforced, senders: [outside.example], require: tls}\n"));
	message(&encrypted, "\"open a@partner.example", "pass");
	session_mail(session, "<a@elsewhere.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	header_field(session, "From", "\"open a@partner.example");
	expect_log("pass", 1, ": would-tempfail: END-OF-HEADERS from mail.example[192.0.2.25]: 451 4.7.10 ");
	strbuf_printf(&address, "<%060000d@one.example>", 0);
	session_mail(session, "<a@outside.example>", &encrypted);
	for (int i = 0; i < 6; i++)
		recipient(address.text, &encrypted, "pass");
	strbuf_fini(&address);
	session->abilities.end_of_header = false;
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "pass");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@one.example>", &plain, "451 4.7.10 ");
}

/* Unquoted commas, and a connector for everyone. */
Test(after_recipients, everyone_with_names_that_are_hard_to_read)
{
	static const char *const names[] = {
		"Klinikum Musterstadt, Abt. Innere Medizin und Kardiologie <info@mail.klinikum.example>",
		"\"Klinikum a.b.example, c.d.example, e.f.example, g.h.example, i.j.example "
		"<info@k.l.example>",
	};

	snapshot_publish(frees_config("connectors:\n  - {name: all, senders: \"*\", header_from: true, "
				      "require: tls, on_failure: reject}\n"
				      "  - {name: trusted, senders: outside.example, require: none}\n"));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		message(&encrypted, names[i], "pass");
		message(&plain, names[i], "550 5.7.10 TLS required for mail from *");
	}
	message(&plain, "Mailer", "pass"); /* no address at all */
}

Test(after_recipients, recipients_are_not_kept_for_nothing)
{
	snapshot_publish(frees_config(FREES_CONNECTORS));
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "pass");
	cr_expect_eq(session->message.recipient_count, 0);
	cr_expect_null(session->message.macros.storage);
	header_field(session, "From", "a@partner.example");
	end_header("pass");
}

Test(after_recipients, session_without_headers)
{
	struct answer answer = {0};

	session->abilities.end_of_header = false;
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "451 4.3.0 ");
	session->abilities = (struct abilities){.data = true, .header = true, .edit_header = true};
	snapshot_publish(frees_config("trace_header: true\n" FREES_CONNECTORS));
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "pass");
	session->abilities.edit_header = false;
	recipient("<x@one.example>", &encrypted, "451 4.3.0 ");
	session->abilities = (struct abilities){.data = true, .edit_header = true};
	recipient("<x@one.example>", &encrypted, "451 4.3.0 ");
	snapshot_publish(frees_config("mode: test\ntrace_header: true\n" CONNECTORS));
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "pass");
	edits_failed(session, NULL, "adding the trace header", &answer);
	expect(&answer, "edit", "pass");
}

static void say_data(void *context)
{
	const char *const *texts = context; /* the queue id, and the answer that is wanted */
	struct answer answer = {0};

	data_judge(session, texts[0], &answer);
	expect(&answer, "DATA", texts[1]);
}

/* A message to that recipient, up to DATA. line: what the log then has beside a line that names the setting. */
static void expect_data(const char *to, const char *queue_id, const char *want, const char *line)
{
	const char *texts[] = {queue_id, want};
	char *log;

	session_mail(session, "<a@outside.example>", &plain);
	recipient(to, &plain, strcmp(to, "<x@mixed.example>") == 0 ? "quarantine" : "pass");
	log = captured(say_data, texts);
	if (line == NULL)
		cr_expect_str_empty(log, "%s: got %s", to, log);
	else
		cr_expect(strstr(log, "smtpd_proxy_filter") != NULL && strstr(log, line) != NULL,
			  "%s: got %s", to, log);
	free(log);
}

#define DATA_REFUSED                                                                                         \
	": NOQUEUE: tempfail: DATA from mail.example[192.0.2.25]: 451 4.3.0 try again later; connector=- "   \
	"reason=internal helo=<helo.example> from=<a@outside.example> to=<x@"

/* Postfix with smtpd_proxy_filter has no queue id at DATA, and shows nothing from then on. */
Test(after_recipients, what_follows_data_is_not_shown)
{
	expect_data("<x@one.example>", "4ABC", "pass", NULL);
	expect_data("<x@one.example>", NULL, "451 4.3.0 ", DATA_REFUSED);
	expect_data("<x@one.example>", "", "451 4.3.0 ", DATA_REFUSED);
	/* Only what is held has to be seen. */
	snapshot_publish(frees_config("connectors:\n"
				      "  - {name: mixed, recipients: [mixed.example], require: tls, "
				      "on_failure: quarantine}\n"));
	expect_data("<x@one.example>", NULL, "pass", NULL);
	expect_data("<x@mixed.example>", NULL, "451 4.3.0 ", DATA_REFUSED);
	expect_data("<x@mixed.example>", "4ABC", "pass", NULL);
	snapshot_publish(frees_config("trace_header: true\n" FREES_CONNECTORS));
	expect_data("<x@one.example>", NULL, "451 4.3.0 ", DATA_REFUSED);
	snapshot_publish(frees_config(FREES_CONNECTORS));
	expect_data("<x@one.example>", NULL, "pass", NULL);
}

Test(after_recipients, what_follows_data_in_test_mode)
{
	snapshot_publish(frees_config("mode: test\n" CONNECTORS));
	expect_data("<x@one.example>", NULL, "pass",
		    ": would-tempfail: DATA from mail.example[192.0.2.25]: ");
	snapshot_publish(
		frees_config("connectors:\n  - {name: pilot, mode: test, senders: [partner.example], "
			     "header_from: true, require: tls}\n"));
	expect_data("<x@one.example>", NULL, "pass",
		    ": would-tempfail: DATA from mail.example[192.0.2.25]: ");
	/* Nobody is let through, or judged. */
	session_mail(session, "<a@outside.example>", &plain);
	say_data((const char *[]){NULL, "pass"});
	snapshot_publish(frees_config("trusted_networks: [192.0.2.0/24]\n" CONNECTORS));
	session_mail(session, "<a@partner.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	say_data((const char *[]){NULL, "pass"});
}

/* A session without DATA, of before the policy or of an old protocol, never says whether it shows the rest. */
Test(after_recipients, session_without_data)
{
	session->abilities.data = false;
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "451 4.3.0 ");
	snapshot_publish(frees_config("connectors:\n"
				      "  - {name: mixed, recipients: [mixed.example], require: tls, "
				      "on_failure: quarantine}\n"));
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@one.example>", &plain, "pass");
	recipient("<x@mixed.example>", &plain, "451 4.7.10 ");
	snapshot_publish(frees_config("trace_header: true\n" FREES_CONNECTORS));
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "451 4.3.0 ");
}

/* As few steps as will do: each costs. */
Test(after_recipients, needs_follow_the_policy)
{
	struct data_needs needs = data_needs();

	cr_expect(needs.data && needs.header && needs.end_of_header);
	snapshot_publish(frees_config("trace_header: true\n" FREES_CONNECTORS));
	needs = data_needs();
	cr_expect(needs.data && needs.header && !needs.end_of_header);
	snapshot_publish(
		frees_config("connectors: [{name: a, senders: [x.example], require: tls, on_failure: "
			     "quarantine}]\n"));
	needs = data_needs();
	cr_expect(needs.data && !needs.header && !needs.end_of_header);
	snapshot_publish(frees_config(FREES_CONNECTORS));
	needs = data_needs();
	cr_expect(!needs.data && !needs.header && !needs.end_of_header);
	snapshot_retire();
	needs = data_needs();
	cr_expect(!needs.data && !needs.header && !needs.end_of_header);
}

static void expect_edits(const char *hold, size_t trace_fields, const char *trace)
{
	struct edits edits;

	edits_make(session, &edits);
	if (hold != NULL && edits.hold_reason != NULL)
		cr_expect_str_eq(edits.hold_reason, hold);
	else
		cr_expect(hold == NULL && edits.hold_reason == NULL);
	cr_expect_eq(edits.trace_fields, trace_fields);
	if (trace != NULL && edits.trace != NULL)
		cr_expect(strncmp(edits.trace, trace, strlen(trace)) == 0, "got %s", edits.trace);
	else
		cr_expect(trace == NULL && edits.trace == NULL);
	edits_fini(&edits);
}

Test(after_recipients, hold)
{
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@other.example>", &plain, "pass");
	expect_edits(NULL, 0, NULL);
	recipient("<x@mixed.example>", &plain, "quarantine");
	recipient("<x@other.example>", &plain, "pass");
	header_field(session, "From", "a@held.example");
	end_header("quarantine");
	expect_edits("100% held", 0, NULL); /* the first that held it says why */
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@other.example>", &plain, "pass");
	header_field(session, "From", "a@held.example");
	end_header("quarantine");
	expect_edits("TLS required for mail from held.example", 0, NULL);
	session_end_message(session);
	expect_edits(NULL, 0, NULL);
}

Test(after_recipients, quarantine_where_the_mta_cannot_hold)
{
	session->abilities.quarantine = false;
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@mixed.example>", &plain, "451 4.7.10 100% held");
	expect_edits(NULL, 0, NULL);
}

Test(after_recipients, hold_that_failed_defers)
{
	struct answer answer = {0};

	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@mixed.example>", &plain, "quarantine");
	edits_failed(session, "4ABC", "holding the message", &answer);
	expect(&answer, "edit", "451 4.3.0 try again later");
}

static void fail_edit(void *context)
{
	struct answer answer = {0};

	edits_failed(session, "4ABC", "holding the message", &answer);
	expect(&answer, "edit", context);
}

static void expect_failed_edit(const char *want_answer, const char *want_verdict)
{
	char answer[64], *text, *line;

	(void)snprintf(answer, sizeof answer, "%s", want_answer);
	text = captured(fail_edit, answer);
	line = strchr(text, '\n');
	cr_assert_not_null(line, "%s", text);
	cr_expect_not_null(strstr(text, "warning: cannot edit: holding the message failed\n"), "%s", text);
	cr_expect_not_null(strstr(line, want_verdict), "want %s, got: %s", want_verdict, line);
	free(text);
}

#define FAILED                                                                                               \
	"END-OF-MESSAGE from mail.example[192.0.2.25]: 451 4.3.0 try again later; connector=- "              \
	"reason=internal helo=<helo.example> from=<a@outside.example> to=<x@mixed.example> "

/* A verdict as any other, whatever the policy needed to keep for other reasons. */
Test(after_recipients, edit_that_failed_is_in_the_log)
{
	static const char mixed[] = "connectors: [{name: mixed, recipients: mixed.example, "
				    "require: {min_version: TLSv1.3}, on_failure: quarantine}]\n";
	static const char traced[] = "trace_header: true\n" CONNECTORS;
	static const char *const policies[] = {CONNECTORS, traced, mixed};
	struct milter_macros older = encrypted;

	older.tls_version = "TLSv1.2";
	older.client_name = "mail.example";
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		snapshot_publish(frees_config(policies[i]));
		session_mail(session, "<a@outside.example>", &older);
		recipient("<x@mixed.example>", &older, i == 2 ? "quarantine" : "pass");
		recipient("<y@mixed.example>", &older, i == 2 ? "quarantine" : "pass");
		expect_failed_edit("451 4.3.0 try again later",
				   ": 4ABC: tempfail: " FAILED "tls=TLSv1.2 cipher=TLS_AES_256_GCM_SHA384 "
				   "bits=256 subject=- issuer=- mode=enforce door=milter\n");
	}
	snapshot_publish(frees_config("mode: test\ntrace_header: true\n" CONNECTORS));
	session_mail(session, "<a@outside.example>", &older);
	recipient("<x@mixed.example>", &older, "pass");
	expect_failed_edit("pass", ": 4ABC: would-tempfail: " FAILED);
	snapshot_publish(frees_config("trace_header: true\ndaemon: {log_format: json}\n" CONNECTORS));
	session_mail(session, "<a@outside.example>", &older);
	recipient("<x@mixed.example>", &older, "pass");
	expect_failed_edit("451 ", "\"stage\":\"END-OF-MESSAGE\",");
}

Test(after_recipients, trace)
{
	snapshot_publish(frees_config("trace_header: true\n" CONNECTORS));
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@other.example>", &plain, "pass");
	header_field(session, "X-ForcedTLS", "forged");
	header_field(session, "x-forcedtls ", "forged");
	header_field(session, "X-ForcedTLS-Not", "");
	end_header("pass");
	expect_edits(NULL, 2, "pass;\n\tconnector=-;\n\tclient=192.0.2.25;\n\ttls=-;");
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@mixed.example>", &encrypted, "pass");
	recipient("<y@mixed.example>", &encrypted, "pass");
	header_field(session, "From", "a@held.example, b@partner.example");
	end_header("pass");
	expect_edits(NULL, 0, "pass;\n\tconnector=mixed,partner;\n\tclient=192.0.2.25;\n\ttls=TLSv1.3;");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@mixed.example>", &plain, "quarantine");
	end_header("pass");
	expect_edits("100% held", 0, "quarantine;\n\tconnector=mixed;");
}

Test(after_recipients, session_that_is_not_judged_is_left_alone)
{
	snapshot_publish(frees_config("trace_header: true\ntrusted_networks: [192.0.2.0/24]\n" CONNECTORS));
	session->abilities = (struct abilities){0};
	message(&plain, "a@partner.example", "pass");
	header_field(session, "X-ForcedTLS", "from within");
	expect_edits(NULL, 0, NULL);
}

Test(after_recipients, message_without_recipients)
{
	session_mail(session, "<a@partner.example>", &plain);
	recipient("<x@one.example>", &plain, "550 ");
	header_field(session, "From", "a@partner.example");
	end_header("pass");
	expect_edits(NULL, 0, NULL);
	session_end_message(session);
	header_field(session, "From", "a@partner.example");
	end_header("pass");
	expect_edits(NULL, 0, NULL);
}

/*
 * Whoever writes a From: that cannot be read gains nothing by it: that a
 * mailbox of the domain is an exception does not make the domain one.
 */
Test(after_recipients, mailbox_in_doubt_frees_nobody)
{
	static const char news[] =
		"  - {name: news, senders: [news@contoso.com], header_from: true, require: none}\n"
		"  - {name: news-to-one, senders: [news@contoso.com], recipients: [one.example], "
		"header_from: true, require: none}\n";
	static const char *const wider[] = {
		"  - {name: wide, senders: [\"*.contoso.com\"], header_from: true, require: tls, on_failure: "
		"reject}\n",
		"  - {name: wide, senders: [contoso.com], header_from: true, require: tls, on_failure: "
		"reject}\n",
	};

	for (size_t i = 0; i < sizeof wider / sizeof *wider; i++) {
		struct strbuf policy = {0};

		strbuf_printf(&policy, "recipient_delimiter: '+'\nconnectors:\n%s%s", news, wider[i]);
		snapshot_publish(frees_config(policy.text));
		message(&plain, "CEO, Big <ceo@contoso.com>", "550 5.7.10 ");
		message(&encrypted, "CEO, Big <ceo@contoso.com>", "pass");
		message(&plain, "News <news@contoso.com>", "pass");
		strbuf_fini(&policy);
	}
}

/* Nor does what frees the domain free a mailbox that may be the one that is meant. */
Test(after_recipients, mailbox_in_doubt_is_not_freed)
{
	snapshot_publish(frees_config("recipient_delimiter: '+'\n"
				      "connectors:\n"
				      "  - {name: ceo, senders: [ceo@contoso.com, \"*.contoso.com\"], "
				      "header_from: true, require: tls, "
				      "on_failure: reject}\n"
				      "  - {name: rest, senders: [contoso.com], recipients: [one.example], "
				      "header_from: true, require: "
				      "none}\n"));
	message(&plain, "CEO, Big <ceo@contoso.com>", "550 5.7.10 ");
	message(&plain, "ceo@contoso.com", "550 5.7.10 ");
	message(&plain, "cfo@contoso.com", "pass");
}

/* The exceptions of forcedtls-postfix(7): they hold for From: as they do for the envelope, whose rules they keep. */
Test(after_recipients, exceptions_hold_for_the_header)
{
	snapshot_publish(
		frees_config("recipient_delimiter: '+'\n"
			     "connectors:\n"
			     "  - {name: partner, senders: [\"*.contoso.com\"], header_from: true, require: "
			     "tls, on_failure: reject}\n"
			     "  - {name: postmaster, recipients: [postmaster@one.example], senders: "
			     "[\"*.contoso.com\"], require: "
			     "none}\n"
			     "  - {name: news, senders: [news.contoso.com], require: none}\n"
			     "  - {name: open, recipients: [open@one.example], require: none}\n"
			     "  - {name: next, mode: test, senders: [next.contoso.com], require: none}\n"));
	message(&plain, "a@contoso.com", "550 ");
	message(&plain, "a@news.contoso.com", "pass");
	message(&plain, "a@news.contoso.com, a@contoso.com", "550 ");
	message(&plain, "a@next.contoso.com", "550 "); /* one in test mode frees nobody */
	message(&plain, "\"open a@news.contoso.com", "550 "); /* nor does one in doubt */
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<postmaster@one.example>", &plain, "pass");
	header_field(session, "From", "a@contoso.com");
	end_header("pass");
	recipient("<x@one.example>", &plain, "pass");
	end_header("550 ");
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<open@one.example>", &plain, "pass"); /* no refinement of it */
	header_field(session, "From", "a@contoso.com");
	end_header("550 ");
}

static void refuse_unknown(void *context)
{
	answer_to_unknown(EVENT_STAGE_END_OF_HEADER, context);
}

/* Of which libmilter has kept no session, and so no recipient either. */
Test(after_recipients, refuses_and_logs_a_message_that_nobody_knows)
{
	struct answer answer;
	char *log = captured(refuse_unknown, &answer);

	cr_expect_not_null(strstr(log,
				  "NOQUEUE: tempfail: END-OF-HEADERS from unknown[unknown]: 451 4.3.0 try "
				  "again later; connector=- reason=internal helo=- from=- to=- tls=- "
				  "cipher=- bits=- "),
			   "%s", log);
	free(log);
	expect(&answer, "a message", "451 4.3.0 ");
}
