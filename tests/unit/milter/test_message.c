/* SPDX-License-Identifier: MIT */
/* What a message keeps of its recipients until its header is complete: no more than counts, and up to a bound. */
#include "milter/message.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/end_of_header.h"
#include "milter/recipient.h"
#include "run/snapshot.h"
#include "unit/milter/steps.h"
#include "unit/run/frees.h"
#include "util/memory.h"

TestSuite(message, .init = open_session, .fini = close_session);

Test(message, recipients_are_not_kept_for_nothing)
{
	snapshot_publish(frees_config(FREES_CONNECTORS));
	session_mail(session, "<a@outside.example>", &encrypted);
	recipient("<x@one.example>", &encrypted, "pass");
	cr_expect_eq(session->message.recipient_count, 0);
	cr_expect_null(session->message.macros.storage);
	header_field(session, "From", "a@partner.example");
	end_header("pass");
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
Test(message, recipients_that_are_judged_alike_are_judged_once)
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

Test(message, what_exceptions_tell_apart_is_judged_apart)
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
Test(message, work_of_recipients_is_bounded)
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

Test(message, recipients_are_bounded)
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
Test(message, recipients_of_all_messages_are_bounded)
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

Test(message, readings_of_recipients_are_bounded)
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
