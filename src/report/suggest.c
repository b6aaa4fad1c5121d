/* SPDX-License-Identifier: MIT */
/*
 * Sessions into the kinds of their domain. Which demands a session meets
 * is worked out as policy/demand.c does, from the same facts.
 */
#include "report/suggest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "report/suggestion.h"
#include "report/suggestion_page.h"
#include "util/memory.h"

#define DOMAINS_MAX ((size_t)5000)

/* Where a session was counted. */
struct sighting {
	struct suggestion *suggestion;
	struct session_kind *kind;
};

struct suggestion_places {
	struct sighting list[READINGS_MAX];
	size_t count;
};

static struct suggestion *suggest_find(struct suggestions *suggestions, const char *domain)
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

/* Longer than what is told apart. */
static char *unless_too_long(char *name)
{
	if (name == NULL || strlen(name) <= TALLY_TEXT_MAX)
		return name;
	free(name);
	return NULL;
}

/* The names of a verified certificate as one entry, "subject\nissuer"; NULL where the policy cannot name it. */
static char *name_of(const struct certificate_facts *certificate)
{
	const char *subject =
		certificate->subject_cn != NULL ? certificate->subject_cn : certificate->subject_dn;
	/* Its alternative names stand for themselves. */
	const struct certificate_facts itself = {.subject_dn = certificate->subject_dn};
	struct certificate_name name;
	struct certificate_host host;
	struct strbuf out = {0};
	const char *error;
	bool named;

	if (certificate->state != CERTIFICATE_VERIFIED || subject == NULL || !suggestion_can_quote(subject))
		return NULL;
	certificate_host_read(certificate->subject_cn, &host);
	named = certificate_subject_parse(subject, &name, &error) &&
		certificate_subject_matches(&name, &host, &itself);
	certificate_name_fini(&name);
	if (!named)
		return NULL;
	strbuf_puts(&out, subject);
	if (certificate->issuer_cn == NULL || !suggestion_can_quote(certificate->issuer_cn))
		return unless_too_long(strbuf_take(&out));
	named = certificate_issuer_parse(certificate->issuer_cn, &name, &error) &&
		certificate_issuer_matches(&name, certificate->issuer_cn, certificate->issuer_dn);
	certificate_name_fini(&name);
	if (named)
		strbuf_printf(&out, "\n%s", certificate->issuer_cn);
	return unless_too_long(strbuf_take(&out));
}

/* Of the key where it is told: it outlives the certificate. */
static const char *pin_of(const struct fingerprints *shown, char text_r[FINGERPRINT_TEXT_SIZE])
{
	return shown->count > 0 ? fingerprint_print(&shown->list[shown->count - 1], text_r) : NULL;
}

/* One session into the domain's; where it is counted, or NULL. */
static struct session_kind *suggest_session(struct suggestion *suggestion, const struct policy *policy,
					    const struct facts *facts, bool passed, time_t when,
					    size_t *budget)
{
	int cipher = cipher_find(policy->ciphers, facts->tls.cipher);
	bool usable = is_usable(policy, &facts->tls);
	char address[IP_TEXT_SIZE], pin[FINGERPRINT_TEXT_SIZE], host[256];
	char *name = passed && usable ? name_of(&facts->certificate) : NULL;
	struct session_traits traits = {.host = host};
	struct session_kind *kind;

	(void)ip_print(&facts->client, address);
	(void)snprintf(host, sizeof host, "%.200s[%s]",
		       facts->client_name != NULL ? facts->client_name : "unknown", address);
	if (passed && usable)
		traits = (struct session_traits){
			.host = host,
			.client = address,
			.pin = pin_of(&facts->certificate.fingerprints, pin),
			.name = name,
			.version = facts->tls.version,
			.bits = facts->tls.bits,
			.forward_secrecy = cipher_has_forward_secrecy(policy->ciphers, cipher),
			.verified = facts->certificate.state == CERTIFICATE_VERIFIED};
	kind = session_kinds_add(&suggestion->kinds, &traits,
				 !passed  ? LEFT_OUT_REFUSED
				 : usable ? LEFT_OUT_NOT
					  : LEFT_OUT_PLAINTEXT,
				 when, budget);
	suggestion->without_room += kind == NULL;
	free(name);
	return kind;
}

