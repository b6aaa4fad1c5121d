/* SPDX-License-Identifier: MIT */
/* Requests as Postfix sends them, byte by byte, without a socket. */
#include "policy_service/policy_service.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/facts.h"
#include "util/memory.h"
#include "milter/recipient.h"
#include "milter/session.h"
#include "run/fingerprint_cache.h"
#include "run/snapshot.h"
#include "unit/run/captured.h"
#include "unit/run/frees.h"

#define PIN "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"
#define OTHER_PRINT                                                                                          \
	"00:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"

static const char connectors[] =
	"connectors:\n"
	"  - {name: from-contoso, senders: ['*.contoso.com'], require: tls, on_failure: reject}\n"
	"  - {name: to-finance, recipients: [finance.example], require: tls,"
	" except: [{authenticated: true}]}\n"
	"  - {name: held, senders: [held.example], require: tls, on_failure: quarantine}\n"
	"  - {name: pilot, mode: test, senders: [pilot.example], require: tls, on_failure: reject}\n"
	"  - {name: pinned, senders: [pinned.example], require: {certificate: {fingerprint: '" PIN "'}},"
	" on_failure: reject}\n";

static void *connection;

static void publish(const char *head)
{
	char text[4096];

	(void)snprintf(text, sizeof text, "%s%s", head, connectors);
	snapshot_publish(frees_config(text));
}

static void set_up(void)
{
	publish("myorigin: finance.example\n");
	connection = service_policy_service.stream.open(NULL, -1);
}

static void tear_down(void)
{
	service_policy_service.stream.close(connection);
	fingerprint_cache_clear();
	snapshot_retire();
}

TestSuite(policy_service, .init = set_up, .fini = tear_down);

/* A request at RCPT from a stranger in plaintext, with more lines behind. */
static const char *rcpt(const char *sender, const char *recipient, const char *lines)
{
	static char text[4096];

	(void)snprintf(
		text, sizeof text,
		"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.25\n"
		"client_name=unknown\nclient_port=4711\n"
		"server_address=198.51.100.1\nserver_port=25\nhelo_name=mail.stranger.example\nsender=%s\n"
		"recipient=%s\nqueue_id=\n%s\n",
		sender, recipient, lines);
	return text;
}

/* The answer without its frame. The caller frees it. */
static char *ask(const char *request)
{
	size_t length = strlen(request), used = 0, got_length;
	struct strbuf out = {0};
	char *got;

	cr_assert_eq(service_policy_service.stream.serve(connection, request, length, &used, &out),
		     STREAM_DONE, "%s", request);
	cr_assert_eq(used, length);
	got = strbuf_take(&out);
	got_length = strlen(got);
	cr_assert(strncmp(got, "action=", 7) == 0 && strchr(got, '\n') == got + got_length - 2 &&
			  got[got_length - 1] == '\n',
		  "%s", got);
	got[got_length - 2] = '\0';
	memmove(got, got + 7, got_length - 8);
	return got;
}

static void expect(const char *request, const char *want)
{
	char *got = ask(request);

	cr_expect(strncmp(got, want, strlen(want)) == 0, "got %s, want %s", got, want);
	free(got);
}

#define NO_PRINT "ccert_fingerprint=\nccert_pubkey_fingerprint=\n"
#define TLS "encryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\n"

Test(policy_service, answers_as_the_milter_does)
{
	expect(rcpt("a@stranger.example", "b@example.org", ""), "DUNNO");
	expect(rcpt("a@x.contoso.com", "b@example.org", ""),
	       "550 5.7.10 TLS required for mail from *.contoso.com");
	expect(rcpt("a@x.contoso.com", "b@example.org", TLS), "DUNNO");
	expect(rcpt("a@stranger.example", "b@finance.example", ""),
	       "451 4.7.10 TLS required for mail to finance.example");
	expect(rcpt("a@stranger.example", "b@finance.example", "sasl_method=PLAIN\nsasl_username=bob\n"),
	       "DUNNO");
	expect(rcpt("a@stranger.example", "b@finance.example", "sasl_sender=bob\nsasl_method=PLAIN\n"),
	       "451 4.7.10 ");
	expect(rcpt("a@held.example", "b@example.org", ""), "HOLD TLS required for mail from held.example");
	expect(rcpt("a@pilot.example", "b@example.org", ""), "DUNNO");
}

