/* SPDX-License-Identifier: MIT */
/*
 * What one decision costs at most: policies of a thousand connectors in the
 * shapes that cost the most, and a client that writes addresses of as many
 * readings as are read. Microseconds of the processor out, the medians of
 * interleaved rounds. In process, without a socket.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config.h"
#include "mail/address.h"
#include "policy/decision.h"
#include "util/memory.h"

#define ROUNDS 41
#define LABELS 63 /* their square is the most connectors that there can be */

/* The last labels of a deep domain. */
static void put_tail(struct strbuf *out, unsigned labels)
{
	while (labels-- > 0)
		strbuf_puts(out, "x.");
	strbuf_puts(out, "example");
}

/* Connectors that all have the message, each by patterns that no other has: "senders: [...], recipients: [...]". */
static void put_tails(struct strbuf *out, unsigned number)
{
	strbuf_puts(out, "senders: [\"*.");
	put_tail(out, number / LABELS % LABELS);
	strbuf_puts(out, "\"], recipients: [\"*.");
	put_tail(out, number % LABELS);
	strbuf_puts(out, "\"], ");
}

/* One connector of a policy, by its number. */
typedef void write_connector(struct strbuf *out, unsigned number);

static void write_clients(struct strbuf *out, unsigned number)
{
	if (number <= 128)
		strbuf_printf(out, "clients: [\"::/%u\"], require: tls", number);
	else
		strbuf_printf(out, "clients: [\"::%x\"], require: tls", number);
}

static void write_names(struct strbuf *out, unsigned number)
{
	strbuf_printf(out, "presenting: [m%u.example, \"*.p%u.example\"], require: tls", number, number);
}

static void write_distinguished_names(struct strbuf *out, unsigned number)
{
	strbuf_printf(out, "presenting: [\"/C=DE/O=Partner/CN=m%u.example\"], require: tls", number);
}

static void write_clients_and_names(struct strbuf *out, unsigned number)
{
	strbuf_printf(out, "clients: [\"::/32\"], presenting: [m%u.example], require: tls", number);
}

static void write_senders_and_names(struct strbuf *out, unsigned number)
{
	strbuf_printf(out, "senders: [\"*.example\"], presenting: [m%u.example], require: tls", number);
}

static void write_senders_and_clients(struct strbuf *out, unsigned number)
{
	strbuf_printf(out, "senders: [\"*.example\"], clients: [\"1::%x\"], require: tls", number);
}

static void write_senders_and_recipients(struct strbuf *out, unsigned number)
{
	strbuf_printf(out, "senders: [\"*.example\"], recipients: [r%u.example], require: tls", number);
}

static void write_tower(struct strbuf *out, unsigned number)
{
	put_tails(out, number);
	strbuf_puts(out, "require: tls");
}

static void write_tower_in_test_mode(struct strbuf *out, unsigned number)
{
	put_tails(out, number);
	strbuf_printf(out, "require: tls, mode: %s", number % 2 == 0 ? "test" : "enforce");
}

/* None of them stands in another's place: what one is more specific in, the other is less. */
static void put_rivals(struct strbuf *out, unsigned number)
{
	put_tails(out, number);
	strbuf_printf(out, "clients: [\"::/%u\"], ", 127 - number / LABELS % LABELS - number % LABELS);
}

static void write_rivals(struct strbuf *out, unsigned number)
{
	put_rivals(out, number);
	strbuf_puts(out, "require: tls");
}

static void write_exceptions(struct strbuf *out, unsigned number)
{
	put_rivals(out, number);
	strbuf_printf(out,
		      "require: tls, except: [{senders: [e%u.example], recipients: [f%u.example]}, "
		      "{recipients: [h1.example]}]",
		      number, number);
}

static void write_demands(struct strbuf *out, unsigned number)
{
	put_rivals(out, number);
	strbuf_printf(out,
		      "require: {min_version: TLSv1.2, forward_secrecy: true, "
		      "min_cipher_bits: 128, certificate: [{subject: \"m%u.example\"}, {subject: "
		      "\"*.example\"}], allowed_clients: [\"::/32\"], allowed_senders: "
		      "[\"*.example\"]}",
		      number);
}

static void write_from(struct strbuf *out, unsigned number)
{
	strbuf_printf(out,
		      "senders: [\"*.example\"], recipients: [r%u.example], header_from: true, require: tls",
		      number);
}

static void write_from_tower(struct strbuf *out, unsigned number)
{
	write_tower(out, number);
	strbuf_puts(out, ", header_from: true");
}

static void write_from_rivals(struct strbuf *out, unsigned number)
{
	write_rivals(out, number);
	strbuf_puts(out, ", header_from: true");
}

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double measure_recipient(const struct policy *policy, struct facts *facts)
{
	double start = now_us();
	struct decision decision;

	decision_eval(policy, facts, &decision);
	return now_us() - start;
}

/*
 * From: of as many addresses as are read, and as many recipients as a message
 * has room for (milter/message.h): those of one reading, or the first alone.
 */
