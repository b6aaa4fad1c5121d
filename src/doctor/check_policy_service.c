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
	struct words *words;
	size_t which;

	if (!is_restriction_class(examination->postfix, examination->service, name))
		return BEFORE_NOTHING;
	if (depth >= RESTRICTION_CLASS_DEPTH_MAX)
		return BEFORE_UNKNOWN;
	words = setting_list(examination, name);
	return judge_words(examination, words, words->count, depth + 1, &which);
}

static enum before judge_mynetworks(const struct examination *examination)
{
	const char *word;
	enum networks networks = networks_compare(examination, "mynetworks", &word);

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
		return setting_is(examination, "smtpd_sasl_auth_enable", "yes") &&
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
static void put_first(struct examination *examination, struct finding *finding, const struct asked *asked)
{
	struct words *words = setting_list(examination, asked->list);

	if (strcmp(asked->list, asked->name) == 0) {
		words_remove(words, asked->index);
		words_remove(words, asked->index);
	}
	words_add_policy_service(words, asked->words.list[asked->own]);
	fix_set_list(examination, finding, asked->list, words);
}

void check_policy_service_order(struct examination *examination)
{
	const struct asked *asked = asked_policy_service(examination);
	struct finding *finding;
	size_t which = 0;
	enum before before;
	const char *word;

	if (!asked->found || asked->misspelt || !examination->for_anybody || milter_judges_all(examination))
		return;
	before = judge_words(examination, &asked->before, asked->before.count, 0, &which);
	if (before == BEFORE_NOTHING)
		return;
	word = asked->before.list[which];
	if (before == BEFORE_PERMIT) {
		finding =
			find_set(examination, asked->list,
				 is_judged_by_milter(examination) ? connector_wants_fingerprint
				 : strcasecmp(word, "permit_sasl_authenticated") == 0 ? connector_judges_users
										      : connector_arrives,
				 "%s has %s before check_policy_service: whom that lets in nobody asks "
				 "forcedtlsd about",
				 asked->list, word);
	} else {
		finding = find_set(examination, asked->list, NULL,
				   "%s has %s before check_policy_service; whom that lets in cannot be told "
				   "here, and nobody asks forcedtlsd about them",
				   asked->list, word);
		finding->severity = FINDING_NOTE;
	}
	put_first(examination, finding, asked);
}

/* Beside the milter this counts for fingerprints alone, as the order does. */
void check_policy_service_warned(struct examination *examination)
{
	const struct asked *asked = asked_policy_service(examination);
	struct finding *finding;
	struct words *words;

	if (!asked->found || asked->misspelt || asked->warned_in == NULL || milter_judges_all(examination))
		return;
	finding = find_set(examination, asked->warned_in,
			   is_judged_by_milter(examination) ? connector_wants_fingerprint : connector_arrives,
			   "%s has warn_if_reject before our policy service: what that refuses or puts off "
			   "is logged, and "
			   "let in",
			   asked->warned_in);
	words = setting_list(examination, asked->warned_in);
	for (size_t i = asked->warned_index + 1;
	     i > 0 && strcasecmp(words->list[i - 1], "warn_if_reject") == 0; i--)
		words_remove(words, i - 1);
	fix_set_list(examination, finding, asked->warned_in, words);
}

void check_policy_service_stage(struct examination *examination)
{
	static const char at_recipient[] = "smtpd_recipient_restrictions";
	struct asked *other = asked_policy_service_elsewhere(examination);
	const char *word;
	struct finding *finding;
	struct words *words;

	if (!other->found)
		return;
	finding = find_set(
		examination, other->list, connector_arrives,
		"%s asks our policy service where there is no recipient, or not each: it puts off all "
		"mail there",
		other->list);
	word = keep(examination, xstrdup(other->words.list[other->own]), free);
	words_remove(&other->words, other->index);
	words_remove(&other->words, other->index);
	/* A class may well stand where it is right, too. */
	if (strcmp(other->name, other->list) == 0)
		fix_set_list(examination, finding, other->name, &other->words);
	else
		fix_edit(finding, "main.cf: %s without our policy service, which the class %s has",
			 other->list, other->name);
	if (!asked_policy_service(examination)->found) {
		words = setting_list(examination, at_recipient);
		words_add_policy_service(words, word);
		fix_set_list(examination, finding, at_recipient, words);
	}
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
	static const char name[] = "smtpd_policy_service_default_action";
	struct asked *asked = asked_policy_service(examination);
	const char *own = asked_action(examination, asked);
	const char *action = own != NULL ? own : setting(examination, name);
	struct finding *finding;

	if (!asked->found || !lets_in(action))
		return;
	finding = find_set(
		examination, own != NULL ? asked->name : name, connector_arrives,
		"what becomes of mail while our policy service does not answer is \"%s\": it is let in",
		action);
	if (own != NULL)
		fix_own_word(examination, finding, asked);
	else
		fix_unset(examination, finding, name);
}

void check_policy_service_unreachable(struct examination *examination)
{
	struct asked *asked = asked_policy_service(examination);

	if (asked->found && !asked->misspelt)
		(void)find_unreachable(examination, asked, asked->spec, PROTOCOL_POLICY_SERVICE,
				       connector_arrives);
}

void check_policy_service_probe(struct examination *examination)
{
	static const char name[] = "address_verify_sender";
	struct finding *finding;

	if (setting_is(examination, name, "") || setting_is(examination, name, "<>") ||
	    !is_judged_by_policy_service(examination) || is_judged_by_milter(examination))
		return;
	finding = find(
		examination, "main.cf", NULL,
		"about mail to the sender of Postfix's own probes (address_verify_sender) Postfix asks no "
		"policy service: where an alias or a catch-all has it delivered, it passes");
	finding->severity = FINDING_NOTE;
	fix_set_main(examination, finding, name, "<>");
}

void check_policy_service_headers(struct examination *examination)
{
	const char *spec = examination->config->daemon.milter;
	struct finding *finding;
	struct words *words;

	if (!examination->for_anybody || !is_judged_by_policy_service(examination) ||
	    is_judged_by_milter(examination) || !any_connector(examination, connector_wants_headers))
		return;
	finding = find_set(examination, "smtpd_milters", connector_wants_headers,
			   "the policy service sees no headers: \"header_from\" needs the milter beside it");
	words = setting_list(examination, "smtpd_milters");
	words_insert(words, 0,
		     asked_word(examination, "", endpoint_for_service(examination, spec), MILTER_PUTS_OFF));
	fix_set_list(examination, finding, "smtpd_milters", words);
	if (endpoint_is_outside_chroot(examination, spec))
		fix_chroot(examination, finding);
}

void check_fingerprint_not_told(struct examination *examination)
{
	static const char name[] = "smtpd_recipient_restrictions";
	const char *spec = examination->config->daemon.policy_service;
	struct finding *finding;
	struct words *words;

	if (!examination->for_anybody || !is_judged_by_milter(examination) ||
	    is_judged_by_policy_service(examination) ||
	    !any_connector(examination, connector_wants_fingerprint))
		return;
	finding = find_set(
		examination, name, connector_wants_fingerprint,
		"a milter is not told of fingerprints: mail that needs one is put off for ever where "
		"Postfix does not ask the policy service as well");
	if (spec == NULL) {
		fix_edit(finding,
			 "%s: below daemon: write policy_service: unix:/run/forcedtls/policy_service.sock, "
			 "restart the daemon, and run this again",
			 examination->policy_file);
		return;
	}
	words = setting_list(examination, name);
	words_add_policy_service(words, asked_word(examination, "", endpoint_for_service(examination, spec),
						   POLICY_SERVICE_PUTS_OFF));
	fix_set_list(examination, finding, name, words);
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

/* What Postfix appends, and the policy has or has not; shown: what there is to say of it. */
static void say_appended(struct examination *examination, const char *name, const char *ours,
			 const char *theirs, const char *quote, const char *shown)
{
	struct finding *finding;

	if ((ours != NULL && strcasecmp(ours, theirs) == 0) || !policy_service_is_asked(examination))
		return;
	finding = find(examination, examination->policy_file, connector_arrives,
		       "the policy service is not told what Postfix appends to %s, and %s", shown,
		       ours == NULL ? "puts such mail off" : "the policy has something else there");
	finding->severity = ours == NULL ? FINDING_WARNING : FINDING_ERROR;
	fix_edit(finding, "%s: %s: %s%s%s", examination->policy_file, name, quote, theirs, quote);
}

void check_myorigin(struct examination *examination)
{
	const char *myorigin = main_setting(examination, "myorigin");

	/* A file is not looked into. */
	if (*myorigin != '\0' && *myorigin != '/')
		say_appended(examination, "myorigin", examination->config->policy->myorigin, myorigin, "",
			     "an address without a domain");
}

void check_mydomain(struct examination *examination)
{
	bool appends = setting_is(examination, "append_dot_mydomain", "yes");

	say_appended(examination, "mydomain", examination->config->policy->mydomain,
		     appends ? main_setting(examination, "mydomain") : "", "\"",
		     appends ? "a domain without a dot (append_dot_mydomain = yes)"
			     : "a domain without a dot (append_dot_mydomain = no)");
}
