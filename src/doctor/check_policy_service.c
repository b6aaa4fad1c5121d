/* SPDX-License-Identifier: MIT */
/* The policy service: whether Postfix asks it in time, and what it is not told. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/asked.h"
#include "doctor/checks.h"
#include "doctor/listening.h"
#include "util/memory.h"

/* What stands before us in a list of restrictions. */
enum before {
	BEFORE_NOTHING, /* that lets anybody by */
	BEFORE_UNKNOWN, /* a table or another program may */
	BEFORE_PERMIT,
};

static bool starts(const char *word, const char *prefix)
{
	return strncasecmp(word, prefix, strlen(prefix)) == 0;
}

static enum before judge_word(const struct examination *examination, const char *word, int depth);

/* The worst of the first count words; which_r: the word. */
static enum before judge_words(const struct examination *examination, const struct words *words, size_t count,
			       int depth, size_t *which_r)
{
	enum before worst = BEFORE_NOTHING;

	for (size_t i = 0; i < count; i++) {
		/* Behind warn_if_reject a permit lets in as it does elsewhere. */
		enum before its = judge_word(examination, words->list[i], depth);

		if (its > worst) {
			worst = its;
			*which_r = i;
		}
	}
	return worst;
}

/* A class of restrictions is the list that the parameter of its name has. */
static enum before judge_class(const struct examination *examination, const char *name, int depth)
{
	struct words words;
	enum before before;
	size_t which;

	if (!is_restriction_class(examination->postfix, examination->service, name))
		return BEFORE_NOTHING;
	postfix_list(examination->postfix, examination->service, name, &words);
	before = depth >= RESTRICTION_CLASS_DEPTH_MAX
			 ? BEFORE_UNKNOWN
			 : judge_words(examination, &words, words.count, depth + 1, &which);
	words_fini(&words);
	return before;
}

static enum before judge_mynetworks(const struct examination *examination)
{
	char *network;
	enum networks networks = networks_compare(examination->postfix, examination->service, "mynetworks",
						  &examination->config->policy->trusted_networks, &network);

	free(network);
	if (networks == NETWORKS_TRUSTED)
		return BEFORE_NOTHING;
	/* A name stands for nobody there: Postfix compares addresses. */
	return networks == NETWORKS_EXCEED ? BEFORE_PERMIT : BEFORE_UNKNOWN;
}

static enum before judge_word(const struct examination *examination, const char *word, int depth)
{
	if (starts(word, "check_"))
		return BEFORE_UNKNOWN;
	if (!starts(word, "permit"))
		return judge_class(examination, word, depth);
	if (strcasecmp(word, "permit_mynetworks") == 0)
		return judge_mynetworks(examination);
	if (strcasecmp(word, "permit_sasl_authenticated") == 0)
		return postfix_yes(examination->postfix, examination->service, "smtpd_sasl_auth_enable") &&
				       any_connector(examination, connector_judges_users)
			       ? BEFORE_PERMIT
			       : BEFORE_NOTHING;
	if (strcasecmp(word, "permit_inet_interfaces") == 0)
		return BEFORE_NOTHING;
	return BEFORE_PERMIT;
}

static bool milter_judges_all(const struct examination *examination)
{
	return is_judged_by_milter(examination) && !any_connector(examination, connector_wants_fingerprint);
}

/* What stands in a class stays there: other lists may have the class as well. */
static void put_first(struct examination *examination, struct finding *finding, struct asked *asked)
{
	char *spec = xstrdup(asked->words.list[asked->index + 1]);
	struct words words;

	postfix_list(examination->postfix, examination->service, asked->list, &words);
	if (strcmp(asked->list, asked->name) == 0) {
		words_remove(&words, asked->index);
		words_remove(&words, asked->index);
	}
	words_insert(&words, 0, spec);
	words_insert(&words, 0, "check_policy_service");
	fix_set_list(examination, finding, asked->list, &words);
	words_fini(&words);
	free(spec);
}

