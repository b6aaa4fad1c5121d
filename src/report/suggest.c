/* SPDX-License-Identifier: MIT */
/*
 * What the sessions of a domain have in common. Which demands a session meets
 * is worked out as policy/demand.c does, from the same facts.
 */
#include "report/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "report/suggestion.h"
#include "util/memory.h"

#define DOMAINS_MAX ((size_t)5000)

static struct suggestion *find(struct suggestions *suggestions, const char *domain)
{
	size_t cost = sizeof(struct suggestion) + strlen(domain) + 1;
	struct suggestion *suggestion;

	HASH_FIND_STR(suggestions->table, domain, suggestion);
	if (suggestion != NULL || suggestions->count >= DOMAINS_MAX || *suggestions->budget < cost)
		return suggestion;
	*suggestions->budget -= cost;
	suggestion = xcalloc(1, sizeof *suggestion);
	suggestion->domain = xstrdup(domain);
	HASH_ADD_KEYPTR(hh, suggestions->table, suggestion->domain, strlen(suggestion->domain), suggestion);
	suggestions->count++;
	return suggestion;
}

/* TLS with a version that can be asked for, and encryption in it. */
static bool is_usable(const struct policy *policy, const struct tls_facts *tls)
{
	int cipher = cipher_find(policy->ciphers, tls->cipher);

	return tls->present && tls->version >= TLS_VERSION_1_0 && tls->bits != 0 &&
	       cipher_bits(policy->ciphers, cipher) != 0;
}

/* The names of a verified certificate as one entry, "subject\nissuer"; NULL where the policy cannot name it. */
static char *name_of(const struct certificate_facts *certificate)
{
	const char *subject =
		certificate->subject_cn != NULL ? certificate->subject_cn : certificate->subject_dn;
	struct certificate_name name;
	struct certificate_host host;
	struct strbuf out = {0};
	const char *error;
	bool named;

	if (certificate->state != CERTIFICATE_VERIFIED || subject == NULL || !suggestion_can_quote(subject))
		return NULL;
	certificate_host_read(certificate->subject_cn, &host);
	named = certificate_subject_parse(subject, &name, &error) &&
		certificate_subject_matches(&name, &host, certificate->subject_dn);
	certificate_name_fini(&name);
	if (!named)
		return NULL;
	strbuf_puts(&out, subject);
	if (certificate->issuer_cn == NULL || !suggestion_can_quote(certificate->issuer_cn))
		return strbuf_take(&out);
	named = certificate_issuer_parse(certificate->issuer_cn, &name, &error) &&
		certificate_issuer_matches(&name, certificate->issuer_cn, certificate->issuer_dn);
	certificate_name_fini(&name);
	if (named)
		strbuf_printf(&out, "\n%s", certificate->issuer_cn);
	return strbuf_take(&out);
}

/* Of the key where it is told: it outlives the certificate. */
static void add_pin(struct suggestion *suggestion, const struct fingerprints *shown, time_t when,
		    size_t *budget)
{
	char text[FINGERPRINT_TEXT_SIZE];

	if (shown->count == 0)
		return;
	suggestion->with_pin++;
	tally_add(&suggestion->pins, fingerprint_print(&shown->list[shown->count - 1], text), 1, when,
		  SUGGESTION_ENTRIES_MAX, budget);
}

static void add_certificate(struct suggestion *suggestion, const struct certificate_facts *certificate,
			    const char *host, time_t when, size_t *budget)
{
	char *name = name_of(certificate);

	add_pin(suggestion, &certificate->fingerprints, when, budget);
	suggestion->verified += certificate->state == CERTIFICATE_VERIFIED;
	if (certificate->state != CERTIFICATE_VERIFIED && certificate->fingerprints.count == 0)
		tally_add(&suggestion->without_certificate, host, 1, when, SUGGESTION_HOSTS_MAX, budget);
	if (name != NULL) {
		suggestion->with_name++;
		tally_add(&suggestion->names, name, 1, when, SUGGESTION_ENTRIES_MAX, budget);
	}
	free(name);
}

