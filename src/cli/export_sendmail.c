/* SPDX-License-Identifier: MIT */
/*
 * The demands "deliver" as lines "TLS_Rcpt:" of Sendmail's access map, as the
 * rulesets tls_rcpt, TLS_connection and TLS_req of its cf/m4/proto.m4 read
 * them. What they cannot say is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/export.h"
#include "util/memory.h"

static const char tag[] = "TLS_Rcpt:";

/* Any word but a requirement: Sendmail asks for nothing, and looks no further. */
static const char nothing_required[] = "OK";

/* The least strength that is still TLS as anyone has it. */
#define BITS 112

/* Whether the certificate is checked, and what is asked of its name; what cannot be said goes to lost. */
static void add_names(const struct tls_policy *tls_policy, struct strbuf *value, struct strbuf *lost)
{
	const char *name = tls_policy->match_count == 1 ? tls_policy->match[0] : "";

	if (tls_policy->level == TLS_POLICY_VERIFY && tls_policy->match_count == 0)
		name = "hostname";
	if (strcmp(name, "hostname") == 0)
		strbuf_puts(value, "+CN");
	else if (name[0] != '\0' && name[0] != '.' && strcmp(name, "nexthop") != 0 &&
		 strcmp(name, "dot-nexthop") != 0)
		strbuf_printf(value, "+CN:%s", name);
	else
		strbuf_printf(lost, ", %s",
			      tls_policy->match_count > 0 ? "match" : "match (nexthop and dot-nexthop)");
}

/* The requirement for a connector, NULL where there is none that would not ask for more; lost: ", a, b". */
static char *requirement(const struct tls_policy *tls_policy, struct strbuf *lost)
{
	struct strbuf value = {0};

	strbuf_printf(lost, "min_version %s (Sendmail has one for all: confCLIENT_SSL_OPTIONS)",
		      tls_version_name(tls_policy->min_version));
	switch (tls_policy->level) {
	case TLS_POLICY_DANE:
		strbuf_puts(lost, ", level dane (no line is written)");
		return NULL;
	case TLS_POLICY_ENCRYPT:
		strbuf_printf(&value, "ENCR:%d", BITS);
		break;
	case TLS_POLICY_FINGERPRINT:
	case TLS_POLICY_DANE_ONLY:
		strbuf_printf(&value, "ENCR:%d", BITS);
		strbuf_printf(lost, ", level %s", tls_policy_level_name(tls_policy->level));
		break;
	case TLS_POLICY_VERIFY:
	case TLS_POLICY_SECURE:
		strbuf_printf(&value, "VERIFY:%d", BITS);
		add_names(tls_policy, &value, lost);
		if (tls_policy->trust_anchor_count > 0)
			strbuf_puts(lost, ", trust_anchors (Sendmail has one file for all: confCACERT)");
		break;
	}
	if (tls_policy->ciphers != TLS_POLICY_GRADE_DEFAULT)
		strbuf_puts(lost, ", ciphers");
	if (tls_policy->exclude_count > 0)
		strbuf_puts(lost, ", exclude");
	if (tls_policy->servername != NULL)
		strbuf_puts(lost, ", servername");
	return strbuf_take(&value);
}

/* The requirement for whoever the answer is; NULL for none. */
static char *sendmail_value_of(const struct tls_policy_answer *answer)
{
	struct strbuf lost = {0};
	char *value = NULL;

	if (answer->result == TLS_POLICY_FOUND)
		value = requirement(&answer->connector->tls_policy, &lost);
	strbuf_fini(&lost);
	return value;
}

static void sendmail_add_line(struct export_job *job, const char *domain, const char *value)
{
	struct strbuf key = {0};

	strbuf_printf(&key, "%s%s", tag, domain);
	export_table_add(&job->table, strbuf_take(&key), xstrdup(value));
}

/* The stricter, the greater. */
static int strictness(const char *value)
{
	if (value == NULL)
		return 0;
	if (strncmp(value, "VERIFY", strlen("VERIFY")) != 0)
		return 1;
	return strchr(value, '+') == NULL ? 2 : 3;
}

/* What the policy has for a domain, or for what lies below it. */
struct side {
	struct tls_policy_lookup lookup;
	char *value; /* NULL: nothing is required */
};