void check_policy_service_order(struct examination *examination)
{
	struct asked asked;
	struct finding *finding;
	size_t which = 0;
	enum before before;
	char *where;

	asked_policy_service(examination, &asked);
	if (!asked.found || asked.misspelt || !examination->for_anybody || milter_judges_all(examination)) {
		asked_fini(&asked);
		return;
	}
	before = judge_words(examination, &asked.before, asked.before.count, 0, &which);
	where = where_set(examination, asked.list);
	if (before == BEFORE_PERMIT) {
		finding = find(
			examination, where,
			"%s has %s before check_policy_service: whom that lets in nobody asks forcedtlsd "
			"about",
			asked.list, asked.before.list[which]);
		finding_name_connectors(examination, finding,
					is_judged_by_milter(examination) ? connector_wants_fingerprint
					: strcasecmp(asked.before.list[which], "permit_sasl_authenticated") ==
							0
						? connector_judges_users
						: connector_arrives);
		put_first(examination, finding, &asked);
	} else if (before == BEFORE_UNKNOWN) {
		finding =
			find(examination, where,
			     "%s has %s before check_policy_service; whom that lets in cannot be told here, "
			     "and nobody asks forcedtlsd about them",
			     asked.list, asked.before.list[which]);
		finding->severity = FINDING_NOTE;
		put_first(examination, finding, &asked);
	}
	free(where);
	asked_fini(&asked);
}

/* Beside the milter this counts for fingerprints alone, as the order does. */
void check_policy_service_warned(struct examination *examination)
{
	struct asked asked;
	struct finding *finding;
	struct words words;
	char *where;

	asked_policy_service(examination, &asked);
	if (asked.found && !asked.misspelt && asked.warned_in != NULL && !milter_judges_all(examination)) {
		where = where_set(examination, asked.warned_in);
		finding = find(examination, where,
			       "%s has warn_if_reject before our policy service: what that refuses or puts "
			       "off is logged, and let in",
			       asked.warned_in);
		finding_name_connectors(examination, finding,
					is_judged_by_milter(examination) ? connector_wants_fingerprint
									 : connector_arrives);
		postfix_list(examination->postfix, examination->service, asked.warned_in, &words);
		for (size_t i = asked.warned_index + 1;
		     i > 0 && strcasecmp(words.list[i - 1], "warn_if_reject") == 0; i--)
			words_remove(&words, i - 1);
		fix_set_list(examination, finding, asked.warned_in, &words);
		words_fini(&words);
		free(where);
	}
	asked_fini(&asked);
}

void check_policy_service_stage(struct examination *examination)
{
	struct asked asked, other;
	struct finding *finding;
	struct words words;
	char *where, *spec;

	asked_policy_service_elsewhere(examination, &other);
	if (other.found) {
		where = where_set(examination, other.list);
		finding = find(
			examination, where,
			"%s asks our policy service where there is no recipient, or not each: it puts off "
			"all mail there",
			other.list);
		finding_name_connectors(examination, finding, connector_arrives);
		spec = xstrdup(other.words.list[other.index + 1]);
		words_remove(&other.words, other.index);
		words_remove(&other.words, other.index);
		/* A class may well stand where it is right, too. */
		if (strcmp(other.name, other.list) == 0)
			fix_set_list(examination, finding, other.name, &other.words);
		else
			fix_edit(finding, "main.cf: %s without our policy service, which the class %s has",
				 other.list, other.name);
		asked_policy_service(examination, &asked);
		if (!asked.found) {
			postfix_list(examination->postfix, examination->service,
				     "smtpd_recipient_restrictions", &words);
			words_insert(&words, 0, spec);
			words_insert(&words, 0, "check_policy_service");
			fix_set_list(examination, finding, "smtpd_recipient_restrictions", &words);
			words_fini(&words);
		}
		asked_fini(&asked);
		free(spec);
		free(where);
	}
	asked_fini(&other);
}

