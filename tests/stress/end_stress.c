/* SPDX-License-Identifier: MIT */
/*
 * The end of forcedtlsd while mail arrives: it ends with exit status 0, soon,
 * and nothing that a callback of libmilter uses is gone before the callback
 * is. That shows with the address sanitizer, which has another exit status.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "util/memory.h"
#include "daemon.h"
#include "mock_mta.h"

#define ROUNDS 12
/* libmilter's race with its own end was lost once in 300 ends without mail. */
#define IDLE_ROUNDS 60
#define CLIENTS 6
#define TIMEOUT_MS 20000
/* Of all clients together, before the end is asked for. */
#define MESSAGES_MIN 100
/* More than our own end takes on a busy machine, and less than libmilter's own loop, which looks up each 5 s. */
#define PATIENCE_MS 3500

/* What is asked of the cipher has OpenSSL look it up, which it cannot once its own atexit(3) handler has run. */
static const char policy[] =
	"daemon:\n"
	"  socket_mode: \"0600\"\n"
	"trusted_networks: [192.0.2.255]\n"
	"connectors:\n"
	"  - name: all\n"
	"    senders: [\"*\"]\n"
	"    require: {min_version: TLSv1.2, forward_secrecy: true, ciphers: ECDHE+AESGCM,\n"
	"              min_cipher_bits: 128}\n";

struct load {
	const char *socket;
	atomic_size_t messages;
	atomic_size_t refused;
};

static void bail_out(const char *what)
{
	(void)printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EX_OSERR);
}

static bool goes_on(struct load *load, bool answered, struct mock_reply *reply)
{
	bool good = answered && reply->action == SMFIR_CONTINUE;

	if (answered && !good)
		(void)atomic_fetch_add(&load->refused, 1);
	mock_reply_fini(reply);
	return good;
}

static bool send_message(struct load *load, struct mock_mta *mta, const struct mock_macros *macros)
{
	static const char *const sender[] = {"<a@contoso.com>", NULL};
	static const char *const recipient[] = {"<b@example.org>", NULL};
	struct mock_reply reply = {0};

	if (!goes_on(load, mock_mta_mail(mta, macros, sender, &reply), &reply) ||
	    !goes_on(load, mock_mta_rcpt(mta, macros, recipient, &reply), &reply) ||
	    !goes_on(load, mock_mta_data(mta, macros, &reply), &reply) ||
	    !goes_on(load, mock_mta_message(mta, macros, &reply), &reply))
		return false;
	(void)atomic_fetch_add(&load->messages, 1);
	return true;
}

/* One session until the daemon is gone: new ones would wake libmilter's loop. */
static void *send_on(void *argument)
{
	static const struct mock_macro list[] = {
		{"j", "mx.example.org"},
		{"v", "Postfix 3.7.11"},
		{"{client_name}", "mail.contoso.com"},
		{"{mail_addr}", "a@contoso.com"},
		{"{rcpt_addr}", "b@example.org"},
		{"{tls_version}", "TLSv1.2"},
		{"{cipher}", "ECDHE-RSA-AES256-GCM-SHA384"},
		{"{cipher_bits}", "256"},
	};
	static const struct mock_macros macros = {list, sizeof list / sizeof *list};
	static const struct mock_client client = {
		.host = "mail.contoso.com", .family = SMFIA_INET, .port = 48322, .address = "192.0.2.25"};
	struct load *load = argument;
	struct mock_mta *mta = mock_mta_new(MOCK_POSTFIX, TIMEOUT_MS);
	struct mock_reply reply = {0};
	bool good = mock_mta_open(mta, load->socket) &&
		    goes_on(load, mock_mta_connect(mta, &macros, &client, &reply), &reply) &&
		    goes_on(load, mock_mta_helo(mta, &macros, "mail.contoso.com", &reply), &reply);

	while (good)
		good = send_message(load, mta, &macros);
	mock_mta_free(&mta);
	return NULL;
}

static struct daemon *start(const char *forcedtlsd)
{
	struct strbuf problems = {0};
	struct daemon *daemon = daemon_start(forcedtlsd, policy, &problems);

	if (daemon == NULL) {
		(void)printf("Bail out! %s\n", problems.text);
		exit(EX_OSERR);
	}
	return daemon;
}

/* Its exit status; what it said is printed where that is not 0. */
static int stop(struct daemon *daemon)
{
	int status = daemon_stop(daemon, PATIENCE_MS);
	char *line;

	while (status != 0 && (line = daemon_log_line(daemon, 0)) != NULL) {
		(void)printf("# %s\n", line);
		free(line);
	}
	return status;
}

/* The daemon's exit status, where it is ended as soon as it is there. */
static int run_idle_round(const char *forcedtlsd)
{
	struct daemon *daemon = start(forcedtlsd);
	int status = stop(daemon);

	daemon_free(&daemon);
	return status;
}

/* The daemon's exit status, after mail in the middle of which it was ended. */
static int run_round(const char *forcedtlsd, size_t *refused)
{
	struct daemon *daemon = start(forcedtlsd);
	struct load load = {.socket = daemon_socket(daemon)};
	pthread_t clients[CLIENTS];
	int status;

	for (size_t i = 0; i < CLIENTS; i++)
		if ((errno = pthread_create(&clients[i], NULL, send_on, &load)) != 0)
			bail_out("pthread_create");
	while (atomic_load(&load.messages) < MESSAGES_MIN && atomic_load(&load.refused) == 0)
		(void)sched_yield();
	status = stop(daemon);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)pthread_join(clients[i], NULL);
	*refused += atomic_load(&load.refused);
	daemon_free(&daemon);
	return status;
}

static unsigned count_bad(const char *what, unsigned round, int status)
{
	if (status != 0)
		(void)printf("# %s %u: exit status %d\n", what, round, status);
	return status != 0 ? 1u : 0u;
}

int main(void)
{
	const char *builddir = getenv("builddir");
	struct strbuf forcedtlsd = {0};
	size_t refused = 0;
	unsigned bad = 0, bad_idle = 0;

	strbuf_printf(&forcedtlsd, "%s/forcedtlsd", builddir != NULL ? builddir : ".");
	for (unsigned i = 0; i < ROUNDS; i++)
		bad += count_bad("round", i, run_round(forcedtlsd.text, &refused));
	for (unsigned i = 0; i < IDLE_ROUNDS; i++)
		bad_idle += count_bad("idle round", i, run_idle_round(forcedtlsd.text));
	strbuf_fini(&forcedtlsd);
	(void)printf("%sok 1 - ended %d times with exit status 0, soon\n", bad == 0 ? "" : "not ", ROUNDS);
	(void)printf("%sok 2 - no message was refused before the connection closed\n",
		     refused == 0 ? "" : "not ");
	(void)printf("%sok 3 - ended %d times without mail\n", bad_idle == 0 ? "" : "not ", IDLE_ROUNDS);
	(void)printf("1..3\n");
	return bad == 0 && bad_idle == 0 && refused == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
