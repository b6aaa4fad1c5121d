/* SPDX-License-Identifier: MIT */
/* A session to see what an smtpd tells the daemon. */
#include "doctor/live.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "doctor/smtp_client.h"
#include "doctor/throw_away.h"
#include "util/ip.h"
#include "util/memory.h"

/* Where the smtpd listens, as its name in master.cf has it, else loopback. */
static void find_place(const struct postfix *postfix, const struct service *service, char **host_r,
		       char **port_r)
{
	const char *colon = strrchr(service->name, ':');
	struct words interfaces;
	struct ip_address ip;

	*port_r = xstrdup(colon != NULL ? colon + 1 : service->name);
	if (colon != NULL && colon > service->name) {
		*host_r = service->name[0] == '['
				  ? xstrndup(service->name + 1, strcspn(service->name + 1, "]"))
				  : xstrndup(service->name, (size_t)(colon - service->name));
		return;
	}
	postfix_list(postfix, service, "inet_interfaces", &interfaces);
	*host_r = xstrdup(interfaces.count > 0 && ip_parse(interfaces.list[0], &ip) ? interfaces.list[0]
										    : "127.0.0.1");
	words_fini(&interfaces);
}

/* {"command": ..., "client": ..., "port": ...} for our end of the connection. */
static json_t *ask_about(int fd, const char *command, live_ask *ask, void *context)
{
	struct sockaddr_storage ours = {0};
	socklen_t size = sizeof ours;
	struct ip_address client;
	char text[IP_TEXT_SIZE];
	int port;

	if (getsockname(fd, (struct sockaddr *)&ours, &size) != 0 ||
	    !ip_from_sockaddr((const struct sockaddr *)&ours, &client, &port))
		return NULL;
	return ask(context, json_pack("{s:s, s:s, s:i}", "command", command, "client",
				      ip_print(&client, text), "port", port));
}

static bool is_ok(const json_t *answer)
{
	const char *result = json_string_value(json_object_get(answer, "result"));

	return result != NULL && strcmp(result, "ok") == 0;
}

static bool begin_tls(struct smtp_client *client, bool wrapped, bool *asked)
{
	SSL_CTX *context = throw_away_client(asked);
	bool began = context != NULL && (wrapped || smtp_client_say(client, "STARTTLS") == 220) &&
		     smtp_client_start_tls(client, context);

	SSL_CTX_free(context);
	return began;
}

/* Up to the reply to RCPT. */
static void name_recipient(const struct postfix *postfix, struct smtp_client *client,
			   struct live_session *session)
{
	char *host = postfix_text(postfix, NULL, "myhostname");
	struct strbuf line = {0};

	strbuf_printf(&line, "MAIL FROM:<postmaster@%s>", host);
	if (smtp_client_say(client, line.text) == 250) {
		strbuf_cut(&line, 0);
		strbuf_printf(&line, "RCPT TO:<postmaster@%s>", host);
		session->recipient = smtp_client_say(client, line.text) > 0;
	}
	(void)snprintf(session->reply, sizeof session->reply, "%s", client->reply);
	strbuf_fini(&line);
	free(host);
}

static void live_converse(const struct postfix *postfix, const struct service *service,
			  struct smtp_client *client, live_ask *ask, void *context,
			  struct live_session *session)
{
	bool wrapped = postfix_yes(postfix, service, "smtpd_tls_wrappermode");
	json_t *answer = ask_about(client->fd, "watch", ask, context);

	session->watched = is_ok(answer);
	json_decref(answer);
	session->starttls = wrapped && begin_tls(client, true, &session->certificate_asked);
	session->connected = (!wrapped || session->starttls) && smtp_client_say(client, NULL) == 220;
	if (session->connected && smtp_client_say(client, "EHLO [127.0.0.1]") == 250) {
		if (!wrapped && client->starttls) {
			session->starttls = begin_tls(client, false, &session->certificate_asked);
			if (session->starttls)
				(void)smtp_client_say(client, "EHLO [127.0.0.1]");
		}
		if (session->starttls)
			name_recipient(postfix, client, session);
	}
	if (!session->recipient && session->reply[0] == '\0')
		(void)snprintf(session->reply, sizeof session->reply, "%s", client->reply);
	answer = ask_about(client->fd, "watched", ask, context);
	session->watched = session->watched && is_ok(answer);
	session->told = json_incref(json_object_get(answer, "told"));
	json_decref(answer);
	if (session->recipient)
		(void)smtp_client_say(client, "QUIT");
}

void live_session_open(const struct postfix *postfix, const struct service *service, live_ask *ask,
		       void *context, struct live_session *session_r)
{
	struct smtp_client client;
	char *host, *port;

	*session_r = (struct live_session){0};
	find_place(postfix, service, &host, &port);
	session_r->opened = smtp_client_connect(&client, host, port);
	if (session_r->opened)
		live_converse(postfix, service, &client, ask, context, session_r);
	else
		(void)snprintf(session_r->reply, sizeof session_r->reply, "%s", client.reply);
	smtp_client_fini(&client);
	ERR_clear_error();
	free(host);
	free(port);
}

void live_session_fini(struct live_session *session)
{
	json_decref(session->told);
	*session = (struct live_session){0};
}
