/* SPDX-License-Identifier: MIT */
/* Whether what arrives is judged at all: the milter, and whether either service is asked. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/asked.h"
#include "doctor/checks.h"
#include "doctor/listening.h"

bool is_judged_by_milter(const struct examination *examination)
{
	const struct asked *asked = asked_milter(examination);

	return asked->found && !asked->misspelt && milters_are_asked(examination);
}

bool is_judged_by_policy_service(const struct examination *examination)
{
	const struct asked *asked = asked_policy_service(examination);

	return asked->found && !asked->misspelt;
}

bool is_judged(const struct examination *examination)
{
	return is_judged_by_milter(examination) || is_judged_by_policy_service(examination);
}

/* A socket of ours that is no milter's, or a path that speaks of us where nothing of ours is. */
static bool is_meant(const struct examination *examination, const char *word)
{
	const struct daemon_settings *daemon = &examination->config->daemon;
	struct words words;
	struct endpoint endpoint;
	bool meant = false;

	words_split_inside(word, &words);
	if (words.count > 0 && endpoint_read_postfix(words.list[0], &endpoint)) {
		meant = endpoint_is_ours(examination, &endpoint, daemon->policy_service) ||
			endpoint_is_ours(examination, &endpoint, daemon->tls_policy) ||
			(endpoint.path != NULL && strstr(endpoint.path, "forcedtls") != NULL);
		endpoint_fini(&endpoint);
	}
	words_fini(&words);
	return meant;
}

/* The first word that is meant for our milter; count: none. */
static size_t find_meant(const struct examination *examination, const struct words *words)
{
	size_t index = 0;

	while (index < words->count && !is_meant(examination, words->list[index]))
		index++;
	return index;
}

/* Puts our milter into the service's list, in the place of what was meant for it. */
static void add_milter(struct examination *examination, struct finding *finding)
{
	const char *spec = examination->config->daemon.milter, *word;
	struct words *words = setting_list(examination, "smtpd_milters");
	size_t index = find_meant(examination, words);
	bool meant = index < words->count;

	word = asked_word(examination, meant ? words->list[index] : "",
			  endpoint_for_service(examination, spec), MILTER_PUTS_OFF);
	if (meant)
		words_replace(words, index, word);
	else
		words_add(words, word);
	fix_set_list(examination, finding, "smtpd_milters", words);
	if (endpoint_is_outside_chroot(examination, spec))
		fix_chroot(examination, finding);
}

void check_not_asked(struct examination *examination)
{
	enum audience audience = smtpd_audience(examination->postfix, examination->service);
	const struct words *words = setting_list(examination, "smtpd_milters");
	size_t meant = find_meant(examination, words);
	struct finding *finding;

	if (asked_milter(examination)->found || is_judged_by_policy_service(examination) ||
	    audience == AUDIENCE_OWN)
		return;
	if (audience == AUDIENCE_UNKNOWN) {
		finding = find(
			examination, NULL, connector_arrives,
			"takes mail without asking forcedtlsd; who gets through its restrictions a table or "
			"another program says, so nobody can tell whether strangers do");
		finding->severity = FINDING_NOTE;
	} else if (meant < words->count) {
		finding = find(examination, NULL, connector_arrives,
			       "takes mail without asking forcedtlsd: smtpd_milters has %s, and its milter "
			       "listens on %s",
			       words->list[meant], examination->config->daemon.milter);
	} else {
		finding =
			find(examination, NULL, connector_arrives,
			     "takes mail from anybody without asking forcedtlsd: no smtpd_milters names its "
			     "socket, and no check_policy_service");
	}
	add_milter(examination, finding);
}

void check_milter_syntax(struct examination *examination)
{
	struct asked *asked = asked_milter(examination);
	struct finding *finding;

	if (!asked->found || !asked->misspelt)
		return;
	finding = find_set(
		examination, "smtpd_milters", connector_arrives,
		"smtpd_milters has %s, which is libmilter's way to write a socket and not Postfix's: "
		"every session fails",
		asked->words.list[asked->index]);
	fix_own_word(examination, finding, asked);
	if (endpoint_is_outside_chroot(examination, asked->spec))
		fix_chroot(examination, finding);
}

void check_no_milters(struct examination *examination)
{
	static const char name[] = "receive_override_options";
	struct words *options = setting_list(examination, name);
	struct finding *finding;

	if (!examination->for_anybody || milters_are_asked(examination) ||
	    is_judged_by_policy_service(examination))
		return;
	finding = find_set(examination, name, connector_arrives,
			   "receive_override_options has no_milters: this service asks no milter at all");
	(void)words_remove_all(options, "no_milters");
	fix_set_list(examination, finding, name, options);
}