/* What an action of access(5) comes to: true for one that lets the mail go on. */
static bool lets_in(const char *action)
{
	return strcasecmp(action, "DUNNO") == 0 || strcasecmp(action, "OK") == 0 ||
	       starts(action, "permit") || starts(action, "WARN") || starts(action, "INFO") ||
	       starts(action, "PREPEND") || strcasecmp(action, "0") == 0;
}

void check_policy_service_default_action(struct examination *examination)
{
	struct asked asked;
	struct finding *finding;
	char *own, *action, *where, *right, *endpoint;

	asked_policy_service(examination, &asked);
	own = asked_option(&asked, "default_action");
	action = own != NULL ? xstrdup(own)
			     : postfix_text(examination->postfix, examination->service,
					    "smtpd_policy_service_default_action");
	where = where_set(examination, own != NULL ? asked.name : "smtpd_policy_service_default_action");
	if (asked.found && lets_in(action)) {
		finding =
			find(examination, where,
			     "what becomes of mail while our policy service does not answer is \"%s\": it is "
			     "let in",
			     action);
		finding_name_connectors(examination, finding, connector_arrives);
		if (own != NULL) {
			endpoint = asked.misspelt
					   ? endpoint_for_service(examination,
								  examination->config->daemon.policy_service)
					   : endpoint_print_postfix(&asked.endpoint);
			right = asked_word(asked.words.list[asked.index + 1], endpoint,
					   POLICY_SERVICE_PUTS_OFF);
			words_remove(&asked.words, asked.index + 1);
			words_insert(&asked.words, asked.index + 1, right);
			fix_set_list(examination, finding, asked.name, &asked.words);
			free(right);
			free(endpoint);
		} else {
			fix_unset(examination, finding, "smtpd_policy_service_default_action");
		}
	}
	free(where);
	free(action);
	free(own);
	asked_fini(&asked);
}

void check_policy_service_unreachable(struct examination *examination)
{
	struct asked asked;
	struct finding *finding;

	asked_policy_service(examination, &asked);
	if (asked.found && !asked.misspelt) {
		finding = find_unreachable(examination, &asked, examination->config->daemon.policy_service,
					   PROTOCOL_POLICY_SERVICE);
		if (finding != NULL)
			finding_name_connectors(examination, finding, connector_arrives);
	}
	asked_fini(&asked);
}

void check_policy_service_probe(struct examination *examination)
{
	char *sender = postfix_text(examination->postfix, examination->service, "address_verify_sender");
	struct finding *finding;

	if (*sender != '\0' && strcmp(sender, "<>") != 0 && is_judged_by_policy_service(examination) &&
	    !is_judged_by_milter(examination)) {
		finding = find(
			examination, "main.cf",
			"about mail to the sender of Postfix's own probes (address_verify_sender) Postfix "
			"asks no policy service: where an alias or a catch-all has it delivered, it passes");
		finding->severity = FINDING_NOTE;
		fix_set_main(examination, finding, "address_verify_sender", "<>");
	}
	free(sender);
}

static bool wants_headers(const struct connector *connector)
{
	return connector_arrives(connector) && connector->header_from;
}

void check_policy_service_headers(struct examination *examination)
{
	char *ours, *where, *endpoint;
	struct finding *finding;
	struct words words;

	if (!examination->for_anybody || !is_judged_by_policy_service(examination) ||
	    is_judged_by_milter(examination) || !any_connector(examination, wants_headers))
		return;
	where = where_set(examination, "smtpd_milters");
	finding = find(examination, where,
		       "the policy service sees no headers: \"header_from\" needs the milter beside it");
	finding_name_connectors(examination, finding, wants_headers);
	endpoint = endpoint_for_service(examination, examination->config->daemon.milter);
	ours = asked_word("", endpoint, MILTER_PUTS_OFF);
	postfix_list(examination->postfix, examination->service, "smtpd_milters", &words);
	words_insert(&words, 0, ours);
	fix_set_list(examination, finding, "smtpd_milters", &words);
	if (endpoint_is_outside_chroot(examination, examination->config->daemon.milter))
		fix_chroot(examination, finding);
	words_fini(&words);
	free(ours);
	free(endpoint);
	free(where);
}