Test(policy_service, reads_addresses_as_postfix_hands_them_over)
{
	expect(rcpt("a%contoso.com@stranger.example", "b@example.org", ""), "550 5.7.10 ");
	expect(rcpt("contoso.com!a", "b@example.org", ""), "550 5.7.10 ");
	expect(rcpt("u@contoso.com@stranger.example", "b@example.org", ""), "550 5.7.10 ");
	expect(rcpt("quoted local@contoso.com", "b@example.org", ""), "550 5.7.10 ");
	expect(rcpt("a@stranger.example", "b", ""), "451 4.7.10 TLS required for mail to finance.example");
	expect(rcpt("", "b@example.org", ""), "DUNNO");
	expect(rcpt("a@m\xc3\xbcnchen..example", "b@example.org", ""), "451 4.3.0 try again later");
}

Test(policy_service, the_null_sender_is_postmaster_of_the_helo_name)
{
	static const char request[] = "request=smtpd_access_policy\nprotocol_state=RCPT\n"
				      "client_address=192.0.2.25\nhelo_name=mx.contoso.com\nsender=\n"
				      "recipient=b@example.org\n\n";
	static const char by_name[] = "request=smtpd_access_policy\nprotocol_state=RCPT\n"
				      "client_address=192.0.2.25\nclient_name=mx.contoso.com\nsender=\n"
				      "recipient=b@example.org\n\n";

	expect(request, "550 5.7.10 ");
	expect(by_name, "550 5.7.10 ");
}

Test(policy_service, who_is_not_judged)
{
	expect("request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=127.0.0.1\nclient_port=5\n"
	       "sender=a@contoso.com\nrecipient=b@example.org\n\n",
	       "DUNNO");
	expect("request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=unknown\n"
	       "sender=a@contoso.com\nrecipient=b@example.org\n\n",
	       "451 4.3.0 try again later");
}

/* Mail is never let in because the question was put at the wrong place. */
Test(policy_service, where_there_is_no_recipient)
{
	static const char *const states[] = {"CONNECT", "EHLO", "HELO", "MAIL", "DATA", "END-OF-MESSAGE", ""};
	char request[300];

	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		(void)snprintf(
			request, sizeof request,
			"request=smtpd_access_policy\nprotocol_state=%s\nclient_address=192.0.2.25\n\n",
			states[i]);
		expect(request, "451 4.3.0 try again later");
	}
	expect("request=smtpd_access_policy\nprotocol_state=VRFY\nclient_address=192.0.2.25\n\n", "DUNNO");
	expect("request=smtpd_access_policy\nprotocol_state=ETRN\nclient_address=192.0.2.25\n\n", "DUNNO");
	publish("mode: test\n");
	expect("request=smtpd_access_policy\nprotocol_state=MAIL\nclient_address=192.0.2.25\n\n", "DUNNO");
}

Test(policy_service, a_certificate_can_be_pinned)
{
	expect(rcpt("a@pinned.example", "b@example.org", ""), "550 5.7.10 ");
	expect(rcpt("a@pinned.example", "b@example.org", TLS NO_PRINT),
	       "550 5.7.5 verified certificate required");
	/* Not sent is not empty: whoever does not tell has not seen that there was none. */
	expect(rcpt("a@pinned.example", "b@example.org", TLS), "451 4.3.0 try again later");
	expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" OTHER_PRINT "\n"),
	       "550 5.7.5 certificate is not the one expected");
	expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" PIN "\n"), "DUNNO");
	expect(rcpt("a@pinned.example", "b@example.org",
		    TLS "ccert_fingerprint=" OTHER_PRINT "\nccert_pubkey_fingerprint=" PIN "\n"),
	       "DUNNO");
}

