/* SPDX-License-Identifier: MIT */
/* What is done to a message that was let through: it is held, and gets a trace header. */
#include "milter/end_of_message.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/end_of_header.h"
#include "run/snapshot.h"
#include "unit/milter/steps.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"

TestSuite(end_of_message, .init = open_session, .fini = close_session);

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

Test(end_of_message, hold)
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

Test(end_of_message, quarantine_where_the_mta_cannot_hold)
{
	session->abilities.quarantine = false;
	session_mail(session, "<a@outside.example>", &plain);
	recipient("<x@mixed.example>", &plain, "451 4.7.10 100% held");
	expect_edits(NULL, 0, NULL);
}

Test(end_of_message, trace)
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

Test(end_of_message, session_that_is_not_judged_is_left_alone)
{
	snapshot_publish(frees_config("trace_header: true\ntrusted_networks: [192.0.2.0/24]\n" CONNECTORS));
	session->abilities = (struct abilities){0};
	message(&plain, "a@partner.example", "pass");
	header_field(session, "X-ForcedTLS", "from within");
	expect_edits(NULL, 0, NULL);
}

Test(end_of_message, message_without_recipients)
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

Test(end_of_message, hold_that_failed_defers)
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
Test(end_of_message, edit_that_failed_is_in_the_log)
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