void check_fingerprint_not_told(struct examination *examination)
{
	const char *spec = examination->config->daemon.policy_service;
	struct finding *finding;
	struct words words;
	char *ours, *where, *endpoint;

	if (!examination->for_anybody || !is_judged_by_milter(examination) ||
	    is_judged_by_policy_service(examination) ||
	    !any_connector(examination, connector_wants_fingerprint))
		return;
	where = where_set(examination, "smtpd_recipient_restrictions");
	finding = find(examination, where,
		       "a milter is not told of fingerprints: mail that needs one is put off for ever where "
		       "Postfix does not ask the policy service as well");
	finding_name_connectors(examination, finding, connector_wants_fingerprint);
	if (spec == NULL) {
		fix_edit(finding,
			 "%s: below daemon: write policy_service: unix:/run/forcedtls/policy_service.sock, "
			 "restart the daemon, and run this again",
			 examination->policy_file);
	} else {
		endpoint = endpoint_for_service(examination, spec);
		ours = asked_word("", endpoint, POLICY_SERVICE_PUTS_OFF);
		postfix_list(examination->postfix, examination->service, "smtpd_recipient_restrictions",
			     &words);
		words_insert(&words, 0, ours);
		words_insert(&words, 0, "check_policy_service");
		fix_set_list(examination, finding, "smtpd_recipient_restrictions", &words);
		words_fini(&words);
		free(ours);
		free(endpoint);
	}
	free(where);
}

/* Whether any service asks our policy service. */
static bool policy_service_is_asked(const struct examination *examination)
{
	struct examination of_service = *examination;
	bool asked = false;

	for (size_t i = 0; i < examination->postfix->service_count && !asked; i++) {
		of_service.service = &examination->postfix->services[i];
		asked = smtpd_is_reached(examination->postfix, of_service.service) &&
			is_judged_by_policy_service(&of_service);
	}
	return asked;
}

void check_myorigin(struct examination *examination)
{
	char *myorigin = postfix_text(examination->postfix, NULL, "myorigin");
	const char *ours = examination->config->policy->myorigin;
	struct finding *finding;

	/* A file is not looked into. */
	if (*myorigin != '\0' && *myorigin != '/' && (ours == NULL || strcasecmp(ours, myorigin) != 0) &&
	    policy_service_is_asked(examination)) {
		finding = find(examination, examination->policy_file,
			       "the policy service is not told what Postfix appends to an address without a "
			       "domain, and %s",
			       ours == NULL ? "puts such mail off" : "the policy has something else there");
		finding->severity = ours == NULL ? FINDING_WARNING : FINDING_ERROR;
		finding_name_connectors(examination, finding, connector_arrives);
		fix_edit(finding, "%s: myorigin: %s", examination->policy_file, myorigin);
	}
	free(myorigin);
}

void check_mydomain(struct examination *examination)
{
	bool appends = postfix_yes(examination->postfix, NULL, "append_dot_mydomain");
	char *mydomain = appends ? postfix_text(examination->postfix, NULL, "mydomain") : xstrdup("");
	const char *ours = examination->config->policy->mydomain;
	struct finding *finding;

	if ((ours == NULL || strcasecmp(ours, mydomain) != 0) && policy_service_is_asked(examination)) {
		finding =
			find(examination, examination->policy_file,
			     "the policy service is not told what Postfix appends to a domain without a dot "
			     "(append_dot_mydomain = %s), and %s",
			     appends ? "yes" : "no",
			     ours == NULL ? "puts such mail off" : "the policy has something else there");
		finding->severity = ours == NULL ? FINDING_WARNING : FINDING_ERROR;
		finding_name_connectors(examination, finding, connector_arrives);
		fix_edit(finding, "%s: mydomain: \"%s\"", examination->policy_file, mydomain);
	}
	free(mydomain);
}
