/* SPDX-License-Identifier: MIT */
/* What Postfix makes of addresses and of our answers, against what the policy says of it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/checks.h"
#include "policy/tls_policy_lookup.h"
#include "util/memory.h"

struct mailbox_search {
	struct examination *examination;
	const struct connector **owners;
	size_t count;
	size_t capacity;
};

/* pattern_visit: whose patterns are mailboxes. */
static bool collect_mailbox_owners(void *context, pattern_ref ref, uint64_t hash,
				   struct pattern_claim *claims, size_t count)
{
	struct mailbox_search *search = context;
	const struct policy *policy = search->examination->config->policy;

	(void)hash;
	if (pattern_index_kind(policy->recipients, ref) != PATTERN_MAILBOX)
		return true;
	for (size_t i = 0; i < count; i++) {
		*VECTOR_ADD(search->owners, search->count, search->capacity) =
			policy->connectors[claims[i].owner];
	}
	return true;
}

void check_recipient_delimiter(struct examination *examination)
{
	const struct policy *policy = examination->config->policy;
	const char *ours = policy->recipient_delimiter != NULL ? policy->recipient_delimiter : "";
	const char *theirs = main_setting(examination, "recipient_delimiter");
	struct mailbox_search search = {.examination = examination};
	struct finding *finding;

	pattern_index_each(policy->recipients, collect_mailbox_owners, &search);
	if (search.count > 0 && theirs[strspn(theirs, ours)] != '\0') {
		finding = find(
			examination, examination->policy_file, NULL,
			"Postfix has recipient_delimiter = %s and the policy \"%s\": mail to an extension "
			"of a mailbox is not what the connector for that mailbox is for",
			theirs, ours);
		for (size_t i = 0; i < search.count; i++)
			finding_name_connector(finding, search.owners[i]);
		fix_edit(finding, "%s: recipient_delimiter: \"%s\"", examination->policy_file, theirs);
	}
	free(search.owners);
}

/* The domains that mail for this host has, as far as they are written out. */
struct own_domains {
	struct words words;
	bool whole; /* no table and no file among them */
};

static void read_own_domains(const struct examination *examination, struct own_domains *domains_r)
{
	static const char *const lists[] = {"mydestination", "virtual_alias_domains",
					    "virtual_mailbox_domains", "relay_domains"};

	*domains_r = (struct own_domains){.whole = true};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct words words;

		postfix_list(examination->postfix, NULL, lists[i], &words);
		for (size_t j = 0; j < words.count; j++) {
			if (strpbrk(words.list[j], ":/!") != NULL)
				domains_r->whole = false;
			words_add(&domains_r->words, words.list[j]);
		}
		words_fini(&words);
	}
}

/* With relay_domains parents match too; a domain below one of ours is taken for ours. */
static bool is_own(const struct own_domains *domains, const char *domain)
{
	size_t length = strlen(domain);

	for (size_t i = 0; i < domains->words.count; i++) {
		const char *own = domains->words.list[i];
		size_t width;

		own += *own == '.';
		width = strlen(own);
		if (width > 0 && length >= width && strcasecmp(domain + length - width, own) == 0 &&
		    (length == width || domain[length - width - 1] == '.'))
			return true;
	}
	return false;
}

struct foreign_search {
	struct examination *examination;
	struct own_domains domains;
};

static bool is_forced_out(const struct policy *policy, const char *domain)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up_domain(policy, domain, &lookup);
	return lookup.tested.connector != NULL;
}

/* pattern_visit */
static bool look_for_foreign(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			     size_t count)
{
	struct foreign_search *search = context;
	struct examination *examination = search->examination;
	const struct policy *policy = examination->config->policy;
	char *text = pattern_index_text(policy->recipients, ref);
	const char *domain = strrchr(text, '@') != NULL ? strrchr(text, '@') + 1 : text;
	struct finding *finding;

	(void)hash;
	domain += strspn(domain, "*.");
	for (size_t i = 0; i < count; i++) {
		const struct connector *connector = policy->connectors[claims[i].owner];

		if (*domain == '\0' || *domain == '[' || !connector_arrives(connector) ||
		    connector->has[SELECTOR_PRESENTING] || is_own(&search->domains, domain) ||
		    is_forced_out(policy, domain))
			continue;
		finding = find(
			examination, examination->policy_file, NULL,
			"%s is no domain of this Postfix: \"require\" is for mail that arrives for it, and "
			"mail that leaves for it may leave in plaintext",
			domain);
		finding_name_connector(finding, connector);
		fix_edit(finding,
			 "%s: a connector with recipients: [\"%s\"] and \"deliver\" (none, where plaintext "
			 "will "
			 "do)",
			 examination->policy_file, text);
	}
	free(text);
	return true;
}

