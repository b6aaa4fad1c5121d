/* SPDX-License-Identifier: MIT */
/* Whether what arrives is judged at all: the milter, and whether either service is asked. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/asked.h"
#include "doctor/checks.h"
#include "doctor/listening.h"
#include "util/memory.h"

bool is_judged_by_milter(const struct examination *examination)
{
	struct asked asked;
	bool judged;

	asked_milter(examination, &asked);
	judged = asked.found && !asked.misspelt && milters_are_asked(examination);
	asked_fini(&asked);
	return judged;
}

bool is_judged_by_policy_service(const struct examination *examination)
{
	struct asked asked;
	bool judged;

	asked_policy_service(examination, &asked);
	judged = asked.found && !asked.misspelt;
	asked_fini(&asked);
	return judged;
}

bool is_judged(const struct examination *examination)
{
	return is_judged_by_milter(examination) || is_judged_by_policy_service(examination);
}

/* A socket of ours that is no milter's, or a path that speaks of us where nothing of ours is. */
static bool is_meant(const struct examination *examination, const char *word)
{
	const struct daemon_settings *daemon = &examination->config->daemon;
	char *inside = word_unbrace(word);
	struct words words;
	struct endpoint endpoint;
	bool meant = false;

	words_split(inside, &words);
	if (words.count > 0 && endpoint_read_postfix(words.list[0], &endpoint)) {
		meant = endpoint_is_ours(examination, &endpoint, daemon->policy_service) ||
			endpoint_is_ours(examination, &endpoint, daemon->tls_policy) ||
			(endpoint.path != NULL && strstr(endpoint.path, "forcedtls") != NULL);
		endpoint_fini(&endpoint);
	}
	words_fini(&words);
	free(inside);
	return meant;
}

/* Puts our milter into the service's list, in the place of what was meant for it. */
static void add_milter(struct examination *examination, struct finding *finding)
{
	const char *spec = examination->config->daemon.milter;
	char *ours = endpoint_for_service(examination, spec);
	struct words words;
	size_t index;
	char *word;

	postfix_list(examination->postfix, examination->service, "smtpd_milters", &words);
	for (index = 0; index < words.count; index++)
		if (is_meant(examination, words.list[index]))
			break;
	word = asked_word(index < words.count ? words.list[index] : "", ours, MILTER_PUTS_OFF);
	if (index < words.count)
		words_remove(&words, index);
	words_insert(&words, index, word);
	fix_set_list(examination, finding, "smtpd_milters", &words);
	if (endpoint_is_outside_chroot(examination, spec))
		fix_chroot(examination, finding);
	words_fini(&words);
	free(word);
	free(ours);
}

/* Writes our word anew, with that endpoint and an action of its own, so that other milters keep theirs. */
static void set_own_word(struct examination *examination, struct finding *finding, struct asked *asked,
			 const char *endpoint)
{
	char *word = asked_word(asked->words.list[asked->index], endpoint, MILTER_PUTS_OFF);

	words_remove(&asked->words, asked->index);
	words_insert(&asked->words, asked->index, word);
	fix_set_list(examination, finding, "smtpd_milters", &asked->words);
	free(word);
}

static const char *meant_word(const struct examination *examination, const struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (is_meant(examination, words->list[i]))
			return words->list[i];
	return NULL;
}

void check_not_asked(struct examination *examination)
{
	char *where = where_set(examination, "smtpd_milters");
	enum audience audience = smtpd_audience(examination->postfix, examination->service);
	struct words words;
	struct finding *finding;
	struct asked asked;
	const char *meant;

	asked_milter(examination, &asked);
	postfix_list(examination->postfix, examination->service, "smtpd_milters", &words);
	meant = meant_word(examination, &words);
	if (!asked.found && !is_judged_by_policy_service(examination) && audience != AUDIENCE_OWN) {
		if (audience == AUDIENCE_UNKNOWN) {
			finding = find(
				examination, NULL,
				"takes mail without asking forcedtlsd; who gets through its restrictions "
				"a table or another program says, so nobody can tell whether strangers do");
			finding->severity = FINDING_NOTE;
		} else if (meant != NULL) {
			finding = find(
				examination, NULL,
				"takes mail without asking forcedtlsd: smtpd_milters has %s, and its milter "
				"listens on %s",
				meant, examination->config->daemon.milter);
		} else {
			finding = find(
				examination, NULL,
				"takes mail from anybody without asking forcedtlsd: no smtpd_milters names "
				"its socket, and no check_policy_service");
		}
		add_milter(examination, finding);
		finding_name_connectors(examination, finding, connector_arrives);
	}
	words_fini(&words);
	asked_fini(&asked);
	free(where);
}

