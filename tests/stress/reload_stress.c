/* SPDX-License-Identifier: MIT */
/*
 * Reloads by the command while many connections send mail without pause. Two
 * policies take turns, each of which refuses one of two recipients, and now
 * and then there is one with an error. No session fails, each message is
 * judged by one of the two as a whole, and the command tells of each error.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon.h"
#include "mock_mta.h"
#include "util/memory.h"

#define RELOADS 200
#define CLIENTS 64
/* One reload in so many finds an error. */
#define ERROR_EVERY 10
#define MESSAGES_A_SESSION 5
#define TIMEOUT_MS 60000

#define POLICY(name)                                                                                         \
	"trusted_networks: [192.0.2.255]\n"                                                                  \
	"connectors:\n"                                                                                      \
	"  - {name: " name ", recipients: [" name ".example], require: tls, on_failure: reject, "            \
	"message: policy " name "}\n"

static const char *const policies[] = {POLICY("old"), POLICY("new")};
static const char bad_policy[] = POLICY("bad") "oops: 1\n";

struct load {
	const char *socket;
	atomic_bool stopping;
	atomic_size_t messages[2]; /* by policy */
	atomic_size_t sessions, broken, mixed;
};

static void bail_out(const char *what)
{
	(void)printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EX_OSERR);
}

static bool goes_on(bool answered, struct mock_reply *reply)
{
	bool good = answered && reply->action == SMFIR_CONTINUE;

	mock_reply_fini(reply);
	return good;
}

enum outcome { OUTCOME_BROKEN, OUTCOME_PASS, OUTCOME_REFUSED };

/* text: of the refusal, which no other policy has. */
static enum outcome send_recipient(struct mock_mta *mta, const struct mock_macros *macros,
				   const char *address, const char *text)
{
	const char *const recipient[] = {address, NULL};
	struct mock_reply reply = {0};
	enum outcome outcome = OUTCOME_BROKEN;

	if (mock_mta_rcpt(mta, macros, recipient, &reply)) {
		if (reply.action == SMFIR_CONTINUE)
			outcome = OUTCOME_PASS;
		else if (reply.action == SMFIR_REPLYCODE && strcmp(reply.text, text) == 0)
			outcome = OUTCOME_REFUSED;
	}
	mock_reply_fini(&reply);
	return outcome;
}

static bool send_message(struct load *load, struct mock_mta *mta, const struct mock_macros *macros)
{
	static const char *const sender[] = {"<a@contoso.com>", NULL};
	struct mock_reply reply = {0};
	enum outcome by_old, by_new;

	if (!goes_on(mock_mta_mail(mta, macros, sender, &reply), &reply))
		return false;
	by_old = send_recipient(mta, macros, "<b@old.example>", "550 5.7.10 policy old");
	by_new = send_recipient(mta, macros, "<b@new.example>", "550 5.7.10 policy new");
	if (by_old == OUTCOME_BROKEN || by_new == OUTCOME_BROKEN)
		return false;
	if (by_old == by_new)
		(void)atomic_fetch_add(&load->mixed, 1);
	(void)atomic_fetch_add(&load->messages[by_new == OUTCOME_REFUSED], 1);
	return goes_on(mock_mta_data(mta, macros, &reply), &reply) &&
	       goes_on(mock_mta_message(mta, macros, &reply), &reply) && mock_mta_abort(mta);
}

static bool send_session(struct load *load, struct mock_mta *mta)
{
	static const struct mock_macro list[] = {
		{"j", "mx.example.org"},
		{"{client_name}", "mail.contoso.com"},
		{"{mail_addr}", "a@contoso.com"},
	};
	static const struct mock_macros macros = {list, sizeof list / sizeof *list};
	static const struct mock_client client = {
		.host = "mail.contoso.com", .family = SMFIA_INET, .port = 48322, .address = "192.0.2.25"};
	struct mock_reply reply = {0};
	bool good = mock_mta_open(mta, load->socket) &&
		    goes_on(mock_mta_connect(mta, &macros, &client, &reply), &reply) &&
		    goes_on(mock_mta_helo(mta, &macros, "mail.contoso.com", &reply), &reply);

	for (unsigned i = 0; i < MESSAGES_A_SESSION && good; i++)
		good = send_message(load, mta, &macros);
	return good && mock_mta_quit(mta);
}

