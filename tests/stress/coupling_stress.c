/* SPDX-License-Identifier: MIT */
/*
 * The policy service and the milter on one policy after the other, for the
 * thread sanitizer and for plain runs: threads play smtpd, each of which asks
 * the door of the policy service, served by its own thread, and then judges
 * the recipient as libmilter's workers do. Both come to the verdict that the
 * certificate of this recipient deserves, whichever policy is in force.
 */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/config.h"
#include "util/memory.h"
#include "policy_service/policy_service.h"
#include "milter/recipient.h"
#include "run/fingerprint_cache.h"
#include "run/snapshot.h"
#include "server/stream_server.h"

#define SMTPDS 6
#define PUBLISHED 300
/* Before the publisher ends each smtpd has to have judged so many recipients. */
#define JUDGED_MIN 500
/* One in so many shows another certificate. */
#define WRONG_EACH 50

#define RIGHT "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
#define WRONG "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"

static atomic_bool ending;
static atomic_size_t frees;

struct smtpd {
	pthread_t thread;
	unsigned number;
	int fd;
	struct session *session;
	atomic_size_t judged;
	size_t wrong_answers;
	size_t wrong_verdicts;
};

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __real_config_free(struct config **config);
void __wrap_config_free(struct config **config);

void __wrap_config_free(struct config **config)
{
	atomic_fetch_add(&frees, 1);
	__real_config_free(config);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void bail_out(const char *what)
{
	(void)printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EX_OSERR);
}

/* Policies that differ in what is nobody's business here. */
static void publish(unsigned number)
{
	struct diagnostics diagnostics = {0};
	struct strbuf text = {0};
	struct config *config;

	strbuf_printf(&text,
		      "connectors:\n"
		      "  - {name: other%u, senders: [n%u.example], require: tls}\n"
		      "  - {name: pinned, senders: [pinned.example], on_failure: reject,\n"
		      "     require: {certificate: {fingerprint: " RIGHT "}}}\n",
		      number, number);
	config = config_load_bytes("p", (const unsigned char *)text.text, text.length, &diagnostics);
	if (config == NULL) {
		(void)diagnostics_print(&diagnostics, stdout);
		bail_out("config_load_bytes");
	}
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	snapshot_publish(config);
}

static bool exchange(const struct smtpd *smtpd, const struct strbuf *request, struct strbuf *answer)
{
	char chunk[1024];
	ssize_t received = 1;

	if (send(smtpd->fd, request->text, request->length, MSG_NOSIGNAL) != (ssize_t)request->length)
		return false;
	while (received > 0 && (answer->text == NULL || strstr(answer->text, "\n\n") == NULL)) {
		received = recv(smtpd->fd, chunk, sizeof chunk, 0);
		if (received > 0)
			strbuf_add(answer, chunk, (size_t)received);
	}
	return received > 0;
}

/* False: the connection has ended. */
static bool ask(struct smtpd *smtpd, const char *recipient, bool right)
{
	struct strbuf request = {0}, answer = {0};
	const char *wanted = right ? "action=DUNNO\n\n" : "action=550 5.7.5 ";
	bool answered;

	strbuf_printf(
		&request,
		"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\n"
		"client_name=unknown\nclient_port=%u\n"
		"server_address=198.51.100.1\nserver_port=25\nhelo_name=h.example\nsender=a@pinned.example\n"
		"recipient=%s\nqueue_id=\ninstance=1.%u\nccert_subject=\nccert_issuer=\n",
		smtpd->number + 1, recipient, smtpd->number);
	strbuf_printf(&request,
		      "ccert_fingerprint=%s\nccert_pubkey_fingerprint=" WRONG "\n"
		      "encryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\n"
		      "encryption_keysize=256\n\n",
		      right ? RIGHT : WRONG);
	answered = exchange(smtpd, &request, &answer);
	if (answered && strncmp(answer.text, wanted, strlen(wanted)) != 0)
		smtpd->wrong_answers++;
	strbuf_fini(&request);
	strbuf_fini(&answer);
	return answered;
}

