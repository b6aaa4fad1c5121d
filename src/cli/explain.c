/* SPDX-License-Identifier: MIT */
/*
 * forcedtls explain: makes facts of the command line and asks the decision
 * that the daemon asks. What it finds is put into words by explanation.c.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/explanation.h"
#include "cli/json.h"
#include "config/config.h"
#include "report/options.h"
#include "util/decimal.h"
#include "tls/distinguished_name.h"
#include "util/memory.h"

#define EXIT_PASS 0
#define EXIT_REFUSED 1
#define EXIT_REFUSED_BUT_FOR_TEST_MODE 2

#define USAGE_WIDTH 100

/* Stands for a host in none of the networks that a policy names. */
static const char somewhere[] = "0.0.0.0";

/* The command line, not yet made into facts. */
struct question {
	const char *config;
	const char *client;
	const char *helo;
	const char *from;
	const char *to;
	const char *next_hop;
	const char *tls;
	const char *cipher;
	const char *bits;
	const char *subject;
	const char *altnames; /* separated by commas, as in the log */
	const char *issuer;
	const char *fingerprints[FINGERPRINTS_MAX]; /* of the certificate and of its key, in either order */
	size_t fingerprint_count;
	const char *date;
	bool authenticated;
	bool json;
};

/* Tables: one option a line reads better than one member a line. */
/* clang-format off */
static const struct explain_option {
	const char *name;
	const char *value; /* what the usage calls its value; NULL: it has none */
	size_t offset; /* of a text in struct question; of a flag where it has no value */
	bool required;
} options[] = {
	{"client", "IP", offsetof(struct question, client), false},
	{"helo", "NAME", offsetof(struct question, helo), false},
	{"from", "ADDR", offsetof(struct question, from), false},
	{"to", "ADDR", offsetof(struct question, to), true},
	{"next-hop", "DESTINATION", offsetof(struct question, next_hop), false},
	{"tls", "VERSION|none", offsetof(struct question, tls), false},
	{"cipher", "NAME", offsetof(struct question, cipher), false},
	{"bits", "N", offsetof(struct question, bits), false},
	{"subject", "NAME-or-DN", offsetof(struct question, subject), false},
	{"altnames", "NAME,...", offsetof(struct question, altnames), false},
	{"issuer", "NAME-or-DN", offsetof(struct question, issuer), false},
	{"fingerprint", "HEX", offsetof(struct question, fingerprints), false},
	{"authenticated", NULL, offsetof(struct question, authenticated), false},
	{"date", "YYYY-MM-DD", offsetof(struct question, date), false},
	{"json", NULL, offsetof(struct question, json), false},
};
/* clang-format on */
#define OPTION_COUNT (sizeof options / sizeof options[0])

/* For getopt_long(3): what it returns is behind all characters. */
#define OPTION_FIRST 256

static int explain_usage(void)
{
	struct strbuf text = {0}, item = {0};
	size_t line = 0;

	strbuf_puts(&text, "usage: forcedtls explain [-c FILE]");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct explain_option *option = &options[i];

		strbuf_printf(&item, "%s--%s%s%s%s", option->required ? "" : "[", option->name,
			      option->value != NULL ? " " : "", option->value != NULL ? option->value : "",
			      option->required ? "" : "]");
		if (text.length - line + 1 + item.length > USAGE_WIDTH) {
			line = text.length + 1;
			strbuf_puts(&text, "\n          ");
		}
		strbuf_printf(&text, " %s", strbuf_text(&item));
		strbuf_fini(&item);
	}
	fprintf(stderr, "%s\n", strbuf_text(&text));
	strbuf_fini(&text);
	return EX_USAGE;
}

static int explain_complain(const char *option, const char *value, const char *why)
{
	return report_options_complain("explain", option, value, why);
}

static int read_fingerprint(struct question *question, const char *text)
{
	if (question->fingerprint_count == FINGERPRINTS_MAX)
		return explain_complain("--fingerprint", text, "a certificate has one, and its key another");
	question->fingerprints[question->fingerprint_count++] = text;
	return EX_OK;
}

