/* SPDX-License-Identifier: MIT */
/*
 * Load for a milter: threads that play an MTA, messages a second out. Each
 * message is one MAIL, RCPT and end of message in a TLS session, with the
 * steps and macros that the filter asked for. Must not know which filter it is.
 */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/memory.h"
#include "latency.h"
#include "mock_mta.h"

#define TIMEOUT_MS 30000

struct load {
	const char *socket;
	unsigned threads;
	unsigned long messages; /* of each thread */
	unsigned long per_session; /* messages before QUIT */
	unsigned long domains; /* senders are at d0.example, d1.example, ... */
	pthread_barrier_t start;
	unsigned wait_ms; /* between messages */
	bool print_latency;
};

struct worker {
	struct load *load;
	pthread_t thread;
	uint64_t random;
	char sender[64]; /* "<user@d17.example>" */
	char mail_addr[64];
	char error[256]; /* "": all went well */
	struct latency latency; /* of messages, from MAIL to the answer to their end */
	double asked; /* when the last answer came, or a question was put; 0: there is no session yet */
	double longest_answer; /* s */
};

enum {
	MACRO_MAIL_ADDR,
	MACRO_RCPT_ADDR,
	MACRO_COUNT = 15,
};

static void fill_macros(struct worker *worker, struct mock_macro macros_r[MACRO_COUNT])
{
	const struct mock_macro macros[MACRO_COUNT] = {
		[MACRO_MAIL_ADDR] = {"{mail_addr}", worker->mail_addr},
		[MACRO_RCPT_ADDR] = {"{rcpt_addr}", "b@example.org"},
		{"i", "4FyZ3v2Qx1z"},
		{"j", "mx.example.org"},
		{"v", "Postfix 3.7.11"},
		{"{client_addr}", "192.0.2.25"},
		{"{client_name}", "mail.example.net"},
		{"{client_port}", "48322"},
		{"{client_resolve}", "OK"},
		{"{tls_version}", "TLSv1.3"},
		{"{cipher}", "TLS_AES_256_GCM_SHA384"},
		{"{cipher_bits}", "256"},
		{"{cert_subject}", "mail.example.net"},
		{"{cert_issuer}", "Test Root CA"},
		{"{mail_host}", "next-hop.example"},
	};

	memcpy(macros_r, macros, sizeof macros);
}

static void next_sender(struct worker *worker)
{
	unsigned long domain;

	worker->random = worker->random * 6364136223846793005u + 1442695040888963407u;
	domain = (unsigned long)(worker->random >> 33) % worker->load->domains;
	(void)snprintf(worker->sender, sizeof worker->sender, "<user@d%lu.example>", domain);
	(void)snprintf(worker->mail_addr, sizeof worker->mail_addr, "user@d%lu.example", domain);
}

/* True when the step was answered and mail goes on. */
static bool goes_on(struct worker *worker, const struct mock_mta *mta, bool answered,
		    struct mock_reply *reply)
{
	bool good = answered && (reply->action == SMFIR_CONTINUE || reply->action == SMFIR_ACCEPT);
	const double now = latency_now();

	if (worker->asked > 0 && now - worker->asked > worker->longest_answer)
		worker->longest_answer = now - worker->asked;
	worker->asked = now;
	if (!good)
		(void)snprintf(worker->error, sizeof worker->error, "%s",
			       !answered             ? mock_mta_error(mta)
			       : reply->text != NULL ? reply->text
						     : "not let pass");
	mock_reply_fini(reply);
	return good;
}

static bool send_message(struct worker *worker, struct mock_mta *mta, const struct mock_macros *macros)
{
	const char *const recipient[] = {"<b@example.org>", NULL};
	const char *sender[] = {worker->sender, NULL};
	struct mock_reply reply = {0};
	double start;
	bool good;

	next_sender(worker);
	start = worker->asked = latency_now();
	good = goes_on(worker, mta, mock_mta_mail(mta, macros, sender, &reply), &reply) &&
	       goes_on(worker, mta, mock_mta_rcpt(mta, macros, recipient, &reply), &reply) &&
	       goes_on(worker, mta, mock_mta_data(mta, macros, &reply), &reply) &&
	       goes_on(worker, mta, mock_mta_message(mta, macros, &reply), &reply);
	latency_add(&worker->latency, worker->asked - start);
	return good;
}

static bool run_session(struct worker *worker, const struct mock_macros *macros, unsigned long messages)
{
	const struct mock_client client = {
		.host = "mail.example.net", .family = SMFIA_INET, .port = 48322, .address = "192.0.2.25"};
	struct mock_mta *mta = mock_mta_new(MOCK_POSTFIX, TIMEOUT_MS);
	struct mock_reply reply = {0};
	bool good = goes_on(worker, mta, mock_mta_open(mta, worker->load->socket),
			    &(struct mock_reply){.action = SMFIR_CONTINUE});

	good = good && goes_on(worker, mta, mock_mta_connect(mta, macros, &client, &reply), &reply) &&
	       goes_on(worker, mta, mock_mta_helo(mta, macros, "mail.example.net", &reply), &reply);
	for (unsigned long i = 0; good && i < messages; i++) {
		good = send_message(worker, mta, macros);
		if (worker->load->wait_ms > 0)
			(void)usleep(worker->load->wait_ms * 1000);
	}
	good = good && mock_mta_quit(mta);
	worker->asked = 0;
	mock_mta_free(&mta);
	return good;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct mock_macro list[MACRO_COUNT];
	const struct mock_macros macros = {list, MACRO_COUNT};
	unsigned long left = worker->load->messages;

	fill_macros(worker, list);
	(void)pthread_barrier_wait(&worker->load->start);
	while (left > 0) {
		unsigned long now = left < worker->load->per_session ? left : worker->load->per_session;

		if (!run_session(worker, &macros, now))
			break;
		left -= now;
	}
	return NULL;
}