void check_milter_syntax(struct examination *examination)
{
	char *where = where_set(examination, "smtpd_milters"), *right;
	struct finding *finding;
	struct asked asked;

	asked_milter(examination, &asked);
	if (asked.found && asked.misspelt) {
		right = endpoint_for_service(examination, examination->config->daemon.milter);
		finding = find(examination, where,
			       "smtpd_milters has %s, which is libmilter's way to write a socket and not "
			       "Postfix's: every session fails",
			       asked.words.list[asked.index]);
		set_own_word(examination, finding, &asked, right);
		if (endpoint_is_outside_chroot(examination, examination->config->daemon.milter))
			fix_chroot(examination, finding);
		finding_name_connectors(examination, finding, connector_arrives);
		free(right);
	}
	asked_fini(&asked);
	free(where);
}

void check_no_milters(struct examination *examination)
{
	char *where = where_set(examination, "receive_override_options");
	struct words options;
	struct finding *finding;

	if (examination->for_anybody && !milters_are_asked(examination) &&
	    !is_judged_by_policy_service(examination)) {
		postfix_list(examination->postfix, examination->service, "receive_override_options",
			     &options);
		finding = find(examination, where,
			       "receive_override_options has no_milters: this service asks no milter at all");
		for (size_t i = options.count; i > 0; i--)
			if (strcmp(options.list[i - 1], "no_milters") == 0)
				words_remove(&options, i - 1);
		fix_set_list(examination, finding, "receive_override_options", &options);
		finding_name_connectors(examination, finding, connector_arrives);
		words_fini(&options);
	}
	free(where);
}

static void set_own_action(struct examination *examination, struct finding *finding, struct asked *asked)
{
	char *endpoint = asked->misspelt
				 ? endpoint_for_service(examination, examination->config->daemon.milter)
				 : endpoint_print_postfix(&asked->endpoint);

	set_own_word(examination, finding, asked, endpoint);
	free(endpoint);
}

void check_milter_default_action(struct examination *examination)
{
	struct finding *finding = NULL;
	struct asked asked;
	char *own, *action, *where;

	asked_milter(examination, &asked);
	own = asked_option(&asked, "default_action");
	action = own != NULL
			 ? xstrdup(own)
			 : postfix_text(examination->postfix, examination->service, "milter_default_action");
	where = where_set(examination, own != NULL ? "smtpd_milters" : "milter_default_action");
	if (asked.found && strcasecmp(action, "accept") == 0) {
		finding =
			find(examination, where,
			     "what becomes of mail while forcedtlsd does not answer is \"accept\": all of it "
			     "is let in");
		finding_name_connectors(examination, finding, connector_arrives);
	} else if (asked.found && strcasecmp(action, "reject") == 0) {
		finding =
			find(examination, where,
			     "what becomes of mail while forcedtlsd does not answer is \"reject\": good mail "
			     "is refused for good, and not put off");
		finding->severity = FINDING_WARNING;
	}
	if (finding != NULL && (own != NULL || asked.words.count > 1))
		set_own_action(examination, finding, &asked);
	else if (finding != NULL)
		fix_set(examination, finding, "milter_default_action", "tempfail");
	free(where);
	free(action);
	free(own);
	asked_fini(&asked);
}

void check_milter_unreachable(struct examination *examination)
{
	struct asked asked;
	struct finding *finding;

	asked_milter(examination, &asked);
	if (asked.found && !asked.misspelt && milters_are_asked(examination)) {
		finding = find_unreachable(examination, &asked, examination->config->daemon.milter,
					   PROTOCOL_MILTER);
		if (finding != NULL)
			finding_name_connectors(examination, finding, connector_arrives);
	}
	asked_fini(&asked);
}