static double measure_header(const struct policy *policy, struct facts *facts, bool first_alone)
{
	const struct readings *recipient = facts->recipient;
	struct readings one = *recipient;
	size_t recipients = first_alone ? 1 : 10000 / policy->header_from_count;
	struct strbuf body = {0};
	struct from_selection from = {0};
	struct decision decision;
	double start;

	one.count = 1;
	for (unsigned i = 0; body.length < (size_t)15 * 1024; i++)
		strbuf_printf(&body, "%sa@h%u.x.x.x.x.example", i > 0 ? ", " : "", i);
	start = now_us();
	from_selection_add(&from, policy, body.text);
	facts->header_from = &from;
	facts->recipient = first_alone ? recipient : &one;
	for (size_t i = 0; i < recipients; i++) {
		decision_eval(policy, facts, &decision);
		facts->work = decision.work;
	}
	start = now_us() - start;
	facts->header_from = NULL;
	facts->recipient = recipient;
	facts->work = 0;
	from_selection_fini(&from);
	strbuf_fini(&body);
	return start;
}

static double measure_many_recipients(const struct policy *policy, struct facts *facts)
{
	return measure_header(policy, facts, false);
}

static double measure_first_recipient(const struct policy *policy, struct facts *facts)
{
	return measure_header(policy, facts, true);
}

static const struct shape {
	const char *what;
	write_connector *write;
	double (*measure)(const struct policy *policy, struct facts *facts);
} shapes[] = {
	{"clients", write_clients, measure_recipient},
	{"presenting", write_names, measure_recipient},
	{"presenting, distinguished names", write_distinguished_names, measure_recipient},
	{"clients, and presenting another name", write_clients_and_names, measure_recipient},
	{"senders, and presenting another name", write_senders_and_names, measure_recipient},
	{"senders, and other clients", write_senders_and_clients, measure_recipient},
	{"senders, and other recipients", write_senders_and_recipients, measure_recipient},
	{"each displaced by the next", write_tower, measure_recipient},
	{"the same, half of them in test mode", write_tower_in_test_mode, measure_recipient},
	{"none displaced", write_rivals, measure_recipient},
	{"none displaced, with exceptions", write_exceptions, measure_recipient},
	{"none displaced, with demands of all kinds", write_demands, measure_recipient},
	{"From:, many recipients, each its connector", write_from, measure_many_recipients},
	{"From:, one of many readings", write_from, measure_first_recipient},
	{"From:, each displaced by the next", write_from_tower, measure_many_recipients},
	{"From:, none displaced", write_from_rivals, measure_many_recipients},
};

#define SHAPES (sizeof shapes / sizeof *shapes)

static struct config *load_policy(write_connector *write, unsigned count)
{
	struct strbuf text = {0};
	struct diagnostics diagnostics = {0};
	struct config *config;

	strbuf_puts(&text, "connectors:\n");
	for (unsigned i = 0; i < count; i++) {
		strbuf_printf(&text, "  - {name: c%u, ", i);
		write(&text, i);
		strbuf_puts(&text, "}\n");
	}
	config = config_load_bytes("bench", (const unsigned char *)text.text, text.length, &diagnostics);
	if (config == NULL) {
		(void)diagnostics_print(&diagnostics, stderr);
		exit(EXIT_FAILURE);
	}
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	return config;
}

/* An address of as many readings as there may be: each hop is one. */
static char *write_address(const char *user)
{
	struct strbuf text = {0};

	strbuf_puts(&text, user);
	for (unsigned i = 1; i < READINGS_MAX; i++) {
		strbuf_printf(&text, "%%h%u.", i);
		put_tail(&text, LABELS);
	}
	strbuf_puts(&text, "@h8.");
	put_tail(&text, LABELS);
	return strbuf_take(&text);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Those whose names have that in them. */
static void measure_all(unsigned connectors, const char *which, struct facts *facts)
{
	static double us[SHAPES][ROUNDS];
	struct config *configs[SHAPES] = {NULL};

	for (size_t i = 0; i < SHAPES; i++)
		if (strstr(shapes[i].what, which) != NULL)
			configs[i] = load_policy(shapes[i].write, connectors);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < SHAPES; i++)
			if (configs[i] != NULL)
				us[i][round] = shapes[i].measure(configs[i]->policy, facts);
	for (size_t i = 0; i < SHAPES; i++) {
		if (configs[i] == NULL)
			continue;
		qsort(us[i], ROUNDS, sizeof us[i][0], by_value);
		(void)printf("%-44s %8.0f us\n", shapes[i].what, us[i][ROUNDS / 2]);
		config_free(&configs[i]);
	}
}

/* hostile_bench [CONNECTORS [WHAT]] */
int main(int argc, char **argv)
{
	unsigned connectors = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
	char *from = write_address("a"), *to = write_address("b");
	struct readings sender, recipient;
	struct facts facts = {
		.client_port = 48322,
		.helo = "mail.example.net",
		.told = FACT_BITS_ALL,
		.tls = {true, TLS_VERSION_1_3, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256},
		.certificate = {.state = CERTIFICATE_VERIFIED,
				.subject_cn = "mail.partner.example",
				.subject_dn = "/C=DE/O=Partner/CN=mail.partner.example"},
		.sender = &sender,
		.recipient = &recipient,
		.date = 20270101,
	};

	if (!ip_parse("::", &facts.client))
		return EXIT_FAILURE;
	readings_of_sender(&sender, &(struct written_address){.argument = from, .macro = from}, NULL, NULL);
	readings_of_recipient(&recipient, &(struct written_address){.argument = to, .macro = to});
	(void)printf("%u connectors, %zu readings of the sender, %zu of the recipient\n", connectors,
		     sender.count, recipient.count);
	measure_all(connectors, argc > 2 ? argv[2] : "", &facts);
	readings_fini(&sender);
	readings_fini(&recipient);
	free(from);
	free(to);
	return EXIT_SUCCESS;
}
