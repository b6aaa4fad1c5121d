/* SPDX-License-Identifier: MIT */
/* Messages whose From: is judged once their header is complete: for whom, by what, and what the log says of it. */
#include "milter/end_of_header.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "run/snapshot.h"
#include "unit/milter/steps.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"
#include "util/memory.h"

TestSuite(end_of_header, .init = open_session, .fini = close_session);

Test(end_of_header, from_selects)
{
	message(&plain, "a@partner.example", "550 5.7.10 TLS required for mail from partner.example");
	message(&encrypted, "a@partner.example", "pass");
	message(&plain, "a@elsewhere.example", "pass");
	message(&plain, "a@held.example", "quarantine");
	message(&plain, "a@elsewhere.example", "pass"); /* nothing is left of the messages before */
	message(&plain, "<a@partner.example", "550 5.7.10 ");
}

Test(end_of_header, what_is_a_from_field)
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

Test(end_of_header, facts_are_those_of_the_recipients)
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

Test(end_of_header, strictest_of_the_recipients)
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

Test(end_of_header, macro_of_a_recipient_counts)
{
	struct milter_macros macros = plain;

	macros.rcpt_addr = "x@two.example";
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<alias@elsewhere.example>", &macros, "pass");
	header_field(session, "From", "a@some.example");
	end_header("550 5.7.10 ");
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
Test(end_of_header, more_addresses_than_can_be_judged)
{
	message_from(&encrypted, READINGS_MAX, "pass");
	message_from(&encrypted, READINGS_MAX + 1, "pass");
	message_from(&encrypted, 200, "pass");
	message_from(&plain, READINGS_MAX + 1, "550 5.7.10 TLS required for mail from partner.example");
	message_from(&plain, 1, "550 ");
}

/* What is not read may be from anybody: all demands of header_from are to be met. */
Test(end_of_header, more_text_than_is_read)
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

/* Unquoted commas, and a connector for everyone. */
Test(end_of_header, everyone_with_names_that_are_hard_to_read)
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

/*
 * Whoever writes a From: that cannot be read gains nothing by it: that a
 * mailbox of the domain is an exception does not make the domain one.
 */
Test(end_of_header, mailbox_in_doubt_frees_nobody)
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
Test(end_of_header, mailbox_in_doubt_is_not_freed)
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
Test(end_of_header, exceptions_hold_for_the_header)
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

Test(end_of_header, policy_in_test_mode_changes_no_answer)
{
	snapshot_publish(frees_config("mode: test\n" CONNECTORS));
	message(&plain, "a@partner.example", "pass");
	message(&plain, "a@held.example", "pass");
}

/* A connector in test mode costs nobody a message. */
Test(end_of_header, what_hinders_connectors_in_test_mode_defers_nothing)
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

Test(end_of_header, log_has_one_line_for_the_message)
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

Test(end_of_header, log_of_test_mode_names_its_own_recipient)
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

static void refuse_unknown(void *context)
{
	answer_to_unknown(EVENT_STAGE_END_OF_HEADER, context);
}

/* Of which libmilter has kept no session, and so no recipient either. */
Test(end_of_header, refuses_and_logs_a_message_that_nobody_knows)
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
