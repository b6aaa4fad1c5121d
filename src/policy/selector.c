/* SPDX-License-Identifier: MIT */
/*
 * What connectors select by, one entry a selector. Knows nothing of which
 * connector stands in another's place.
 */
#include "policy/selector.h"

#include <assert.h>
#include <stdlib.h>

#include "policy/name_index.h"

static struct pattern_index *senders_of(const struct policy *policy)
{
	return policy->senders;
}

static struct pattern_index *recipients_of(const struct policy *policy)
{
	return policy->recipients;
}

static void index_clients(struct policy *policy, const struct connector *connector)
{
	for (size_t i = 0; i < connector->clients.count; i++)
		network_index_add(&policy->networks, &connector->clients.networks[i], connector->number);
}

static void find_clients(const struct policy *policy, struct client *client, selector_found *found,
			 void *context)
{
	network_index_match(&policy->networks, &client->facts->client, found, context);
}

static void match_client(struct candidate *candidate, struct client *client)
{
	const struct cidr_set *clients = &candidate->connector->clients;
	const struct cidr *found = cidr_set_find(clients, &client->facts->client);

	if (found != NULL)
		candidate->fits[SELECTOR_CLIENTS] = (struct selector_fit){
			found->prefix + RANK_ANYONE + 1, (uint32_t)(found - clients->networks)};
}

static size_t count_clients(const struct connector *connector)
{
	return connector->clients.count;
}

static void print_client(const struct connector *connector, size_t entry, struct strbuf *out)
{
	char network[CIDR_TEXT_SIZE];

	strbuf_puts(out, cidr_print(&connector->clients.networks[entry], network));
}

static struct place place_client(const struct connector *connector, size_t entry)
{
	return connector->clients.networks[entry].place;
}

static void fini_clients(struct connector *connector)
{
	cidr_set_fini(&connector->clients);
}

/* Its name is proven to be the client's, or nobody can tell. */
static bool may_match_presenting(const struct facts *facts)
{
	return facts->certificate.state == CERTIFICATE_VERIFIED ||
	       facts->certificate.state == CERTIFICATE_UNTOLD;
}

static const struct certificate_host *presented_host(struct client *client)
{
	if (!client->host_read)
		certificate_host_read(client->facts->certificate.subject_cn, &client->host);
	client->host_read = true;
	return &client->host;
}

static void index_presenting(struct policy *policy, const struct connector *connector)
{
	for (size_t i = 0; i < connector->presenting_count; i++)
		name_index_add(policy->names, &connector->presenting[i], connector->number, connector->place);
}

struct name_search {
	selector_found *found;
	void *context;
};

/* pattern_found */
static void selector_found_name(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	const struct name_search *search = context;

	(void)rank;
	(void)ref;
	search->found(search->context, owner);
}

static void find_presenting(const struct policy *policy, struct client *client, selector_found *found,
			    void *context)
{
	struct name_search search = {found, context};

	if (pattern_index_count(policy->names) > 0 && may_match_presenting(client->facts))
		name_index_match(policy->names, presented_host(client), &client->facts->certificate,
				 selector_found_name, &search);
}

/* The most specific name that such a certificate meets. */
static void match_presenting(struct candidate *candidate, struct client *client)
{
	const struct connector *connector = candidate->connector;
	const struct certificate_facts *shown = &client->facts->certificate;
	struct selector_fit *fit = &candidate->fits[SELECTOR_PRESENTING];

	if (!may_match_presenting(client->facts))
		return;
	for (size_t i = 0; i < connector->presenting_count; i++) {
		const struct certificate_name *name = &connector->presenting[i];

		if (certificate_subject_matches(name, presented_host(client), shown) &&
		    certificate_name_rank(name) > fit->rank)
			*fit = (struct selector_fit){certificate_name_rank(name), (uint32_t)i};
	}
	candidate->uncertain = fit->rank != RANK_NONE && shown->state != CERTIFICATE_VERIFIED;
}