/* number: as getopt_long has it. */
static int explain_read_option(int number, struct question *question)
{
	const struct explain_option *option;
	void *member;

	if (number == 'c')
		question->config = optarg;
	if (number < OPTION_FIRST)
		return number == 'c' ? EX_OK : explain_usage();
	option = &options[number - OPTION_FIRST];
	member = (char *)question + option->offset;
	if (member == question->fingerprints)
		return read_fingerprint(question, optarg);
	if (option->value != NULL)
		*(const char **)member = optarg;
	else
		*(bool *)member = true;
	return EX_OK;
}

static int read_bits(const char *text, int *bits_r)
{
	int bits = decimal_parse(text);

	if (bits < 0 || bits > 65535)
		return explain_complain("--bits", text, "not a number of bits");
	*bits_r = bits;
	return EX_OK;
}

static int explain_read_tls(const struct question *question, const struct policy *policy,
			    struct tls_facts *tls)
{
	tls->bits = -1;
	if (strcmp(question->tls, "none") == 0) {
		if (question->cipher != NULL || question->bits != NULL)
			return explain_complain("--tls", question->tls, "a plaintext session has no cipher");
		return EX_OK;
	}
	tls->present = true;
	tls->version_text = question->tls;
	tls->version = tls_version_from_name(question->tls);
	if (tls->version == TLS_VERSION_UNKNOWN)
		return explain_complain("--tls", question->tls,
					"not TLSv1, TLSv1.1, TLSv1.2, TLSv1.3 or none");
	tls->cipher = question->cipher;
	if (question->bits != NULL)
		return read_bits(question->bits, &tls->bits);
	tls->bits = cipher_bits(policy->ciphers, cipher_find(policy->ciphers, question->cipher));
	return EX_OK;
}

/* Whoever asks knows the whole session: what is not given is not there. */
static int explain_read_fingerprints(const struct question *question, bool has_certificate,
				     struct fingerprints *shown)
{
	shown->seen =
		has_certificate || question->fingerprint_count > 0 ? FINGERPRINTS_SHOWN : FINGERPRINTS_NONE;
	for (size_t i = 0; i < question->fingerprint_count; i++) {
		const char *text = question->fingerprints[i];

		if (fingerprint_parse(text, &shown->list[shown->count++]) != FINGERPRINT_OK)
			return explain_complain("--fingerprint", text,
						"not a SHA-256 digest of 64 hexadecimal digits");
	}
	return EX_OK;
}

/* As the MTA would hand them over. */
static int explain_read_altnames(const char *text, char **altnames_r)
{
	char *copy = xstrdup(text), *rest = NULL;
	struct strbuf names = {0};
	int status = EX_OK;

	for (char *name = strtok_r(copy, ",", &rest); name != NULL && status == EX_OK;
	     name = strtok_r(NULL, ",", &rest)) {
		bool wildcard = strncmp(name, "*.", 2) == 0;
		const char *host = name + (wildcard ? 2 : 0);
		char domain[DOMAIN_SIZE];

		if (domain_normalise_name(host, strlen(host), domain) != DOMAIN_OK)
			status = explain_complain("--altnames", name, "not a host name");
		else
			strbuf_printf(&names, "%s%s%s", names.length > 0 ? "," : "", wildcard ? "*." : "",
				      domain);
	}
	if (status == EX_OK && names.length > 0)
		*altnames_r = strbuf_take(&names);
	strbuf_fini(&names);
	free(copy);
	return status;
}

/* What facts point to beside the command line. */
struct answer {
	struct readings sender;
	struct readings recipient;
	char *subject_cn;
	char *issuer_cn;
	char *altnames;
};

/*
 * Addresses as the daemon reads them. Where the policy service judges, Postfix
 * says no more than what was written; elsewhere they are taken as what the MTA
 * made of them, for the asker knows what is meant.
 */
static void explain_read_addresses(const struct question *question, const struct config *config,
				   struct answer *storage)
{
	bool is_told = config->daemon.policy_service == NULL;
	const struct written_address sender = {.argument = question->from,
					       .macro = is_told ? question->from : NULL,
					       .myorigin = config->policy->myorigin,
					       .mydomain = config->policy->mydomain},
				     recipient = {.argument = question->to,
						  .macro = is_told ? question->to : NULL,
						  .myorigin = config->policy->myorigin,
						  .mydomain = config->policy->mydomain};

	readings_of_sender(&storage->sender, &sender, question->helo, NULL);
	readings_of_recipient(&storage->recipient, &recipient);
}