static void *send_on(void *argument)
{
	struct load *load = argument;

	while (!atomic_load(&load->stopping)) {
		struct mock_mta *mta = mock_mta_new(MOCK_POSTFIX, TIMEOUT_MS);

		if (!send_session(load, mta)) {
			if (atomic_fetch_add(&load->broken, 1) == 0)
				(void)printf("# %s\n",
					     mock_mta_error(mta) != NULL ? mock_mta_error(mta) : "a reply");
		}
		(void)atomic_fetch_add(&load->sessions, 1);
		mock_mta_free(&mta);
	}
	return NULL;
}

/* The exit status of forcedtls reload, which prints to nowhere. */
static int reload(const char *forcedtls, const char *policy_path)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		if (freopen("/dev/null", "w", stdout) != NULL && freopen("/dev/null", "w", stderr) != NULL)
			(void)execl(forcedtls, forcedtls, "reload", "-v", "-c", policy_path, (char *)NULL);
		_exit(EX_OSERR);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		bail_out(forcedtls);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* How many of them did not end as they should. */
static unsigned reload_many(const char *forcedtls, struct daemon *daemon)
{
	unsigned wrong = 0;
	char *line;

	for (unsigned i = 1; i <= RELOADS; i++) {
		bool is_bad = i % ERROR_EVERY == 0;
		int status;

		if (!daemon_write_policy(daemon, is_bad ? bad_policy : policies[i % 2]))
			bail_out("policy");
		status = reload(forcedtls, daemon_policy_path(daemon));
		if (status != (is_bad ? EX_CONFIG : EX_OK)) {
			(void)printf("# reload %u: exit status %d\n", i, status);
			wrong++;
		}
		while ((line = daemon_log_line(daemon, 0)) != NULL) /* or its pipe is full one day */
			free(line);
	}
	return wrong;
}

static bool check(unsigned number, bool good, const char *what)
{
	(void)printf("%sok %u - %s\n", good ? "" : "not ", number, what);
	return good;
}

static unsigned run(const char *forcedtls, struct daemon *daemon, struct load *load)
{
	pthread_t clients[CLIENTS];
	unsigned wrong;

	for (size_t i = 0; i < CLIENTS; i++)
		if ((errno = pthread_create(&clients[i], NULL, send_on, load)) != 0)
			bail_out("pthread_create");
	while (atomic_load(&load->sessions) < CLIENTS)
		(void)usleep(1000);
	wrong = reload_many(forcedtls, daemon);
	atomic_store(&load->stopping, true);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)pthread_join(clients[i], NULL);
	return wrong;
}

int main(void)
{
	const char *builddir = getenv("builddir") != NULL ? getenv("builddir") : ".";
	struct strbuf forcedtlsd = {0}, forcedtls = {0}, problems = {0};
	struct load load = {0};
	struct daemon *daemon;
	unsigned wrong;
	bool good = true;

	strbuf_printf(&forcedtlsd, "%s/forcedtlsd", builddir);
	strbuf_printf(&forcedtls, "%s/forcedtls", builddir);
	daemon = daemon_start(forcedtlsd.text, policies[0], &problems);
	if (daemon == NULL)
		bail_out(problems.text);
	load.socket = daemon_socket(daemon);
	wrong = run(forcedtls.text, daemon, &load);
	(void)printf("1..5\n# %zu sessions, %zu messages by one policy and %zu by the other\n",
		     atomic_load(&load.sessions), atomic_load(&load.messages[0]),
		     atomic_load(&load.messages[1]));
	good &= check(1, wrong == 0, "the command tells what came of each reload");
	good &= check(2, atomic_load(&load.broken) == 0, "no session failed");
	good &= check(3, atomic_load(&load.mixed) == 0, "each message was judged by one policy");
	good &= check(4, atomic_load(&load.messages[0]) > 0 && atomic_load(&load.messages[1]) > 0,
		      "both judged some");
	good &= check(5, daemon_stop(daemon, TIMEOUT_MS) == 0, "the daemon ends well");
	daemon_free(&daemon);
	strbuf_fini(&forcedtlsd);
	strbuf_fini(&forcedtls);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
