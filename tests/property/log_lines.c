/* SPDX-License-Identifier: MIT */
/*
 * Puts every byte, and texts that are no text, into every field that a peer
 * fills at each of the doors, and prints what should stand in the log and what
 * does. log_lines.py reads it: what a line means is its business.
 * Prints "C DOOR FORMAT FIELD" for a case, "W NAME HEX" for a value that the
 * line should have ("-": absent), the log itself, and "E" at its end.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/memory.h"
#include "milter/end_of_header.h"
#include "policy_service/policy_service.h"
#include "milter/recipient.h"
#include "milter/session_facts.h"
#include "milter/session.h"
#include "tls_policy/tls_policy.h"
#include "policy_service/delegation.h"
#include "run/log.h"
#include "run/snapshot.h"

#define ROUNDS 300
#define VALUE_MAX 700

static const char connectors[] =
	"myorigin: mx.example\n"
	"connectors:\n"
	"  - name: from-contoso\n"
	"    senders: ['*.contoso.com']\n"
	"    header_from: true\n"
	"    require: {min_version: TLSv1.3, certificate: {subject: mail.contoso.com, issuer: A CA}}\n"
	"    on_failure: reject\n"
	"  - {name: pilot, mode: test, senders: ['*'], require: {certificate: any}}\n"
	"  - {name: to-contoso, recipients: [deliver.example], deliver: {level: encrypt}}\n";

/* What peers fill. The names of those that the log has are its keys. */
enum field {
	FIELD_CLIENT_NAME,
	FIELD_HELO,
	FIELD_FROM,
	FIELD_TO,
	FIELD_QUEUE_ID,
	FIELD_TLS,
	FIELD_CIPHER,
	FIELD_BITS,
	FIELD_SUBJECT,
	FIELD_ISSUER,
	FIELD_CN_SUBJECT,
	FIELD_CN_ISSUER,
	FIELD_VERIFY,
	FIELD_LOCAL_HOST,
	FIELD_LOGIN,
	FIELD_MAIL_ADDR,
	FIELD_RCPT_ADDR,
	FIELD_HOST_NAME,
	FIELD_HEADER_FROM,
	FIELD_CLIENT_ADDRESS,
	FIELD_STATE,
	FIELD_INSTANCE,
	FIELD_FINGERPRINT,
	FIELD_NEXT_HOP,
	FIELD_ALTNAMES,
	FIELDS
};

static const char *const names[FIELDS] = {
	"client_name", "helo",      "from",        "to",          "queue_id",
	"tls",         "cipher",    "bits",        "subject",     "issuer",
	"cn_subject",  "cn_issuer", "verify",      "local_host",  "login",
	"mail_addr",   "rcpt_addr", "host_name",   "header_from", "client_address",
	"state",       "instance",  "fingerprint", "next_hop",    "altnames",
};

/* A value for each field; NULL: the peer says nothing. */
struct trial {
	const char *values[FIELDS];
};

static const struct trial ordinary = {{
	[FIELD_CLIENT_NAME] = "mail.contoso.com",
	[FIELD_HELO] = "mail.contoso.com",
	[FIELD_FROM] = "<a@contoso.com>",
	[FIELD_TO] = "<b@example.org>",
	[FIELD_TLS] = "TLSv1.2",
	[FIELD_CIPHER] = "ECDHE-RSA-AES256-GCM-SHA384",
	[FIELD_BITS] = "256",
	[FIELD_SUBJECT] = "other.contoso.com",
	[FIELD_ISSUER] = "A CA",
	[FIELD_LOCAL_HOST] = "mx.example",
	[FIELD_HOST_NAME] = "mail.contoso.com",
	[FIELD_CLIENT_ADDRESS] = "192.0.2.25",
	[FIELD_STATE] = "RCPT",
	[FIELD_NEXT_HOP] = "deliver.example",
}};