static void ask_with_md5(void *context)
{
	(void)context;
	expect(rcpt("a@pinned.example", "b@example.org",
		    TLS "ccert_fingerprint=D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E\n"),
	       "451 4.3.0 try again later");
}

Test(policy_service, says_when_the_digest_is_another)
{
	char *log = captured(ask_with_md5, NULL);

	cr_expect(strstr(log, "fingerprint D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E is no SHA-256") !=
			  NULL,
		  "%s", log);
	cr_expect(strstr(log, " connector=pinned reason=internal ") != NULL, "%s", log);
	free(log);
}

static void ask_pilot(void *context)
{
	(void)context;
	expect(rcpt("a@pilot.example", "b@example.org", ""), "DUNNO");
}

Test(policy_service, logs_what_would_have_become_of_it)
{
	char *log = captured(ask_pilot, NULL);

	cr_expect(strstr(log,
			 "NOQUEUE: would-reject: RCPT from unknown[192.0.2.25]: 550 5.7.10 TLS required for "
			 "mail from pilot.example; connector=pilot reason=plaintext "
			 "helo=<mail.stranger.example> from=<a@pilot.example> to=<b@example.org> tls=- "
			 "cipher=- bits=- subject=- issuer=- mode=test door=policy-service\n") != NULL,
		  "%s", log);
	free(log);
}

/* One header for each connector that spoke, whatever the number of recipients. */
Test(policy_service, records_in_a_header)
{
	publish("trace_header: true\n");
	expect(rcpt("a@x.contoso.com", "b@example.org", TLS "instance=1.2.3\n"),
	       "PREPEND X-ForcedTLS: pass; connector=from-contoso; client=192.0.2.25; tls=TLSv1.3; "
	       "cipher=TLS_AES_256_GCM_SHA384 bits=256; verified=no; subject=-; issuer=-");
	expect(rcpt("a@x.contoso.com", "c@example.org", TLS "instance=1.2.3\n"), "DUNNO");
	expect(rcpt("a@x.contoso.com", "b@example.org", TLS "instance=1.2.4\n"),
	       "PREPEND X-ForcedTLS: pass; ");
	expect(rcpt("a@stranger.example", "b@finance.example", TLS "instance=1.2.4\n"),
	       "PREPEND X-ForcedTLS: pass; connector=to-finance; ");
	expect(rcpt("a@stranger.example", "b@example.org", "instance=1.2.4\n"),
	       "PREPEND X-ForcedTLS: pass; connector=-; ");
	expect(rcpt("a@held.example", "b@example.org", "instance=1.2.5\n"), "HOLD ");
}

Test(policy_service, takes_one_request_after_the_other)
{
	const char *first = rcpt("a@stranger.example", "b@example.org", "");
	struct strbuf both = {0}, out = {0};
	size_t used = 0, half = strlen(first);

	strbuf_puts(&both, first);
	strbuf_puts(&both, rcpt("a@contoso.com", "b@example.org", ""));
	for (size_t length = 1; length < half; length++)
		cr_assert_eq(service_policy_service.stream.serve(connection, both.text, length, &used, &out),
			     STREAM_MORE);
	cr_assert_eq(service_policy_service.stream.serve(connection, both.text, both.length, &used, &out),
		     STREAM_DONE);
	cr_expect_eq(used, half);
	cr_expect_str_eq(out.text, "action=DUNNO\n\n");
	strbuf_fini(&both);
	strbuf_fini(&out);
}

Test(policy_service, ends_a_connection_that_is_none_of_postfix)
{
	static const struct {
		const char *request, *why;
	} cases[] = {
		{"GET / HTTP/1.0\n\n", "a line that is no attribute"},
		{"\n", "no smtpd_access_policy request"},
		{"request=other\n\n", "no smtpd_access_policy request"},
	};
	const struct stream_service *service = &service_policy_service.stream;
	struct strbuf out = {0};
	size_t used = 0;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_expect_eq(
			service->serve(connection, cases[i].request, strlen(cases[i].request), &used, &out),
			STREAM_MALFORMED);
		cr_expect_str_eq(service->why_malformed(connection), cases[i].why);
	}
	cr_expect_eq(out.length, 0);
}

