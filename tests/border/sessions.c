/* SPDX-License-Identifier: MIT */
/*
 * The sessions that are played while calls fail. Each knows the one verdict of
 * its mail, and what a client makes of no answer. Must not know what fails.
 */
#include "sessions.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mock_mta.h"
#include "util/memory.h"

static const char policy[] =
	"recipient_delimiter: \"+\"\n"
	"trusted_networks: [192.0.2.255]\n"
	"connectors:\n"
	"  - {name: in, senders: [\"*.contoso.com\"], require: {min_version: TLSv1.2, certificate: any}, "
	"on_failure: reject}\n"
	"  - {name: beyond, senders: [\"\xc3\xbcser@m\xc3\xbcnchen.example\"], require: tls, on_failure: "
	"reject}\n"
	"  - {name: hold, senders: [held.example], require: tls, on_failure: quarantine}\n"
	"  - {name: from, senders: [\"*.shown.example\"], header_from: true, require: tls, on_failure: "
	"reject}\n"
	"  - {name: out, recipients: [\"*.contoso.com\"], deliver: {level: secure, match: "
	"mail.contoso.com}}\n";

char *sessions_policy(const char *tls_policy, const char *metrics)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "daemon:\n  log_accepted: true\n  tls_policy: unix:%s\n  metrics: unix:%s\n%s",
		      tls_policy, metrics, policy);
	return strbuf_take(&text);
}

struct mail {
	const char *sender; /* as the client writes it */
	const char *address; /* as the MTA reads it */
	const char *from; /* the header */
	bool over_tls;
};

static enum answer take_reply(bool answered, const struct mock_reply *reply)
{
	if (!answered || reply->action == SMFIR_TEMPFAIL || (reply->text != NULL && reply->text[0] == '4'))
		return ANSWER_NONE;
	return reply->action == SMFIR_CONTINUE || reply->action == SMFIR_ACCEPT ? ANSWER_RIGHT : ANSWER_WRONG;
}

/* One answer of the session: RIGHT when it goes on, WRONG when it is refused for good. */
#define STEP(call)                                                                                           \
	do {                                                                                                 \
		enum answer answer_ = take_reply((call), &reply);                                            \
		mock_reply_fini(&reply);                                                                     \
		if (answer_ != ANSWER_RIGHT)                                                                 \
			return answer_;                                                                      \
	} while (0)

static enum answer send_mail(struct mock_mta *mta, const struct sockets *sockets, const struct mail *mail)
{
	const struct mock_macro list[] = {
		{"j", "mx.example.org"},
		{"i", "4Xy0001"},
		{"{client_name}", "mail.contoso.com"},
		{"{mail_addr}", mail->address},
		{"{rcpt_addr}", "b@example.org"},
		{"{tls_version}", "TLSv1.3"},
		{"{cipher}", "TLS_AES_256_GCM_SHA384"},
		{"{cipher_bits}", "256"},
		{"{cert_subject}", "mail.contoso.com"},
		{"{cert_issuer}", "Example CA"},
	};
	const struct mock_macros macros = {list, mail->over_tls ? sizeof list / sizeof *list : 5};
	static const struct mock_client client = {
		.host = "mail.contoso.com", .family = SMFIA_INET, .port = 48322, .address = "192.0.2.25"};
	const char *const sender[] = {mail->sender, NULL}, *const recipient[] = {"<b@example.org>", NULL};
	struct mock_reply reply = {0};

	if (!mock_mta_open(mta, sockets->milter))
		return ANSWER_NONE;
	STEP(mock_mta_connect(mta, &macros, &client, &reply));
	STEP(mock_mta_helo(mta, &macros, "mail.contoso.com", &reply));
	STEP(mock_mta_mail(mta, &macros, sender, &reply));
	STEP(mock_mta_rcpt(mta, &macros, recipient, &reply));
	STEP(mock_mta_data(mta, &macros, &reply));
	STEP(mock_mta_field(mta, "From", mail->from, &reply));
	STEP(mock_mta_end_of_header(mta, &macros, &reply));
	STEP(mock_mta_body(mta, &macros, &reply));
	return ANSWER_RIGHT;
}