static int read_facts(const struct question *question, const struct config *config, struct facts *facts,
		      struct answer *storage)
{
	int status = explain_read_tls(question, config->policy, &facts->tls);
	bool has_names;

	if (status != EX_OK)
		return status;
	if (!ip_parse(question->client, &facts->client))
		return explain_complain("--client", question->client, "not an IP address");
	facts->date = date_from_time(time(NULL));
	if (question->date != NULL && !date_parse(question->date, &facts->date))
		return explain_complain("--date", question->date, "not a date such as 2027-03-01");
	facts->told = FACT_BITS_ALL;
	facts->client_port = -1;
	facts->helo = question->helo;
	facts->authenticated = question->authenticated;
	facts->can_quarantine = true;
	has_names = question->subject != NULL || question->altnames != NULL || question->issuer != NULL;
	facts->certificate.state = has_names                         ? CERTIFICATE_VERIFIED
				   : question->fingerprint_count > 0 ? CERTIFICATE_UNVERIFIED
								     : CERTIFICATE_NONE;
	status = explain_read_fingerprints(question, has_names, &facts->certificate.fingerprints);
	if (status == EX_OK && question->altnames != NULL)
		status = explain_read_altnames(question->altnames, &storage->altnames);
	if (status != EX_OK)
		return status;
	facts->certificate.altnames = storage->altnames;
	distinguished_name_read(question->subject, &facts->certificate.subject_cn,
				&facts->certificate.subject_dn, &storage->subject_cn);
	distinguished_name_read(question->issuer, &facts->certificate.issuer_cn,
				&facts->certificate.issuer_dn, &storage->issuer_cn);
	explain_read_addresses(question, config, storage);
	facts->sender = &storage->sender;
	facts->recipient = &storage->recipient;
	return EX_OK;
}

/* A rehearsal that would fail is not a pass for a script that asks whether it is time to enforce. */
static int explain_status_of(const struct decision *decision)
{
	if (decision->enforced.verdict != VERDICT_PASS)
		return EXIT_REFUSED;
	return decision->tested.verdict != VERDICT_PASS ? EXIT_REFUSED_BUT_FOR_TEST_MODE : EXIT_PASS;
}

static int answer(const struct question *question, const struct policy *policy, const struct facts *facts)
{
	struct decision decision;
	json_t *explanation;
	bool printed;

	decision_eval(policy, facts, &decision);
	explanation = explanation_new(policy, facts, &decision, question->next_hop);
	if (explanation == NULL)
		return EX_SOFTWARE;
	printed = question->json ? cli_json_print(explanation) : explanation_print(explanation);
	json_decref(explanation);
	if (!printed)
		return EX_IOERR;
	return explain_status_of(&decision);
}

static int explain(const struct question *question)
{
	struct config *config = cli_load(question->config);
	struct answer storage = {0};
	struct facts facts = {0};
	int status = EX_CONFIG;

	if (config != NULL)
		status = read_facts(question, config, &facts, &storage);
	if (status == EX_OK)
		status = answer(question, config->policy, &facts);
	readings_fini(&storage.sender);
	readings_fini(&storage.recipient);
	free(storage.subject_cn);
	free(storage.issuer_cn);
	free(storage.altnames);
	config_free(&config);
	return status;
}

/* Those before the arguments. */
static int explain_read_options(int argc, char **argv, struct question *question)
{
	struct option long_options[OPTION_COUNT + 1] = {{0}};
	int number, status = EX_OK;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		long_options[i] = (struct option){options[i].name,
						  options[i].value != NULL ? required_argument : no_argument,
						  NULL, OPTION_FIRST + (int)i};
	while (status == EX_OK && (number = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
		status = explain_read_option(number, question);
	return status;
}

int cli_explain(int argc, char **argv)
{
	struct question question = {
		.config = CONFIG_DEFAULT_PATH, .client = somewhere, .from = "<>", .tls = "none"};
	int status = explain_read_options(argc, argv, &question);

	if (status != EX_OK)
		return status;
	if (optind < argc)
		return explain_complain("argument", argv[optind], "not expected here");
	if (question.to == NULL) {
		fprintf(stderr, "forcedtls explain: --to is needed\n");
		return explain_usage();
	}
	return explain(&question);
}