/* What Postfix did not say is not the same as an empty value. */
Test(policy_service, what_was_not_said_is_not_empty)
{
#define ABOUT(lines) "request=smtpd_access_policy\n" lines "\n"
#define CLIENT "client_address=192.0.2.25\nclient_port=4711\n"
	static const struct {
		const char *request, *want;
	} cases[] = {
		{ABOUT("protocol_state=RCPT\n" CLIENT "sender=\nrecipient=b@example.org\n"), "DUNNO"},
		{ABOUT("protocol_state=RCPT\n" CLIENT "recipient=b@example.org\n"), "451 4.3.0 "},
		{ABOUT("protocol_state=RCPT\n" CLIENT "sender=\n"), "451 4.3.0 "},
		{ABOUT("protocol_state=RCPT\nsender=\nrecipient=b@example.org\n"), "451 4.3.0 "},
		{ABOUT(CLIENT "sender=\nrecipient=b@example.org\n"), "451 4.3.0 "},
		{ABOUT(""), "451 4.3.0 "},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect(cases[i].request, cases[i].want);
#undef ABOUT
#undef CLIENT
}

Test(policy_service, without_a_policy)
{
	snapshot_retire();
	expect(rcpt("a@stranger.example", "b@example.org", ""), "451 4.3.0 try again later");
}

/* The milter's side of a session from port 4711, as rcpt() has it; to server, if that is known. */
static struct session *connect_to(const char *server, const char *port)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(4711)};
	struct session *session = session_new();

	cr_assert(inet_pton(AF_INET, "192.0.2.25", &sa.sin_addr) == 1);
	session_connect(session, "unknown", (const struct sockaddr *)&sa);
	session_connected_to(session, server, port);
	return session;
}

/* The same session. */
static struct session *connect_at_the_milter(void)
{
	return connect_to("198.51.100.1", "25");
}

static const struct milter_macros over_tls = {
	.tls_version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384", .cipher_bits = "256"};

static void judge_recipient_at_the_milter(struct session *session, const char *want)
{
	struct answer answer;

	recipient_judge(session, "<b@example.org>", &over_tls, &answer);
	cr_expect_str_eq(answer.verdict == VERDICT_PASS ? "pass" : answer.reply.status, want);
	answer_fini(&answer);
}

static void judge_at_the_milter(struct session *session, const char *sender, const char *want)
{
	session_mail(session, sender, &over_tls);
	judge_recipient_at_the_milter(session, want);
}

/* Whatever hop is in it: Postfix may keep that in the local part and append its myorigin. */
Test(policy_service, an_address_without_domain_needs_myorigin)
{
	static const char *const addresses[] = {"boss", "boss%other.example", "other.example!boss"};

	publish("");
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		expect(rcpt("a@stranger.example", addresses[i], TLS), "451 4.3.0 ");
		expect(rcpt(addresses[i], "b@example.org", TLS), "451 4.3.0 ");
	}
}

Test(policy_service, tells_the_milter_of_fingerprints)
{
	struct session *session = connect_at_the_milter();

	judge_at_the_milter(session, "<a@pinned.example>", "4.3.0");
	expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" PIN "\n"), "DUNNO");
	judge_at_the_milter(session, "<a@pinned.example>", "pass");
	judge_at_the_milter(session, "<c@pinned.example>", "4.3.0"); /* of whom nobody asked */
	session_free(&session);
	/* A later session from the same address and port, in which no certificate was shown. */
	session = connect_at_the_milter();
	judge_at_the_milter(session, "<a@pinned.example>", "4.3.0");
	expect(rcpt("a@pinned.example", "b@example.org", TLS NO_PRINT), "550 5.7.5 ");
	judge_at_the_milter(session, "<a@pinned.example>", "5.7.5");
	session_free(&session);
}

