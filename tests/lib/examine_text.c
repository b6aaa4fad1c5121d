/* SPDX-License-Identifier: MIT */
/* forcedtls doctor in a world where all is well but what an MTA says of itself. */
#include "lib/examine_text.h"

#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/postconf.h"
#include "doctor/sendmail_cf.h"
#include "util/memory.h"

#define PARTS 4

static const char policy[] =
	"daemon:\n"
	"  milter: unix:/var/spool/postfix/forcedtls/milter.sock\n"
	"  tls_policy: unix:/var/spool/postfix/forcedtls/tls_policy.sock\n"
	"  policy_service: unix:/var/spool/postfix/forcedtls/policy_service.sock\n"
	"recipient_delimiter: \"+\"\n"
	"myorigin: example.org\n"
	"mydomain: \"\"\n"
	"connectors:\n"
	"  - {name: named, senders: [named.example], require: {certificate: mail.named.example}}\n"
	"  - {name: any, senders: [any.example], require: {certificate: any}}\n"
	"  - {name: header, senders: [header.example], header_from: true, require: tls}\n"
	"  - {name: boss, recipients: [boss@example.org], require: tls}\n"
	"  - {name: new, senders: [new.example], require: {min_version: TLSv1.3}}\n"
	"  - {name: strong, senders: [strong.example], require: {ciphers: ECDHE+AES256, min_cipher_bits: "
	"256}}\n"
	"  - {name: secure, recipients: [secure.example], deliver: secure}\n"
	"  - {name: dane, recipients: [dane.example], deliver: dane-only}\n"
	"  - {name: all, recipients: [\"*\"], deliver: encrypt}\n";

struct config *examine_policy(void)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_load_bytes("policy.yaml", (const unsigned char *)policy, strlen(policy), &diagnostics);

	if (config == NULL) {
		(void)diagnostics_print(&diagnostics, stderr);
		abort();
	}
	diagnostics_fini(&diagnostics);
	return config;
}

static enum reach answers(void *context, const struct visitor *visitor, const struct endpoint *endpoint,
			  enum protocol protocol)
{
	(void)context;
	(void)visitor;
	(void)endpoint;
	(void)protocol;
	return REACH_ANSWERS;
}

static char *group_of(void *context, const char *user)
{
	(void)context;
	(void)user;
	return xstrdup("its group");
}

static enum certificate_file is_good(void *context, const char *path, int *count_r)
{
	(void)context;
	(void)path;
	*count_r = 3;
	return CERTIFICATE_FILE_GOOD;
}

static bool is_there(void *context, const char *path)
{
	(void)context;
	(void)path;
	return true;
}

static enum access_state is_readable(void *context, const char *user, const char *path)
{
	(void)context;
	(void)user;
	(void)path;
	return ACCESS_GRANTED;
}

static int closed(void *context, const char *path)
{
	(void)context;
	(void)path;
	return 0700;
}

static bool has_same_name(void *context, const char *path, const char *other)
{
	(void)context;
	return strcmp(path, other) == 0;
}

static const struct world all_is_well = {.reach = answers,
					 .group = group_of,
					 .certificates = is_good,
					 .is_directory = is_there,
					 .readable = is_readable,
					 .is_same_file = has_same_name,
					 .mode = closed};

static struct examination begin(const struct config *config, struct findings *findings)
{
	return (struct examination){
		.config = config, .policy_file = "policy.yaml", .world = &all_is_well, .findings = findings};
}

void examine_text(const char *text, const struct config *config, struct findings *findings_r)
{
	static const char divider[] = "===\n";
	struct examination examination = begin(config, findings_r);
	char *parts[PARTS];
	struct postfix *postfix;

	for (size_t i = 0; i < PARTS; i++) {
		const char *end = strstr(text, divider);

		parts[i] = end != NULL ? xstrndup(text, (size_t)(end - text)) : xstrdup(text);
		text = end != NULL ? end + strlen(divider) : "";
	}
	postfix = postconf_parse(NULL, parts[0], parts[1], parts[2], parts[3]);
	examination.postfix = postfix;
	checks_run_postfix(&examination);
	postfix_free(&postfix);
	for (size_t i = 0; i < PARTS; i++)
		free(parts[i]);
}

void examine_daemon(const char *running_file, const char *running_digest, const struct config *config,
		    struct findings *findings_r)
{
	struct examination examination = begin(config, findings_r);

	examination.running_file = running_file;
	examination.running_digest = running_digest;
	checks_run_policy(&examination);
}

void examine_sendmail_text(const char *text, const struct config *config, struct findings *findings_r)
{
	struct examination examination = begin(config, findings_r);
	struct sendmail *sendmail = sendmail_read("sendmail.cf", text);

	examination.sendmail = sendmail;
	checks_run_sendmail(&examination);
	sendmail_free(&sendmail);
}

char *findings_text(const struct findings *findings)
{
	struct strbuf text = {0};

	for (size_t i = 0; i < findings->count; i++)
		strbuf_printf(&text, "%d %s %s\n", (int)findings->list[i].severity,
			      findings->list[i].check->id, findings->list[i].where);
	return strbuf_take(&text);
}
