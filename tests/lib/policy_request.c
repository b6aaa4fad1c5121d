/* SPDX-License-Identifier: MIT */
/*
 * Plays smtpd towards a policy server. Must not call what the server reads
 * requests with, nor know what the answer should be.
 */
#include "policy_request.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/memory.h"
#include "policy_text.h"

#define TIMEOUT_MS 20000

/* Within the brackets; a source route is passed over. */
static void find_inside(const char **from, const char **to)
{
	while (*from < *to && **from == ' ')
		(*from)++;
	while (*to > *from && (*to)[-1] == ' ')
		(*to)--;
	if (*from < *to && **from == '<' && (*to)[-1] == '>') {
		(*from)++;
		(*to)--;
	}
	if (*from < *to && **from == '@' && memchr(*from, ':', (size_t)(*to - *from)) != NULL)
		*from = (const char *)memchr(*from, ':', (size_t)(*to - *from)) + 1;
}

/* An argument of MAIL or RCPT in Postfix's internal form; NULL for what only Postfix itself could tell. */
static char *internal_form(const char *argument)
{
	const char *from = argument, *to = argument + strlen(argument);
	struct strbuf out = {0};
	bool quoted = false;

	find_inside(&from, &to);
	strbuf_puts(&out, "");
	for (; from < to; from++) {
		if (*from == '"') {
			quoted = !quoted;
		} else if (strchr("()<>,;:\t ", *from) != NULL && !quoted && strchr(argument, '[') == NULL) {
			strbuf_fini(&out);
			return NULL;
		} else {
			from += *from == '\\' && from + 1 < to ? 1 : 0;
			strbuf_putc(&out, *from);
		}
	}
	if (quoted)
		strbuf_fini(&out);
	return quoted ? NULL : strbuf_take(&out);
}

/* Whether the domain that the MTA made of an address stands in it: what it alone knows no policy server is told. */
static bool shows(const char *argument, const char *macro)
{
	const char *at = macro != NULL ? strrchr(macro, '@') : NULL;

	return macro == NULL || *macro == '\0' ||
	       (at != NULL && at[1] != '\0' && strcasestr(argument, at + 1) != NULL) ||
	       (at == NULL && strcasestr(argument, macro) != NULL) ||
	       (at != NULL && strcmp(at + 1, POLICY_TEXT_MYORIGIN) == 0);
}

/* RFC 3461, 4, as Postfix's xtext_quote has it. */
static void add_xtext(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~' || *text == '+' || *text == '=')
			strbuf_printf(out, "+%02X", (unsigned)(unsigned char)*text);
		else
			strbuf_putc(out, *text);
	}
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void add_client(const struct session *session, const struct mta_session *mta_session,
		       struct strbuf *out)
{
	const char *name = mta_session_macro(mta_session, "{client_name}");
	const char *resolve = mta_session_macro(mta_session, "{client_resolve}");
	const char *port = mta_session_macro(mta_session, "{client_port}");

	strbuf_printf(out, "client_address=%s\n",
		      mta_session->client.family != SMFIA_UNKNOWN ? mta_session->client.address : "unknown");
	strbuf_printf(out, "client_name=%s\n",
		      resolve != NULL && strcmp(resolve, "OK") == 0 && name != NULL ? name : "unknown");
	strbuf_printf(out, "client_port=%s\nreverse_client_name=unknown\n", port != NULL ? port : "unknown");
	strbuf_printf(out, "server_address=198.51.100.1\nserver_port=25\nhelo_name=%s\n",
		      or_empty(mta_session->helo));
	(void)session;
}

static void add_tls(const struct session *session, const struct mta_session *mta_session, struct strbuf *out)
{
	const char *subject = or_empty(mta_session_macro(mta_session, "{cert_subject}"));
	const char *issuer = or_empty(mta_session_macro(mta_session, "{cert_issuer}"));
	const char *bits = mta_session_macro(mta_session, "{cipher_bits}");

	strbuf_puts(out, "ccert_subject=");
	add_xtext(out, subject);
	strbuf_puts(out, "\nccert_issuer=");
	add_xtext(out, issuer);
	strbuf_printf(out, "\nccert_fingerprint=%s\n", or_empty(session_get(session, KEY_FINGERPRINT)));
	strbuf_printf(out, "ccert_pubkey_fingerprint=%s\n",
		      or_empty(session_get(session, KEY_KEY_FINGERPRINT)));
	strbuf_printf(out, "encryption_protocol=%s\n",
		      or_empty(mta_session_macro(mta_session, "{tls_version}")));
	strbuf_printf(out, "encryption_cipher=%s\n", or_empty(mta_session_macro(mta_session, "{cipher}")));
	strbuf_printf(out, "encryption_keysize=%s\n", bits != NULL ? bits : "0");
}

/* What the scenario says of a message that is no matter of its recipients. */
static const char *find_header_obstacle(const struct session *session)
{
	for (int key = KEY_HEADER_VERDICT; key <= KEY_HEADER_WOULD_REPLY; key++)
		if (session_given(session, (enum session_key)key))
			return "a policy server sees no header";
	for (size_t i = 0; i < session->headers.count; i++)
		if (strcasecmp(session->headers.list[i].name, "From") == 0)
			return "a policy server sees no header";
	if (session_given(session, KEY_TRACE_REMOVED))
		return "a policy server removes no header";
	if (session_is(session, KEY_VERDICT, "quarantine") && session_given(session, KEY_TRACE))
		return "a policy server can do one thing, and holds";
	return NULL;
}