/* Texts that readers stumble over: no UTF-8, surrogates, invisible characters, and what a log line is made of. */
static const char *const odd[] = {
	"",
	"-",
	"--",
	"\"\"",
	"\\x41",
	"\\\\x41",
	"\\u0041",
	"...",
	"a...",
	"<>",
	"<<a>>",
	" <a@b> ",
	"> reason=- from=<x>",
	"x; connector=y reason=z",
	"]: 250 ok; connector=y",
	"a\nforcedtlsd[1]: NOQUEUE: pass: RCPT from x[192.0.2.1]: y;",
	"\r\n.\r\n",
	"\",\"verdict\":\"pass",
	"{}",
	"[]",
	"a,b",
	"%n%s%%",
	"\xc3\xbc",
	"\xe2\x80\xa8\xe2\x80\xa9",
	"\xef\xbb\xbf",
	"\xef\xbf\xbd",
	"\xef\xbf\xbe\xef\xbf\xbf",
	"\xf0\x9f\x98\x80",
	"\xf4\x8f\xbf\xbf",
	"\xf4\x90\x80\x80",
	"\xed\xa0\x80\xed\xb0\x80",
	"\xed\xbf\xbf",
	"\xc0\x80",
	"\xc0\xaf",
	"\xe0\x80\xaf",
	"\xe2\x82",
	"\xe2\x82\x7f",
	"\xf0\x9f\x98",
	"\xfe\xff",
	"\x7f",
	"\x7f\x7f\x7f\"",
	"\x1b[2J",
	"\xe2\x80\xae(abc)",
	"\xf3\xa0\x81\x81",
};

static uint64_t random_state = 20270215;

static size_t draw(size_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(random_state >> 33) % below;
}

static void want(const char *name, const char *value)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "W %s ", name);
	if (value == NULL)
		strbuf_putc(&line, '-');
	for (; value != NULL && *value != '\0'; value++)
		strbuf_printf(&line, "%02x", (unsigned)(unsigned char)*value);
	(void)puts(line.text);
	strbuf_fini(&line);
}