static void judge(struct smtpd *smtpd, const char *recipient, bool right)
{
	static const struct milter_macros macros = {
		.tls_version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384", .cipher_bits = "256"};
	struct answer answer;

	session_mail(smtpd->session, "<a@pinned.example>", &macros);
	recipient_judge(smtpd->session, recipient, &macros, &answer);
	if (answer.verdict != (right ? VERDICT_PASS : VERDICT_REJECT))
		smtpd->wrong_verdicts++;
	answer_fini(&answer);
	session_end_message(smtpd->session);
	atomic_fetch_add(&smtpd->judged, 1);
}

static void *serve_on(void *argument)
{
	struct smtpd *smtpd = argument;
	bool connected = true;

	for (unsigned i = 0; connected && !atomic_load(&ending); i++) {
		bool right = i % WRONG_EACH != 0;
		char bare[64], written[66];

		(void)snprintf(bare, sizeof bare, "r%u@b.example", i % 7);
		(void)snprintf(written, sizeof written, "<%s>", bare);
		connected = ask(smtpd, bare, right);
		if (connected)
			judge(smtpd, written, right);
	}
	return NULL;
}

static void start_smtpd(struct smtpd *smtpd, unsigned number, const struct sockaddr_un *address)
{
	const struct sockaddr_in client = {.sin_family = AF_INET,
					   .sin_port = htons((uint16_t)(number + 1)),
					   .sin_addr.s_addr = htonl(0xc0000201)};

	*smtpd = (struct smtpd){.number = number,
				.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
				.session = session_new()};
	session_connect(smtpd->session, "[192.0.2.1]", (const struct sockaddr *)&client);
	session_connected_to(smtpd->session, "198.51.100.1", "25");
	session_helo(smtpd->session, "h.example");
	if (smtpd->fd < 0 || connect(smtpd->fd, (const struct sockaddr *)address, sizeof *address) < 0)
		bail_out("connect");
	errno = pthread_create(&smtpd->thread, NULL, serve_on, smtpd);
	if (errno != 0)
		bail_out("pthread_create");
}

static bool all_have_judged(struct smtpd smtpds[SMTPDS])
{
	for (size_t i = 0; i < SMTPDS; i++)
		if (atomic_load(&smtpds[i].judged) < JUDGED_MIN)
			return false;
	return true;
}

static int open_socket(const char *directory, struct sockaddr_un *address_r)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(address_r->sun_path, sizeof address_r->sun_path, "%s/s", directory);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address_r, sizeof *address_r) < 0 ||
	    listen(fd, 10) < 0)
		bail_out("listen");
	return fd;
}

/* Returns how many policies there were. */
static unsigned run(struct smtpd smtpds[SMTPDS], const char *directory)
{
	struct stream_server *server = stream_server_new("the doors", NULL);
	struct sockaddr_un address;
	int fd = open_socket(directory, &address);
	unsigned published = 0;

	publish(++published);
	if (server == NULL || !stream_server_listen(server, fd, &service_policy_service.stream, NULL) ||
	    !stream_server_start(server))
		bail_out("stream_server");
	for (unsigned i = 0; i < SMTPDS; i++)
		start_smtpd(&smtpds[i], i, &address);
	while (published < PUBLISHED || !all_have_judged(smtpds))
		publish(++published);
	atomic_store(&ending, true);
	for (size_t i = 0; i < SMTPDS; i++) {
		errno = pthread_join(smtpds[i].thread, NULL);
		if (errno != 0 || close(smtpds[i].fd) < 0)
			bail_out("pthread_join");
		session_free(&smtpds[i].session);
	}
	if (!stream_server_stop(server))
		bail_out("stream_server_stop");
	stream_server_free(&server);
	(void)close(fd);
	(void)unlink(address.sun_path);
	return published;
}

static bool check(unsigned number, bool good, const char *what)
{
	(void)printf("%sok %u - %s\n", good ? "" : "not ", number, what);
	return good;
}

int main(void)
{
	static struct smtpd smtpds[SMTPDS];
	char directory[] = "/tmp/forcedtls-stress-XXXXXX";
	size_t answers = 0, verdicts = 0;
	unsigned published;
	bool good = true;

	if (mkdtemp(directory) == NULL)
		bail_out("mkdtemp");
	published = run(smtpds, directory);
	(void)rmdir(directory);
	for (size_t i = 0; i < SMTPDS; i++) {
		answers += smtpds[i].wrong_answers;
		verdicts += smtpds[i].wrong_verdicts;
	}
	snapshot_retire();
	fingerprint_cache_clear();
	(void)printf("1..3\n");
	good &= check(1, answers == 0, "the policy service answers as the certificate deserves");
	good &= check(2, verdicts == 0, "the milter judges by what the policy service was told");
	good &= check(3, atomic_load(&frees) == published, "each policy was freed once");
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