void check_milter_default_action(struct examination *examination)
{
	static const char name[] = "milter_default_action";
	struct asked *asked = asked_milter(examination);
	const char *own = asked_action(examination, asked);
	const char *action = own != NULL ? own : setting(examination, name);
	const char *where = own != NULL ? asked->name : name;
	struct finding *finding;

	if (asked->found && strcasecmp(action, "accept") == 0) {
		finding = find_set(
			examination, where, connector_arrives,
			"what becomes of mail while forcedtlsd does not answer is \"accept\": all of it "
			"is let in");
	} else if (asked->found && strcasecmp(action, "reject") == 0) {
		finding = find_set(
			examination, where, NULL,
			"what becomes of mail while forcedtlsd does not answer is \"reject\": good mail "
			"is refused for good, and not put off");
		finding->severity = FINDING_WARNING;
	} else {
		return;
	}
	if (own != NULL || asked->words.count > 1)
		fix_own_word(examination, finding, asked);
	else
		fix_set(examination, finding, name, MILTER_PUTS_OFF);
}

void check_milter_unreachable(struct examination *examination)
{
	struct asked *asked = asked_milter(examination);

	if (asked->found && !asked->misspelt && milters_are_asked(examination))
		(void)find_unreachable(examination, asked, asked->spec, PROTOCOL_MILTER, connector_arrives);
}

void check_milter_protocol(struct examination *examination)
{
	const char *protocol = setting(examination, "milter_protocol");
	struct finding *finding;

	if (!is_judged_by_milter(examination) || *protocol == '\0' || strtol(protocol, NULL, 10) >= 6)
		return;
	finding = find_set(
		examination, "milter_protocol", connector_arrives,
		"milter_protocol = %s: Postfix does not hand over what our milter asks for, so that a "
		"session may count as plaintext, and nothing after RCPT can be judged",
		protocol);
	fix_set(examination, finding, "milter_protocol", "6");
}

static const char *const told_macros[] = {
	"tls_version", "cipher",      "cipher_bits", "cert_subject", "cert_issuer", "verify",
	"cn_subject",  "cn_issuer",   "auth_type",   "auth_authen",  "client_addr", "client_resolve",
	"client_name", "client_port", "daemon_port", "daemon_addr",  "mail_addr",   "rcpt_addr"};

/* What a word of milter_macro_defaults pretends: "tls_version=...", or "{tls_version}=..."; NULL: no fact. */
static const char *pretended_by(const struct examination *examination, const char *word)
{
	const char *name = keep(examination, word_unbrace(word), free);
	size_t length;

	name += *name == '{';
	length = strcspn(name, "}= \t");
	for (size_t i = 0; i < sizeof told_macros / sizeof told_macros[0]; i++)
		if (strlen(told_macros[i]) == length && strncmp(told_macros[i], name, length) == 0)
			return told_macros[i];
	return NULL;
}

void check_milter_macros(struct examination *examination)
{
	static const char name[] = "milter_macro_defaults";
	struct words *words = setting_list(examination, name);
	const char *first = NULL;
	struct finding *finding;

	for (size_t i = words->count; i > 0; i--) {
		const char *macro = pretended_by(examination, words->list[i - 1]);

		if (macro == NULL)
			continue;
		first = macro;
		words_remove(words, i - 1);
	}
	if (first == NULL || !is_judged_by_milter(examination))
		return;
	finding = find_set(
		examination, name, connector_arrives,
		"milter_macro_defaults pretends {%s}: where a session has no such fact, forcedtlsd takes "
		"this for it",
		first);
	fix_set_list(examination, finding, name, words);
}

void check_milter_maps(struct examination *examination)
{
	const char *maps = setting(examination, "smtpd_milter_maps");

	if (*maps != '\0' && is_judged_by_milter(examination) && !is_judged_by_policy_service(examination))
		find_set(examination, "smtpd_milter_maps", NULL,
			 "smtpd_milter_maps = %s: clients that this table names have other milters, or none; "
			 "what is "
			 "in it cannot be told here",
			 maps)
			->severity = FINDING_NOTE;
}

void check_proxy_filter(struct examination *examination)
{
	static const char name[] = "smtpd_proxy_filter";
	const char *filter = setting(examination, name);
	bool traces = examination->config->policy->trace_header;
	struct finding *finding;

	if (*filter == '\0' || !examination->for_anybody || !is_judged(examination) ||
	    (!traces && !any_connector(examination, connector_wants_content)))
		return;
	finding = find_set(
		examination, name, traces ? connector_arrives : connector_wants_content,
		"smtpd_proxy_filter = %s: Postfix shows no headers and holds no mail then; mail that "
		"\"header_from\", \"trace_header\" or \"quarantine\" is for is put off for ever",
		filter);
	fix_set(examination, finding, name, "");
	fix_edit(finding, "main.cf: content_filter = smtp:%s, in the place of smtpd_proxy_filter", filter);
}