/* RIGHT: passes; WRONG: refused for good. held_r: whether it is to be held. */
static enum answer judge(const struct sockets *sockets, int timeout_ms, const struct mail *mail, bool *held_r)
{
	struct mock_mta *mta = mock_mta_new(MOCK_POSTFIX, timeout_ms);
	enum answer answer = send_mail(mta, sockets, mail);

	*held_r = mock_mta_edits(mta)->held != NULL;
	if (answer == ANSWER_RIGHT)
		(void)mock_mta_quit(mta);
	mock_mta_free(&mta);
	return answer;
}

static enum answer expect_refusal(const struct sockets *sockets, int timeout_ms, const struct mail *mail)
{
	bool held;

	switch (judge(sockets, timeout_ms, mail, &held)) {
	case ANSWER_RIGHT:
		return ANSWER_WRONG;
	case ANSWER_WRONG:
		return ANSWER_RIGHT;
	case ANSWER_NONE:
	case ANSWER_LOST:
		break;
	}
	return ANSWER_NONE;
}

/* A macro for which libmilter has no memory is as one that the MTA did not send: it says nothing of it. */
static enum answer milter_passes(const struct sockets *sockets, int timeout_ms)
{
	static const struct mail mail = {"<a@eu.contoso.com>", "a@eu.contoso.com", "a@eu.contoso.com", true};

	bool held;
	enum answer answer = judge(sockets, timeout_ms, &mail, &held);

	return answer == ANSWER_WRONG && !held ? ANSWER_LOST : answer;
}

static enum answer milter_refuses(const struct sockets *sockets, int timeout_ms)
{
	static const struct mail mail = {"<a@eu.contoso.com>", "a@eu.contoso.com", "a@eu.contoso.com", false};

	return expect_refusal(sockets, timeout_ms, &mail);
}

static enum answer milter_refuses_beyond_ascii(const struct sockets *sockets, int timeout_ms)
{
	static const struct mail mail = {"<\xc3\x9cser@m\xc3\xbcnchen.example>",
					 "\xc3\x9cser@m\xc3\xbcnchen.example", "a@x.example", false};

	return expect_refusal(sockets, timeout_ms, &mail);
}

static enum answer milter_refuses_from(const struct sockets *sockets, int timeout_ms)
{
	static const struct mail mail = {"<a@x.example>", "a@x.example", "A <a@eu.shown.example>", false};

	return expect_refusal(sockets, timeout_ms, &mail);
}

static enum answer milter_holds(const struct sockets *sockets, int timeout_ms)
{
	static const struct mail mail = {"<a@held.example>", "a@held.example", "a@held.example", false};
	bool held;
	enum answer answer = judge(sockets, timeout_ms, &mail, &held);

	return answer == ANSWER_RIGHT && !held ? ANSWER_WRONG : answer;
}

static int dial(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof address.sun_path)
		return fd;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* What is answered until end, or until nothing more comes. The caller frees it. */