/* What an unreadable address or an unknown client is, no connector lets in. */
static bool can_be_judged(const struct facts *facts)
{
	return facts->client.family != 0 && facts->sender != NULL && facts->sender->count > 0 &&
	       facts->recipient != NULL && facts->recipient->count > 0;
}

static void add_to_domain(struct suggestions *suggestions, const char *domain, const struct policy *policy,
			  const struct facts *facts, const struct incoming_news *news, time_t when)
{
	struct suggestion_places *places = &suggestions->places[news->place];
	struct suggestion *suggestion;
	struct session_kind *kind;

	if (domain == NULL || !scope_has(suggestions->scope, suggestions->scope->connector, domain))
		return;
	suggestion = suggest_find(suggestions, domain);
	if (suggestion == NULL) {
		suggestions->left_out++;
		return;
	}
	kind = suggest_session(suggestion, policy, facts, news->passed, when, suggestions->budget);
	assert(places->count < READINGS_MAX);
	if (kind != NULL && news->passed)
		places->list[places->count++] = (struct sighting){suggestion, kind};
}

void suggestions_add(struct suggestions *suggestions, const struct policy *policy,
		     const struct replay *replay, const struct incoming_news *news, time_t when)
{
	const struct facts *facts = &replay->facts;

	assert(news->place < INCOMING_PLACES);
	if (suggestions->places == NULL)
		suggestions->places = xcalloc(INCOMING_PLACES, sizeof *suggestions->places);
	suggestions->places[news->place].count = 0;
	if (!can_be_judged(facts)) {
		suggestions->left_out++;
		return;
	}
	for (size_t i = 0; i < facts->sender->count; i++)
		add_to_domain(suggestions, facts->sender->addresses[i].domain, policy, facts, news, when);
}

void suggestions_refuse(struct suggestions *suggestions, size_t place, time_t when)
{
	struct suggestion_places *places = suggestions->places != NULL ? &suggestions->places[place] : NULL;

	assert(place < INCOMING_PLACES);
	for (size_t i = 0; places != NULL && i < places->count; i++) {
		struct suggestion *suggestion = places->list[i].suggestion;
		struct session_kind *kind = places->list[i].kind;
		struct session_traits traits = {.host = kind->traits.host};

		kind->count--;
		kind = session_kinds_add(&suggestion->kinds, &traits, LEFT_OUT_REFUSED, when,
					 suggestions->budget);
		suggestion->without_room += kind == NULL;
	}
	if (places != NULL)
		places->count = 0;
}

static int suggest_compare(const struct suggestion *a, const struct suggestion *b)
{
	return strcmp(a->domain, b->domain);
}

void suggestions_print(struct suggestions *suggestions, FILE *out)
{
	size_t connectors = 0, number = 0;

	HASH_SORT(suggestions->table, suggest_compare);
	for (struct suggestion *at = suggestions->table; at != NULL; at = at->hh.next) {
		suggestion_find(at);
		connectors += suggestion_is_connector(at);
	}
	(void)fputs(
		"# A sender's address proves nothing: anyone can have sent with it, and so have added a "
		"line\n"
		"# here. Compare each key, name and address with what the partner tells you by another way.\n"
		"# Of each domain, the strictest connector that its sessions would have met, but for those "
		"that\n"
		"# are named as left out.\n"
		"# Try it with \"mode: test\" before it enforces.\n",
		out);
	if (suggestions->left_out > 0)
		(void)fprintf(out,
			      "# Left out, for want of room or of what a decision needs: %llu sessions\n",
			      suggestions->left_out);
	if (connectors == 0)
		(void)fputs("# There is none.\n", out);
	else
		(void)fputs("connectors:\n", out);
	for (struct suggestion *at = suggestions->table; at != NULL; at = at->hh.next)
		suggestion_print(at, ++number, out);
}

static void suggestion_free(struct suggestion *suggestion)
{
	suggestion_fini(suggestion);
	free(suggestion);
}

void suggestions_fini(struct suggestions *suggestions)
{
	TABLE_FREE(suggestions->table, suggestion_free);
	free(suggestions->places);
	suggestions->places = NULL;
	suggestions->count = 0;
}