/* The client has one session at each, from one port. */
Test(policy_service, tells_the_milter_of_no_other_service)
{
	static const struct {
		const char *address, *port;
	} others[] = {{"198.51.100.1", "587"}, {"198.51.100.2", "25"}, {"unknown", "unknown"}, {NULL, NULL}};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct session *other = connect_to(others[i].address, others[i].port);
		struct session *session = connect_to("::ffff:198.51.100.1", "25");

		expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" PIN "\n"), "DUNNO");
		judge_at_the_milter(other, "<a@pinned.example>", "4.3.0");
		judge_at_the_milter(session, "<a@pinned.example>", "pass");
		session_free(&other);
		session_free(&session);
	}
}

Test(policy_service, tells_the_milter_of_one_session)
{
	struct session *session = connect_at_the_milter(), *other = connect_at_the_milter();

	expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" PIN "\n"), "DUNNO");
	judge_at_the_milter(session, "<a@pinned.example>", "pass");
	judge_at_the_milter(other, "<a@pinned.example>", "4.3.0");
	judge_at_the_milter(session, "<a@pinned.example>", "pass");
	session_free(&session);
	session_free(&other);
}

Test(policy_service, tells_the_milter_of_a_message_that_began_before_a_reload)
{
	struct session *session = connect_at_the_milter();

	session_mail(session, "<a@pinned.example>", &over_tls);
	snapshot_publish(frees_config(FREES_CONNECTORS));
	expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" PIN "\n"), "DUNNO");
	judge_recipient_at_the_milter(session, "pass");
	session_free(&session);
}

/* smtpd(8) does not wait for an answer to MAIL, which comes behind the question of the policy service. */
Test(policy_service, tells_the_milter_of_a_message_that_begins_after_a_reload)
{
	struct session *session = connect_at_the_milter();

	snapshot_publish(frees_config(FREES_CONNECTORS));
	expect(rcpt("a@pinned.example", "b@example.org", TLS "ccert_fingerprint=" PIN "\n"), "DUNNO");
	publish("myorigin: finance.example\n");
	judge_at_the_milter(session, "<a@pinned.example>", "pass");
	session_free(&session);
}

Test(policy_service, tells_the_milter_nothing_of_before_starttls)
{
	struct session *session = connect_at_the_milter();

	expect(rcpt("a@pinned.example", "b@example.org", NO_PRINT), "550 5.7.10 ");
	judge_at_the_milter(session, "<a@pinned.example>", "4.3.0"); /* and not 5.7.5 */
	session_free(&session);
}

static void ask_the_milter(void *context)
{
	struct session *session = connect_to(context, "25");

	judge_at_the_milter(session, "<a@pinned.example>", "4.3.0");
	session_free(&session);
}

Test(policy_service, the_milter_says_what_is_missing)
{
	static char here[] = "198.51.100.1", nowhere[] = "unknown";
	const struct {
		char *server;
		const char *want;
	} cases[] = {
		{here, "connector pinned asks for a fingerprint, and the policy service was not asked"},
		{nowhere, "connector pinned asks for a fingerprint, and the MTA does not say where"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *log = captured(ask_the_milter, cases[i].server);

		cr_expect(strstr(log, cases[i].want) != NULL, "%s", log);
		cr_expect(strstr(log, " connector=pinned reason=internal ") != NULL, "%s", log);
		free(log);
	}
}

static void ask_the_milter_again(void *context)
{
	struct session *session = connect_at_the_milter();

	session->abilities.macros = true;
	expect(context, "550 5.7.5 ");
	judge_at_the_milter(session, "<a@pinned.example>", "5.7.5");
	session_free(&session);
}

/* Postfix says nothing to a milter of a certificate that it did not verify. */
Test(policy_service, tells_the_milter_whether_a_certificate_was_shown)
{
	const struct {
		const char *lines, *want;
	} cases[] = {
		{TLS NO_PRINT, " certificate=none "},
		{TLS "ccert_fingerprint=" OTHER_PRINT "\n", " certificate=unverified "},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *log, *request = xstrdup(rcpt("a@pinned.example", "b@example.org", cases[i].lines));

		log = captured(ask_the_milter_again, request);
		cr_expect(strstr(strstr(log, "\n") + 1, cases[i].want) != NULL, "%s", log);
		free(request);
		free(log);
	}
}