static void print(const struct load *load, struct worker *workers, double seconds)
{
	struct latency *all = &workers[0].latency;
	double longest = workers[0].longest_answer;

	(void)printf("%.0f", (double)load->threads * (double)load->messages / seconds);
	for (unsigned i = 1; i < load->threads; i++) {
		latency_merge(all, &workers[i].latency);
		if (workers[i].longest_answer > longest)
			longest = workers[i].longest_answer;
	}
	if (load->print_latency)
		(void)printf(" %.1f %.1f %.1f %.1f %.1f", latency_ms(all, 0.5), latency_ms(all, 0.99),
			     all->longest * 1000, latency_ms(all, 0.999), longest * 1000);
	(void)printf("\n");
}

static int run(struct load *load)
{
	struct worker *workers = xcalloc(load->threads, sizeof *workers);
	double start;
	double seconds;
	int status = EXIT_SUCCESS;

	if (pthread_barrier_init(&load->start, NULL, load->threads + 1) != 0)
		return EXIT_FAILURE;
	for (unsigned i = 0; i < load->threads; i++) {
		workers[i].load = load;
		workers[i].random = i + 1;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			abort();
	}
	(void)pthread_barrier_wait(&load->start);
	start = latency_now();
	for (unsigned i = 0; i < load->threads; i++)
		(void)pthread_join(workers[i].thread, NULL);
	seconds = latency_now() - start;
	for (unsigned i = 0; i < load->threads; i++)
		if (workers[i].error[0] != '\0') {
			(void)fprintf(stderr, "milter_load: %s: %s\n", load->socket, workers[i].error);
			status = EXIT_FAILURE;
		}
	if (status == EXIT_SUCCESS)
		print(load, workers, seconds);
	(void)pthread_barrier_destroy(&load->start);
	free(workers);
	return status;
}

/* What the filter asked for, on one line: two filters can be compared by it. */
static int print_negotiation(const char *socket)
{
	struct mock_mta *mta = mock_mta_new(MOCK_POSTFIX, TIMEOUT_MS);
	int status = EXIT_FAILURE;

	if (mock_mta_open(mta, socket) && mock_mta_quit(mta)) {
		/* Which replies are left out is no matter of the steps. */
		(void)printf("actions=%#x protocol=%#x", (unsigned)mock_mta_actions(mta),
			     (unsigned)mock_mta_protocol(mta) & ~(unsigned)(SMFIP_NR_HELO | SMFIP_NR_MAIL));
		for (int stage = 0; stage <= SMFIM_LAST; stage++)
			if (mock_mta_symbols(mta, stage) != NULL)
				(void)printf(" %d=\"%s\"", stage, mock_mta_symbols(mta, stage));
		(void)printf("\n");
		status = EXIT_SUCCESS;
	} else {
		(void)fprintf(stderr, "milter_load: %s: %s\n", socket, mock_mta_error(mta));
	}
	mock_mta_free(&mta);
	return status;
}

static int usage(void)
{
	(void)fprintf(stderr,
		      "usage: milter_load [-t THREADS] [-m MESSAGES-A-THREAD] [-n MESSAGES-A-SESSION]\n"
		      "                   [-d DOMAINS] [-l] [-w MS] SOCKET\n"
		      "       milter_load -o SOCKET\n"
		      "-l: half of the messages, 99 of 100, and all were judged within that many ms, and 999 "
		      "of 1000\n"
		      "-w: wait so long between messages\n");
	return 64;
}

int main(int argc, char **argv)
{
	struct load load = {.threads = 4, .messages = 5000, .per_session = 1, .domains = 10};
	bool options_only = false;
	int option;

	while ((option = getopt(argc, argv, "t:m:n:d:w:lo")) != -1) {
		unsigned long value = optarg != NULL ? strtoul(optarg, NULL, 10) : 1;

		if (value == 0 || value > 1000000000)
			return usage();
		if (option == 't')
			load.threads = (unsigned)value;
		else if (option == 'm')
			load.messages = value;
		else if (option == 'n')
			load.per_session = value;
		else if (option == 'd')
			load.domains = value;
		else if (option == 'w')
			load.wait_ms = (unsigned)value;
		else if (option == 'l')
			load.print_latency = true;
		else if (option == 'o')
			options_only = true;
		else
			return usage();
	}
	if (optind + 1 != argc)
		return usage();
	load.socket = argv[optind];
	return options_only ? print_negotiation(load.socket) : run(&load);
}