static const char *none_if_empty(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static const char *first_of(const char *cn, const char *dn)
{
	return cn != NULL ? cn : dn;
}

static void want_facts(const struct facts *facts)
{
	want("client_name", facts->client_name != NULL ? facts->client_name : "unknown");
	want("helo", facts->helo);
	want("tls", facts->tls.version_text);
	want("cipher", facts->tls.cipher);
	want("subject", first_of(facts->certificate.subject_cn, facts->certificate.subject_dn));
	want("altnames", facts->certificate.altnames);
	want("issuer", first_of(facts->certificate.issuer_cn, facts->certificate.issuer_dn));
}

static struct milter_macros macros_of(const struct trial *trial)
{
	const char *const *values = trial->values;

	return (struct milter_macros){
		.j = values[FIELD_LOCAL_HOST],
		.tls_version = values[FIELD_TLS],
		.cipher = values[FIELD_CIPHER],
		.cipher_bits = values[FIELD_BITS],
		.verify = values[FIELD_VERIFY],
		.cert_subject = values[FIELD_SUBJECT],
		.cert_issuer = values[FIELD_ISSUER],
		.cn_subject = values[FIELD_CN_SUBJECT],
		.cn_issuer = values[FIELD_CN_ISSUER],
		.altnames = values[FIELD_ALTNAMES],
		.client_name = values[FIELD_CLIENT_NAME],
		.client_resolve = "OK",
		.auth_type = values[FIELD_LOGIN],
		.auth_authen = values[FIELD_LOGIN],
		.mail_addr = values[FIELD_MAIL_ADDR],
		.rcpt_addr = values[FIELD_RCPT_ADDR],
		.queue_id = values[FIELD_QUEUE_ID],
	};
}

static void judge_header(struct session *session, const struct trial *trial)
{
	struct answer answer;

	header_field(session, "From", trial->values[FIELD_HEADER_FROM]);
	end_of_header_judge(session, trial->values[FIELD_QUEUE_ID], &answer);
	answer_fini(&answer);
}

static void try_milter(const struct trial *trial)
{
	const struct sockaddr_in client = {
		.sin_family = AF_INET, .sin_port = htons(4711), .sin_addr.s_addr = htonl(0xc0000219)};
	const struct milter_macros macros = macros_of(trial);
	struct session *session = session_new();
	struct macro_storage storage = {0};
	struct answer answer;
	struct facts facts;

	session->abilities = (struct abilities){true, true, true, true, true, true, false};
	session_connect(session, trial->values[FIELD_HOST_NAME], (const struct sockaddr *)&client);
	if (trial->values[FIELD_HELO] != NULL)
		session_helo(session, trial->values[FIELD_HELO]);
	session_mail(session, trial->values[FIELD_FROM], &macros);
	session_facts(session, &macros, &facts, &storage);
	want_facts(&facts);
	macro_storage_fini(&storage);
	want("from", trial->values[FIELD_FROM]);
	want("to", trial->values[FIELD_TO]);
	want("queue_id", none_if_empty(trial->values[FIELD_QUEUE_ID]));
	(void)fflush(stdout);
	recipient_judge(session, trial->values[FIELD_TO], &macros, &answer);
	answer_fini(&answer);
	if (trial->values[FIELD_HEADER_FROM] != NULL)
		judge_header(session, trial);
	session_free(&session);
}

static void add_attribute(struct strbuf *request, const char *name, const char *value)
{
	if (value != NULL)
		strbuf_printf(request, "%s=%s\n", name, value);
}

static void make_request(const struct trial *trial, struct strbuf *request)
{
	static const struct {
		const char *name;
		enum field field;
	} attributes[] = {
		{"protocol_state", FIELD_STATE},
		{"client_address", FIELD_CLIENT_ADDRESS},
		{"client_name", FIELD_CLIENT_NAME},
		{"helo_name", FIELD_HELO},
		{"sender", FIELD_FROM},
		{"recipient", FIELD_TO},
		{"queue_id", FIELD_QUEUE_ID},
		{"instance", FIELD_INSTANCE},
		{"sasl_method", FIELD_LOGIN},
		{"sasl_username", FIELD_LOGIN},
		{"ccert_subject", FIELD_SUBJECT},
		{"ccert_issuer", FIELD_ISSUER},
		{"ccert_fingerprint", FIELD_FINGERPRINT},
		{"encryption_protocol", FIELD_TLS},
		{"encryption_cipher", FIELD_CIPHER},
		{"encryption_keysize", FIELD_BITS},
	};

	add_attribute(request, "request", "smtpd_access_policy");
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		add_attribute(request, attributes[i].name, trial->values[attributes[i].field]);
	strbuf_putc(request, '\n');
}

/* What should be logged of a request that is one. */
static void want_request(const struct strbuf *request)
{
	char *copy = xstrndup(request->text, request->length);
	struct delegation_storage storage = {0};
	struct delegation_request parsed;
	struct facts facts = {0};
	const char *error;

	if (delegation_parse(copy, delegation_length(copy, request->length), &parsed, &error) &&
	    (parsed.protocol_state == NULL ||
	     (strcmp(parsed.protocol_state, "VRFY") != 0 && strcmp(parsed.protocol_state, "ETRN") != 0))) {
		delegation_to_facts(&parsed, &facts, &storage);
		want_facts(&facts);
		want("from", parsed.sender);
		want("to", parsed.recipient);
		want("queue_id", none_if_empty(parsed.queue_id));
		delegation_storage_fini(&storage);
	}
	free(copy);
}

static void try_policy_service(const struct trial *trial)
{
	void *connection = service_policy_service.stream.open(NULL, -1);
	struct strbuf request = {0}, answer = {0};
	size_t used = 0;

	make_request(trial, &request);
	want_request(&request);
	(void)fflush(stdout);
	(void)service_policy_service.stream.serve(connection, request.text, request.length, &used, &answer);
	strbuf_fini(&answer);
	strbuf_fini(&request);
	service_policy_service.stream.close(connection);
}

static void try_tls_policy(const struct trial *trial)
{
	const char *key = trial->values[FIELD_NEXT_HOP];
	struct strbuf request = {0}, answer = {0};
	size_t used = 0;

	/* Of domains above one that it asked for, Postfix says no more than the rest of the name, and the log nothing. */
	if (key[0] != '.')
		want("next_hop", key);
	(void)fflush(stdout);
	strbuf_printf(&request, "%zu:tls_policy %s,", strlen(key) + sizeof "tls_policy", key);
	(void)service_tls_policy.stream.serve(NULL, request.text, request.length, &used, &answer);
	strbuf_fini(&answer);
	strbuf_fini(&request);
}

struct door {
	const char *name;
	void (*judge)(const struct trial *trial);
	enum field fields[24];
	size_t count;
};

static const struct door doors[] = {
	{"milter",
	 try_milter,
	 {FIELD_CLIENT_NAME, FIELD_HELO, FIELD_FROM, FIELD_TO, FIELD_QUEUE_ID, FIELD_TLS, FIELD_CIPHER,
	  FIELD_BITS, FIELD_SUBJECT, FIELD_ISSUER, FIELD_CN_SUBJECT, FIELD_CN_ISSUER, FIELD_VERIFY,
	  FIELD_LOCAL_HOST, FIELD_LOGIN, FIELD_MAIL_ADDR, FIELD_RCPT_ADDR, FIELD_HOST_NAME,
	  FIELD_HEADER_FROM},
	 19},
	{"policy-service",
	 try_policy_service,
	 {FIELD_CLIENT_NAME, FIELD_HELO, FIELD_FROM, FIELD_TO, FIELD_QUEUE_ID, FIELD_TLS, FIELD_CIPHER,
	  FIELD_BITS, FIELD_SUBJECT, FIELD_ISSUER, FIELD_LOGIN, FIELD_CLIENT_ADDRESS, FIELD_STATE,
	  FIELD_INSTANCE, FIELD_FINGERPRINT},
	 15},
	{"tls-policy", try_tls_policy, {FIELD_NEXT_HOP}, 1},
};

static void run(const struct door *door, const char *format, const char *what, const struct trial *trial)
{
	(void)printf("C %s %s %s\n", door->name, format, what);
	door->judge(trial);
	(void)puts("E");
}

/* An address of From: that selects a connector is what gives a verdict there. */
static void try_value(const struct door *door, const char *format, enum field field, const char *value)
{
	struct trial trial = ordinary;
	struct strbuf from = {0};

	trial.values[field] = value;
	if (field == FIELD_HEADER_FROM) {
		strbuf_printf(&from, "%s@contoso.com, \"%s\" <b@contoso.com>", value, value);
		trial.values[field] = from.text;
		trial.values[FIELD_FROM] = "<a@other.example>";
	}
	/* Sendmail's names are encoded. */
	if (field == FIELD_CN_SUBJECT || field == FIELD_CN_ISSUER)
		trial.values[FIELD_VERIFY] = "OK";
	run(door, format, names[field], &trial);
	strbuf_fini(&from);
}

static void try_values(const struct door *door, const char *format, enum field field)
{
	for (int c = 1; c < 256; c++) {
		const char alone[] = {(char)c, '\0'}, within[] = {'a', (char)c, 'b', '\0'};

		try_value(door, format, field, alone);
		try_value(door, format, field, within);
	}
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		try_value(door, format, field, odd[i]);
}

/* Bytes at random, or one byte again and again; in half of the cases none that ends a line. */
static char *draw_value(void)
{
	size_t length = draw(4) == 0 ? draw(VALUE_MAX) : draw(40);
	bool repeated = draw(3) == 0, lines = draw(2) == 0;
	char *value = xmalloc(length + 1), last = 'x';

	for (size_t i = 0; i < length; i++) {
		if (i == 0 || !repeated)
			last = (char)(draw(255) + 1);
		value[i] = !lines && last == '\n' ? 'n' : last;
	}
	value[length] = '\0';
	return value;
}

static void try_all_at_once(const struct door *door, const char *format)
{
	struct trial trial = ordinary;
	char *values[FIELDS] = {0};

	for (size_t i = 0; i < door->count; i++) {
		enum field field = door->fields[i];

		if (draw(4) != 0 && field != FIELD_STATE && field != FIELD_HEADER_FROM)
			trial.values[field] = values[i] = draw_value();
	}
	run(door, format, "all", &trial);
	for (size_t i = 0; i < door->count; i++)
		free(values[i]);
}

static bool publish(const char *format)
{
	struct diagnostics diagnostics = {0};
	struct strbuf text = {0};
	struct config *config;

	strbuf_printf(&text, "daemon: {log_accepted: true, log_format: %s}\n%s", format, connectors);
	config = config_load_bytes("p", (const unsigned char *)text.text, text.length, &diagnostics);
	(void)diagnostics_print(&diagnostics, stderr);
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
	if (config != NULL)
		snapshot_publish(config);
	return config != NULL;
}

static bool try_format(const char *format, unsigned long rounds)
{
	if (!publish(format))
		return false;
	random_state = 20270215; /* the same in each format: log_lines.py compares them */
	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
		for (size_t k = 0; k < doors[i].count; k++)
			try_values(&doors[i], format, doors[i].fields[k]);
		for (unsigned long k = 0; k < rounds; k++)
			try_all_at_once(&doors[i], format);
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
	bool good;

	if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		return EXIT_FAILURE;
	log_to_stderr("forcedtlsd");
	good = try_format("text", rounds) && try_format("json", rounds) && fflush(stdout) == 0;
	snapshot_retire();
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