static size_t count_presenting(const struct connector *connector)
{
	return connector->presenting_count;
}

static void print_presenting(const struct connector *connector, size_t entry, struct strbuf *out)
{
	strbuf_puts(out, connector->presenting[entry].written);
}

static void print_presenting_compared(const struct connector *connector, size_t entry, struct strbuf *out)
{
	static const char *const prefixes[] = {
		[CERTIFICATE_NAME_HOST] = "",        [CERTIFICATE_NAME_TREE] = "*.",
		[CERTIFICATE_NAME_SUBDOMAINS] = ".", [CERTIFICATE_NAME_DN] = "",
		[CERTIFICATE_NAME_TEXT] = "",
	};
	const struct certificate_name *name = &connector->presenting[entry];

	strbuf_printf(out, "%s%s", prefixes[name->kind], name->text);
}

static void fini_presenting(struct connector *connector)
{
	for (size_t i = 0; i < connector->presenting_count; i++)
		certificate_name_fini(&connector->presenting[i]);
	free(connector->presenting);
}

const struct selector selectors[SELECTOR_COUNT] = {
	[SELECTOR_SENDERS] = {.key = "senders", .preposition = "from", .patterns = senders_of},
	[SELECTOR_RECIPIENTS] = {.key = "recipients", .preposition = "to", .patterns = recipients_of},
	[SELECTOR_CLIENTS] = {.key = "clients",
			      .preposition = "from",
			      .index = index_clients,
			      .find = find_clients,
			      .match = match_client,
			      .count = count_clients,
			      .print = print_client,
			      .print_compared = print_client,
			      .place = place_client,
			      .fini = fini_clients},
	[SELECTOR_PRESENTING] = {.key = "presenting",
				 .index = index_presenting,
				 .find = find_presenting,
				 .match = match_presenting,
				 .count = count_presenting,
				 .print = print_presenting,
				 .print_compared = print_presenting_compared,
				 .fini = fini_presenting},
};

void selectors_match_session(struct candidate *candidate, struct client *client)
{
	for (enum selector_key i = SELECTOR_SESSION; i < SELECTOR_COUNT; i++)
		if (candidate->connector->has[i])
			selectors[i].match(candidate, client);
}

char *selector_matched_text(const struct policy *policy, const struct candidate *candidate,
			    enum selector_key key)
{
	const struct selector_fit *fit = &candidate->fits[key];
	struct strbuf text = {0};

	if (fit->rank == RANK_NONE || fit->entry == SELECTOR_ENTRY_NONE)
		return NULL;
	if (selectors[key].patterns != NULL)
		return pattern_index_text(selectors[key].patterns(policy), fit->entry);
	assert(fit->entry < selectors[key].count(candidate->connector));
	selectors[key].print(candidate->connector, fit->entry, &text);
	return strbuf_take(&text);
}

static void print_matched(const struct policy *policy, const struct candidate *candidate,
			  enum selector_key key, struct strbuf *out)
{
	char *text = selector_matched_text(policy, candidate, key);

	if (text != NULL)
		strbuf_printf(out, " %s %s", selectors[key].preposition, text);
	free(text);
}

void selectors_print(const struct policy *policy, const struct candidate *candidate, struct strbuf *out)
{
	enum selector_key anyone = SELECTOR_COUNT; /* the first that "*" matches */
	size_t shown = 0;

	strbuf_puts(out, "mail");
	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		uint32_t rank = candidate->fits[i].rank;

		if (selectors[i].preposition == NULL || rank == RANK_NONE)
			continue;
		if (rank == RANK_ANYONE) {
			anyone = anyone == SELECTOR_COUNT ? i : anyone;
		} else if (selectors[i].patterns != NULL || shown == 0) {
			print_matched(policy, candidate, i, out);
			shown++;
		}
	}
	if (shown == 0 && anyone != SELECTOR_COUNT)
		print_matched(policy, candidate, anyone, out);
}