void check_milter_protocol(struct examination *examination)
{
	char *protocol = postfix_text(examination->postfix, examination->service, "milter_protocol");
	char *where = where_set(examination, "milter_protocol");
	struct finding *finding;

	if (is_judged_by_milter(examination) && *protocol != '\0' && strtol(protocol, NULL, 10) < 6) {
		finding =
			find(examination, where,
			     "milter_protocol = %s: Postfix does not hand over what our milter asks for, so "
			     "that a session may count as plaintext, and nothing after RCPT can be judged",
			     protocol);
		finding_name_connectors(examination, finding, connector_arrives);
		fix_set(examination, finding, "milter_protocol", "6");
	}
	free(where);
	free(protocol);
}

static const char *const told_macros[] = {
	"tls_version", "cipher",      "cipher_bits", "cert_subject", "cert_issuer", "verify",
	"cn_subject",  "cn_issuer",   "auth_type",   "auth_authen",  "client_addr", "client_resolve",
	"client_name", "client_port", "daemon_port", "daemon_addr",  "mail_addr",   "rcpt_addr"};

/* The first word of milter_macro_defaults that pretends a fact; index_r: where. */
static const char *find_pretended(const struct words *words, size_t *index_r)
{
	for (size_t i = 0; i < words->count; i++) {
		char *inside = word_unbrace(words->list[i]);
		size_t length = strcspn(inside, "= \t");
		const char *found = NULL;

		for (size_t j = 0; j < sizeof told_macros / sizeof told_macros[0] && found == NULL; j++)
			if (strlen(told_macros[j]) == length && strncmp(told_macros[j], inside, length) == 0)
				found = told_macros[j];
		/* "{tls_version}=..." is one word that begins with a brace of its own. */
		for (size_t j = 0; j < sizeof told_macros / sizeof told_macros[0] && found == NULL; j++) {
			size_t width = strlen(told_macros[j]);

			if (inside[0] == '{' && strncmp(inside + 1, told_macros[j], width) == 0 &&
			    inside[width + 1] == '}')
				found = told_macros[j];
		}
		free(inside);
		*index_r = i;
		if (found != NULL)
			return found;
	}
	return NULL;
}

void check_milter_macros(struct examination *examination)
{
	char *where = where_set(examination, "milter_macro_defaults");
	struct words words;
	struct finding *finding;
	const char *macro;
	size_t index;

	postfix_list(examination->postfix, examination->service, "milter_macro_defaults", &words);
	macro = find_pretended(&words, &index);
	if (macro != NULL && is_judged_by_milter(examination)) {
		finding = find(
			examination, where,
			"milter_macro_defaults pretends {%s}: where a session has no such fact, forcedtlsd "
			"takes this for it",
			macro);
		while (macro != NULL) {
			words_remove(&words, index);
			macro = find_pretended(&words, &index);
		}
		fix_set_list(examination, finding, "milter_macro_defaults", &words);
		finding_name_connectors(examination, finding, connector_arrives);
	}
	words_fini(&words);
	free(where);
}

void check_milter_maps(struct examination *examination)
{
	char *maps = postfix_text(examination->postfix, examination->service, "smtpd_milter_maps");
	char *where = where_set(examination, "smtpd_milter_maps");
	struct finding *finding;

	if (*maps != '\0' && is_judged_by_milter(examination) && !is_judged_by_policy_service(examination)) {
		finding = find(examination, where,
			       "smtpd_milter_maps = %s: clients that this table names have other milters, or "
			       "none; what is in it cannot be told here",
			       maps);
		finding->severity = FINDING_NOTE;
	}
	free(where);
	free(maps);
}

void check_proxy_filter(struct examination *examination)
{
	char *filter = postfix_text(examination->postfix, examination->service, "smtpd_proxy_filter");
	char *where = where_set(examination, "smtpd_proxy_filter");
	bool traces = examination->config->policy->trace_header;
	struct finding *finding;

	if (*filter != '\0' && examination->for_anybody && is_judged(examination) &&
	    (traces || any_connector(examination, connector_wants_content))) {
		finding = find(
			examination, where,
			"smtpd_proxy_filter = %s: Postfix shows no headers and holds no mail then; mail "
			"that \"header_from\", \"trace_header\" or \"quarantine\" is for is put off for ever",
			filter);
		finding_name_connectors(examination, finding,
					traces ? connector_arrives : connector_wants_content);
		fix_set(examination, finding, "smtpd_proxy_filter", "");
		fix_edit(finding, "main.cf: content_filter = smtp:%s, in the place of smtpd_proxy_filter",
			 filter);
	}
	free(where);
	free(filter);
}