void check_foreign_recipients(struct examination *examination)
{
	struct foreign_search search = {.examination = examination};

	read_own_domains(examination, &search.domains);
	if (search.domains.whole && search.domains.words.count > 0)
		pattern_index_each(examination->config->policy->recipients, look_for_foreign, &search);
	words_fini(&search.domains.words);
}

/* What checks read, and where a "#" has no business. */
static bool is_read(const char *name)
{
	static const char *const prefixes[] = {"smtpd_tls_",
					       "smtp_tls_",
					       "tls_",
					       "milter_",
					       "smtpd_milters",
					       "smtpd_client_restrictions",
					       "smtpd_helo_restrictions",
					       "smtpd_sender_restrictions",
					       "smtpd_recipient_restrictions",
					       "smtpd_relay_restrictions",
					       "smtpd_policy_service_",
					       "receive_override_options",
					       "recipient_delimiter",
					       "smtp_dns_support_level",
					       "relayhost",
					       "myorigin",
					       "mynetworks"};

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static const char *find_comment(const char *value)
{
	const char *hash = strstr(value, " #");

	return hash != NULL ? hash : strstr(value, "\t#");
}

void check_comment(struct examination *examination)
{
	for (const struct setting *at = examination->postfix->written; at != NULL; at = at->hh.next) {
		const char *comment = find_comment(at->value);
		struct finding *finding;
		char *rest;

		if (comment == NULL || !is_read(at->name))
			continue;
		finding = find(
			examination, "main.cf", connector_selects,
			"%s = %s: Postfix knows no comment behind a value; it takes all of it for the value",
			at->name, at->value);
		rest = xstrndup(at->value, (size_t)(comment - at->value));
		fix_set_main(examination, finding, at->name, rest);
		free(rest);
	}
}

void check_unexpandable(struct examination *examination)
{
	for (const struct setting *at = examination->postfix->values; at != NULL; at = at->hh.next) {
		char *value =
			is_read(at->name) ? postfix_value(examination->postfix, NULL, at->name) : xstrdup("");

		if (value == NULL)
			find(examination, "main.cf", NULL,
			     "%s = %s: what that comes to cannot be told here, and nothing was checked of it",
			     at->name, at->value)
				->severity = FINDING_NOTE;
		free(value);
	}
}

void check_reject_filter(struct examination *examination)
{
	const char *maps = setting(examination, "smtpd_reject_filter_maps");

	if (*maps != '\0' && is_judged(examination))
		find(examination, "main.cf", NULL,
		     "smtpd_reject_filter_maps = %s: it rewrites the replies of connectors too, before "
		     "partners "
		     "see them",
		     maps)
			->severity = FINDING_NOTE;
}

void check_nul_in_headers(struct examination *examination)
{
	static const char name[] = "message_reject_characters";

	if (strstr(main_setting(examination, name), "\\0") != NULL ||
	    !any_connector(examination, connector_wants_headers))
		return;
	fix_set_main(
		examination,
		find(examination, "main.cf", connector_wants_headers,
		     "message_reject_characters has no \\0: Postfix shows a header up to its first NUL byte, "
		     "and what stands behind it in From: is not judged"),
		name, "\\0");
}

void say_other_mta(struct examination *examination, enum mta told, const char *what)
{
	struct finding *finding;

	if (examination->config->daemon.mta != told ||
	    !any_connector(examination, connector_wants_certificate))
		return;
	finding = find(examination, examination->policy_file, connector_wants_certificate, "%s", what);
	fix_edit(finding, "%s: below daemon: mta: auto", examination->policy_file);
}

void check_mta(struct examination *examination)
{
	say_other_mta(examination, MTA_SENDMAIL,
		      "daemon.mta is sendmail and this is Postfix: certificates would be judged by what "
		      "Sendmail says of them, and none counts");
}
