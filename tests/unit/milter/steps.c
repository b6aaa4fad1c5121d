/* SPDX-License-Identifier: MIT */
/* The steps of a message, callback by callback, without libmilter. Must not know which verdicts are right. */
#include "unit/milter/steps.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/end_of_header.h"
#include "milter/recipient.h"
#include "run/snapshot.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"
#include "util/memory.h"

const struct milter_macros plain = {.client_name = "mail.example"};

const struct milter_macros encrypted = {
	.tls_version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384", .cipher_bits = "256"};

const struct abilities everything = {
	.data = true, .header = true, .end_of_header = true, .edit_header = true, .quarantine = true};

struct session *session;

void connect_client(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(4711)};

	cr_assert(inet_pton(AF_INET, "192.0.2.25", &sa.sin_addr) == 1);
	session_connect(session, "mail.example", (const struct sockaddr *)&sa);
	session_helo(session, "helo.example");
}

void open_session(void)
{
	snapshot_publish(frees_config(CONNECTORS));
	session = session_new();
	session->abilities = everything;
	connect_client();
}

void close_session(void)
{
	session_free(&session);
	snapshot_retire();
}

void expect(struct answer *answer, const char *what, const char *want)
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

void recipient(const char *address, const struct milter_macros *macros, const char *want)
{
	struct answer answer = {0};

	recipient_judge(session, address, macros, &answer);
	expect(&answer, address, want);
}

void end_header(const char *want)
{
	struct answer answer = {0};

	end_of_header_judge(session, "4ABC", &answer);
	expect(&answer, "end of header", want);
}

void message(const struct milter_macros *macros, const char *from, const char *want)
{
	session_mail(session, "<a@outside.example>", macros);
	recipient("<x@one.example>", macros, "pass");
	header_field(session, "Subject", "a@partner.example");
	header_field(session, "From", from);
	end_header(want);
}

static void judge_header(void *context)
{
	const char *want = context;

	end_header(want);
}

void expect_log(const char *want_answer, size_t lines, const char *want)
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