static char *converse(const char *path, const char *request, const char *end, int timeout_ms)
{
	int fd = dial(path);
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	struct strbuf text = {0};
	char bytes[4096];
	ssize_t n;

	if (fd >= 0 && send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		while (strstr(strbuf_text(&text), end) == NULL && poll(&pollfd, 1, timeout_ms) > 0 &&
		       (n = recv(fd, bytes, sizeof bytes, 0)) > 0)
			strbuf_add(&text, bytes, (size_t)n);
	if (fd >= 0)
		(void)close(fd);
	return strbuf_take(&text);
}

/* right, retry: with what the whole answer begins. */
static enum answer expect(char *text, const char *right, const char *retry, const char *end)
{
	enum answer answer = ANSWER_WRONG;

	if (strstr(text, end) == NULL || (retry != NULL && strncmp(text, retry, strlen(retry)) == 0))
		answer = ANSWER_NONE;
	else if (strncmp(text, right, strlen(right)) == 0)
		answer = ANSWER_RIGHT;
	free(text);
	return answer;
}

#define REQUEST(sender, tls)                                                                                 \
	"request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.25\n" \
	"client_name=mail.contoso.com\nclient_port=48322\nhelo_name=mail.contoso.com\nsender=" sender        \
	"\nrecipient=b@example.org\nqueue_id=\ninstance=6fe.1.3.0\nsasl_username=\n" tls "\n"

static enum answer policy_service_passes(const struct sockets *sockets, int timeout_ms)
{
	static const char request[] = REQUEST(
		"a@eu.contoso.com", "ccert_subject=mail.contoso.com\nccert_issuer=Example+20CA\n"
				    "ccert_fingerprint=\nccert_pubkey_fingerprint=\n"
				    "encryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\n"
				    "encryption_keysize=256\n");

	return expect(converse(sockets->policy_service, request, "\n\n", timeout_ms), "action=DUNNO",
		      "action=4", "\n\n");
}

static enum answer policy_service_refuses(const struct sockets *sockets, int timeout_ms)
{
	static const char request[] = REQUEST(
		"a@eu.contoso.com", "ccert_subject=\nccert_issuer=\nccert_fingerprint=\n"
				    "ccert_pubkey_fingerprint=\nencryption_protocol=\nencryption_cipher=\n"
				    "encryption_keysize=0\n");

	return expect(converse(sockets->policy_service, request, "\n\n", timeout_ms), "action=550",
		      "action=4", "\n\n");
}

static enum answer tls_policy_answers(const struct sockets *sockets, int timeout_ms)
{
	char *text = converse(sockets->tls_policy, "25:tls_policy eu.contoso.com,", ",", timeout_ms);
	char *colon = strchr(text, ':');
	char *payload = xstrdup(colon != NULL ? colon + 1 : "");

	free(text);
	return expect(payload, "OK secure match=mail.contoso.com", "TEMP", ",");
}

static enum answer metrics_answer(const struct sockets *sockets, int timeout_ms)
{
	return expect(converse(sockets->metrics,
			       "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\n"
			       "Connection: close\r\n\r\n",
			       "# EOF\n", timeout_ms),
		      "HTTP/1.1 200", "HTTP/1.1 5", "# EOF\n");
}

static enum answer control_tells(const struct sockets *sockets, int timeout_ms)
{
	char *text = converse(sockets->control, "{\"command\":\"status\"}\n", "\n", timeout_ms);
	enum answer answer = ANSWER_NONE;

	if (strstr(text, "\"problems\"") != NULL)
		answer = ANSWER_RIGHT;
	else if (strstr(text, "\n") != NULL && strstr(text, "\"error\"") == NULL)
		answer = ANSWER_WRONG;
	free(text);
	return answer;
}

static enum answer control_reloads(const struct sockets *sockets, int timeout_ms)
{
	char *text = converse(sockets->control, "{\"command\":\"reload\"}\n", "\n", timeout_ms);
	bool reloaded =
		strstr(text, "\"reloaded\":true") != NULL || strstr(text, "\"reloaded\": true") != NULL;
	bool told = strstr(text, "\"messages\"") != NULL || strstr(text, "\"error\"") != NULL;
	bool ended = strstr(text, "\n") != NULL;

	free(text);
	if (reloaded)
		return ANSWER_RIGHT;
	return ended && !told ? ANSWER_WRONG : ANSWER_NONE;
}

const struct question questions[] = {
	{"milter: passes", milter_passes},
	{"milter: refuses", milter_refuses},
	{"milter: refuses an address beyond ASCII", milter_refuses_beyond_ascii},
	{"milter: refuses a From header", milter_refuses_from},
	{"milter: holds", milter_holds},
	{"policy service: passes", policy_service_passes},
	{"policy service: refuses", policy_service_refuses},
	{"TLS policy: answers", tls_policy_answers},
	{"metrics: answers", metrics_answer},
	{"control: status", control_tells},
	{"control: reload", control_reloads},
};
const size_t question_count = sizeof questions / sizeof *questions;
