/* SPDX-License-Identifier: MIT */
/*
 * What one decision costs with few sender domains in the policy, and with a
 * million: nanoseconds out, medians of interleaved rounds. In process, without
 * a socket.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config.h"
#include "mail/address.h"
#include "policy/decision.h"
#include "util/memory.h"

#define FEW 10u
#define MANY 1000000u
#define SENDERS 65536u
#define ROUNDS 11

struct policy_under_test {
	struct config *config;
	struct readings *senders;
	double ns[ROUNDS];
};

static struct config *load_policy(unsigned domains)
{
	struct strbuf text = {0};
	struct diagnostics diagnostics = {0};
	struct config *config;

	strbuf_puts(&text,
		    "connectors:\n  - name: many\n"
		    "    require: {min_version: TLSv1.2, forward_secrecy: true, min_cipher_bits: 128}\n"
		    "    senders:\n");
	for (unsigned i = 0; i < domains; i++)
		strbuf_printf(&text, "      - d%u.example\n", i);
	config = config_load_bytes("bench", (const unsigned char *)text.text, text.length, &diagnostics);
	if (config == NULL) {
		(void)diagnostics_print(&diagnostics, stderr);
		exit(EXIT_FAILURE);
	}
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	return config;
}

static struct readings *make_senders(unsigned domains)
{
	struct readings *senders = xcalloc(SENDERS, sizeof *senders);
	uint64_t random = 1;
	char text[64];

	for (unsigned i = 0; i < SENDERS; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		(void)snprintf(text, sizeof text, "user@d%u.example", (unsigned)(random >> 33) % domains);
		readings_of_sender(&senders[i], &(struct written_address){.argument = text, .macro = text},
				   NULL, NULL);
	}
	return senders;
}

static double round_ns(const struct policy_under_test *test, struct facts *facts)
{
	struct decision decision;
	struct timespec start;
	struct timespec end;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (unsigned i = 0; i < SENDERS; i++) {
		facts->sender = &test->senders[i];
		decision_eval(test->config->policy, facts, &decision);
		if (decision.enforced.verdict != VERDICT_PASS || !decision.enforced.has_connector) {
			(void)fprintf(stderr, "decision_bench: not judged by the connector\n");
			exit(EXIT_FAILURE);
		}
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / SENDERS;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

static void free_test(struct policy_under_test *test)
{
	for (unsigned i = 0; i < SENDERS; i++)
		readings_fini(&test->senders[i]);
	free(test->senders);
	config_free(&test->config);
}

int main(void)
{
	struct policy_under_test tests[] = {
		{.config = load_policy(FEW), .senders = make_senders(FEW)},
		{.config = load_policy(MANY), .senders = make_senders(MANY)},
	};
	struct readings recipient;
	struct facts facts = {
		.client_port = 48322,
		.helo = "mail.example.net",
		.told = FACT_BITS_ALL,
		.tls = {true, TLS_VERSION_1_3, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256},
		.recipient = &recipient,
		.date = 20270101,
	};

	if (!ip_parse("192.0.2.25", &facts.client))
		return EXIT_FAILURE;
	readings_of_recipient(&recipient, &(struct written_address){.argument = "<b@example.org>",
								    .macro = "b@example.org"});
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < 2; i++)
			tests[i].ns[round] = round_ns(&tests[i], &facts);
	for (size_t i = 0; i < 2; i++)
		qsort(tests[i].ns, ROUNDS, sizeof tests[i].ns[0], by_value);
	(void)printf("%.0f %.0f\n", tests[0].ns[ROUNDS / 2], tests[1].ns[ROUNDS / 2]);
	readings_fini(&recipient);
	free_test(&tests[0]);
	free_test(&tests[1]);
	return EXIT_SUCCESS;
}