static struct side sendmail_look_up(const struct policy *policy, const char *prefix, const char *domain)
{
	struct strbuf name = {0};
	struct side side;

	strbuf_printf(&name, "%s%s", prefix, domain);
	tls_policy_look_up_domain(policy, strbuf_text(&name), &side.lookup);
	side.value = sendmail_value_of(&side.lookup.enforced);
	strbuf_fini(&name);
	return side;
}

static const char *shown(const char *value)
{
	return value != NULL ? value : "nothing";
}

/*
 * A line for a domain holds for all below it as well, until a longer one is
 * found: where the two should differ, it is the stricter one that is written.
 */
static void sendmail_add_domain(struct export_job *job, const char *domain, pattern_ref ref,
				const struct connector *connector, struct place place)
{
	struct side own = sendmail_look_up(job->policy, "", domain);
	struct side below =
		sendmail_look_up(job->policy, domain[0] == '[' ? "" : DOMAIN_NO_LABEL ".", domain);
	const char *line = strictness(below.value) > strictness(own.value) ? below.value : own.value;

	sendmail_add_line(job, domain, line != NULL ? line : nothing_required);
	if (!text_equal(own.value, line) &&
	    (own.lookup.enforced.pattern == ref || below.lookup.enforced.pattern == ref))
		export_warn(job, connector, place,
			    "%s%s asks for %s in %s itself as well, where the policy asks for %s", tag,
			    domain, line, domain, shown(own.value));
	else if (!text_equal(below.value, line) &&
		 (own.lookup.enforced.pattern == ref || below.lookup.enforced.pattern == ref))
		export_warn(job, connector, place,
			    "%s%s asks for %s below %s as well, where the policy asks for %s", tag, domain,
			    shown(line), domain, shown(below.value));
	free(own.value);
	free(below.value);
}

static void add_anyone(struct export_job *job)
{
	struct side anyone = sendmail_look_up(job->policy, DOMAIN_NO_LABEL, "");

	if (anyone.value != NULL)
		sendmail_add_line(job, "", anyone.value);
	free(anyone.value);
}

/* pattern_visit */
static bool sendmail_add_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
				 size_t count)
{
	struct export_job *job = context;
	char *text = pattern_index_text(job->policy->recipients, ref);

	(void)hash;
	for (size_t i = 0; i < count; i++) {
		const struct connector *connector = job->policy->connectors[claims[i].owner];

		if (!tls_policy_is_enforced(job->policy, connector))
			continue;
		switch (pattern_index_kind(job->policy->recipients, ref)) {
		case PATTERN_ANYONE:
			add_anyone(job);
			break;
		case PATTERN_DOMAIN_TREE:
			sendmail_add_domain(job, text + strlen("*."), ref, connector, claims[i].place);
			break;
		case PATTERN_SUBDOMAINS:
			sendmail_add_domain(job, text + strlen("."), ref, connector, claims[i].place);
			break;
		case PATTERN_DOMAIN:
			sendmail_add_domain(job, text, ref, connector, claims[i].place);
			break;
		case PATTERN_MAILBOX:
			break;
		}
	}
	free(text);
	return true;
}

static void warn_of_lost(struct export_job *job, const struct connector *connector)
{
	struct strbuf lost = {0};

	if (!tls_policy_is_enforced(job->policy, connector) || connector->tls_policy.nothing)
		return;
	free(requirement(&connector->tls_policy, &lost));
	export_warn(job, connector, connector->tls_policy.place, "Sendmail's access map cannot say: %s",
		    strbuf_text(&lost));
	strbuf_fini(&lost);
}

/* What newer ones can do beside the access map, or with other lines in it. */
static void tell_of_features(const struct export_line *table)
{
	if (table != NULL)
		fprintf(stderr,
			"note: Sendmail 8.18 compares +CN with alternative names too, with "
			"FEATURE(`check_cert_altnames'), and has a version of TLS for each server, with "
			"FEATURE(`tls_session_features') and TLS_Clt_features:SERVER\n");
}

void export_sendmail(struct export_job *job)
{
	for (size_t i = 0; i < job->policy->connector_count; i++)
		warn_of_lost(job, job->policy->connectors[i]);
	pattern_index_each(job->policy->recipients, sendmail_add_pattern, job);
	export_table_sort(&job->table);
	tell_of_features(job->table);
}