static void add_tls(struct suggestion *suggestion, const struct policy *policy, const struct tls_facts *tls,
		    const char *host, time_t when, size_t *budget)
{
	bool forward = cipher_has_forward_secrecy(policy->ciphers, cipher_find(policy->ciphers, tls->cipher));

	if (suggestion->usable == 0 || tls->version < suggestion->version)
		suggestion->version = tls->version;
	if (suggestion->usable == 0 || tls->bits < suggestion->bits)
		suggestion->bits = tls->bits;
	if (tls->version < TLS_VERSION_1_3)
		tally_add(&suggestion->below_1_3, host, 1, when, SUGGESTION_HOSTS_MAX, budget);
	if (!forward)
		tally_add(&suggestion->without_forward_secrecy, host, 1, when, SUGGESTION_HOSTS_MAX, budget);
	suggestion->with_forward_secrecy += forward;
	suggestion->usable++;
}

static void add(struct suggestion *suggestion, const struct policy *policy, const struct facts *facts,
		time_t when, size_t *budget)
{
	char address[IP_TEXT_SIZE];
	struct strbuf host = {0};

	(void)ip_print(&facts->client, address);
	strbuf_printf(&host, "%s[%s]", facts->client_name != NULL ? facts->client_name : "unknown", address);
	suggestion->sessions++;
	if (suggestion->first == 0 || when < suggestion->first)
		suggestion->first = when;
	if (when > suggestion->last)
		suggestion->last = when;
	if (is_usable(policy, &facts->tls)) {
		add_tls(suggestion, policy, &facts->tls, host.text, when, budget);
		add_certificate(suggestion, &facts->certificate, host.text, when, budget);
		tally_add(&suggestion->clients, address, 1, when, SUGGESTION_ENTRIES_MAX, budget);
	} else {
		tally_add(&suggestion->unusable, host.text, 1, when, SUGGESTION_HOSTS_MAX, budget);
	}
	strbuf_fini(&host);
}

/* What an unreadable address or an unknown client is, no connector lets in. */
static bool can_be_judged(const struct facts *facts)
{
	return facts->client.family != 0 && facts->sender != NULL && facts->sender->count > 0 &&
	       facts->recipient != NULL && facts->recipient->count > 0;
}

void suggestions_add(struct suggestions *suggestions, const struct policy *policy,
		     const struct replay *replay, time_t when)
{
	const struct facts *facts = &replay->facts;

	if (!can_be_judged(facts)) {
		suggestions->left_out++;
		return;
	}
	for (size_t i = 0; i < facts->sender->count; i++) {
		const char *domain = facts->sender->addresses[i].domain;
		struct suggestion *suggestion;

		if (domain == NULL || !scope_has(suggestions->scope, suggestions->scope->connector, domain))
			continue;
		suggestion = find(suggestions, domain);
		if (suggestion != NULL)
			add(suggestion, policy, facts, when, suggestions->budget);
		else
			suggestions->left_out++;
	}
}

static int compare(const struct suggestion *a, const struct suggestion *b)
{
	return strcmp(a->domain, b->domain);
}

void suggestions_print(struct suggestions *suggestions, FILE *out)
{
	size_t usable = 0, number = 0;

	HASH_SORT(suggestions->table, compare);
	for (struct suggestion *at = suggestions->table; at != NULL; at = at->hh.next)
		usable += at->usable > 0 && at->usable == at->sessions;
	(void)fputs("# Of each domain, the strictest connector that all of its sessions would have met.\n"
		    "# Try it with \"mode: test\" before it enforces.\n",
		    out);
	if (suggestions->left_out > 0)
		(void)fprintf(out,
			      "# Left out, for want of room or of what a decision needs: %llu sessions\n",
			      suggestions->left_out);
	if (usable == 0)
		(void)fputs("# There is none.\n", out);
	else
		(void)fputs("connectors:\n", out);
	for (struct suggestion *at = suggestions->table; at != NULL; at = at->hh.next)
		suggestion_print(at, ++number, out);
}

void suggestions_fini(struct suggestions *suggestions)
{
	struct suggestion *at = suggestions->table, *next;

	HASH_CLEAR(hh, suggestions->table); /* the table alone; the suggestions stay in a list */
	for (; at != NULL; at = next) {
		next = at->hh.next;
		suggestion_fini(at);
		free(at);
	}
	suggestions->count = 0;
}
