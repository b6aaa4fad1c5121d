/* SPDX-License-Identifier: MIT */
/* What the policy has to see of a message from DATA on, and messages of which the MTA does not show that. */
#include "milter/data.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "milter/end_of_message.h"
#include "run/snapshot.h"
#include "unit/milter/steps.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"

TestSuite(data, .init = open_session, .fini = close_session);

/* As few steps as will do: each costs. */
Test(data, needs_follow_the_policy)
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

Test(data, session_without_headers)
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

/* A session without DATA, of before the policy or of an old protocol, never says whether it shows the rest. */
Test(data, session_without_data)
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
Test(data, what_follows_data_is_not_shown)
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

Test(data, what_follows_data_in_test_mode)
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