/* That nobody was told of a fingerprint, which a policy server always is. */
static bool is_about_unseen(const struct session *session)
{
	if (session_shows_foreign_digest(session))
		return false;
	return (session_is(session, KEY_REASON, "internal") && session_get(session, KEY_CONNECTOR) != NULL) ||
	       (session_is(session, KEY_WOULD_REASON, "internal") &&
		session_get(session, KEY_WOULD_CONNECTOR) != NULL);
}

/* What Postfix does not hand to a policy server, or not in this form. */
static const char *find_obstacle(const struct session *session, const struct mta_session *mta_session)
{
	const char *version = mta_session_macro(mta_session, "{tls_version}");
	const char *issuer = mta_session_macro(mta_session, "{cert_issuer}");

	if (mta_session->mta != MOCK_POSTFIX)
		return "Sendmail asks no policy server";
	if (session->macros.count > 0)
		return "raw macros";
	if (is_about_unseen(session))
		return "about a milter alone";
	if (version != NULL && *version == '\0')
		return "Postfix has no empty version";
	if (version != NULL && (*or_empty(mta_session_macro(mta_session, "{cipher}")) == '\0' ||
				*or_empty(mta_session_macro(mta_session, "{cipher_bits}")) == '\0'))
		return "Postfix always has a cipher where it has TLS";
	if (issuer != NULL && *issuer == '\0' &&
	    *or_empty(mta_session_macro(mta_session, "{cert_subject}")) == '\0')
		return "Postfix does not say that a certificate without names is verified";
	if (mta_session->helo != NULL && strpbrk(mta_session->helo, "\r\n") != NULL)
		return "no attribute has more than a line";
	if (!shows(mta_session->mail[0], mta_session_macro(mta_session, "{mail_addr}")) ||
	    !shows(mta_session->rcpt[0], mta_session_macro(mta_session, "{rcpt_addr}")))
		return "what Postfix makes of the address, no policy server is told";
	if (session_is(session, KEY_TO, "<postmaster>"))
		return "Postfix asks nobody about postmaster";
	return find_header_obstacle(session);
}

/* The scenario is about how an address is logged that the server gets in another form. */
static bool is_about_form(const struct session *session, const char *field, const char *argument)
{
	for (size_t i = 0; i < session->log.count; i++)
		if (strcmp(session->log.list[i].name, field) == 0)
			return strchr(argument, '"') != NULL;
	return false;
}

char *policy_request_make(const struct session *session, const struct mta_session *mta_session,
			  unsigned message, const char **why_r)
{
	char *sender = internal_form(mta_session->mail[0]), *recipient = internal_form(mta_session->rcpt[0]);
	const char *queue_id = mta_session_macro(mta_session, "i");
	struct strbuf out = {0};

	*why_r = find_obstacle(session, mta_session);
	if (*why_r == NULL && (is_about_form(session, "from", mta_session->mail[0]) ||
			       is_about_form(session, "to", mta_session->rcpt[0])))
		*why_r = "the address is logged without its quotes";
	if (*why_r == NULL && (sender == NULL || recipient == NULL))
		*why_r = "Postfix alone knows how it reads this address";
	if (*why_r == NULL) {
		strbuf_puts(&out, "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n");
		add_client(session, mta_session, &out);
		strbuf_printf(&out, "sender=%s\nrecipient=%s\nrecipient_count=0\n", sender, recipient);
		strbuf_printf(&out, "queue_id=%s\ninstance=6fe.%x.3.0\nsize=0\netrn_domain=\nstress=\n",
			      or_empty(queue_id), message);
		strbuf_printf(&out, "sasl_method=%s\nsasl_username=%s\nsasl_sender=\n",
			      or_empty(mta_session_macro(mta_session, "{auth_type}")),
			      or_empty(mta_session_macro(mta_session, "{auth_authen}")));
		add_tls(session, mta_session, &out);
		strbuf_puts(&out, "policy_context=\ncompatibility_level=3.6\nmail_version=3.7.11\n\n");
	}
	free(sender);
	free(recipient);
	return *why_r == NULL ? strbuf_take(&out) : NULL;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || length >= sizeof address.sun_path)
		return fd;
	memcpy(address.sun_path, path, length + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Until the empty line that ends an answer. */
static void read_answer(int fd, struct strbuf *answer)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	char bytes[4096];
	ssize_t n;

	while ((answer->text == NULL || strstr(answer->text, "\n\n") == NULL) &&
	       poll(&pollfd, 1, TIMEOUT_MS) > 0 && (n = read(fd, bytes, sizeof bytes)) > 0)
		strbuf_add(answer, bytes, (size_t)n);
}

char *policy_request_ask(const char *path, const char *request, struct strbuf *problems)
{
	static const char head[] = "action=";
	int fd = connect_to(path);
	size_t length = strlen(request);
	struct strbuf answer = {0};
	char *action = NULL;

	if (fd < 0 || write(fd, request, length) != (ssize_t)length)
		strbuf_printf(problems, "%s: %s\n", path, strerror(errno));
	else
		read_answer(fd, &answer);
	if (fd >= 0)
		(void)close(fd);
	if (answer.length > sizeof head + 1 && strncmp(answer.text, head, sizeof head - 1) == 0 &&
	    strstr(answer.text, "\n") == answer.text + answer.length - 2)
		action = xstrndup(answer.text + sizeof head - 1, answer.length - sizeof head - 1);
	else
		strbuf_printf(problems, "%s answers \"%s\"\n", path, or_empty(answer.text));
	strbuf_fini(&answer);
	return action;
}
