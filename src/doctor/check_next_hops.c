/* SPDX-License-Identifier: MIT */
/* Where Postfix hands mail on: it asks about the next hop and about nothing else. */
#include <stdlib.h>
#include <string.h>

#include "doctor/checks.h"
#include "doctor/listening.h"
#include "policy/tls_policy_lookup.h"
#include "util/memory.h"

/* What Postfix is told of a next hop, be it by connectors in test mode; NULL: none names it, nor "*". */
static const struct connector *connector_for(const struct examination *examination, const char *next_hop)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up(examination->config->policy, TLS_POLICY_MAP_ALL, next_hop, &lookup);
	return lookup.tested.connector;
}

/* Whether a connector has "deliver" for this destination by name, be it "none", or it cannot be read. */
static bool next_hop_is_named(const struct examination *examination, const char *next_hop)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up(examination->config->policy, TLS_POLICY_MAP_PARTNERS, next_hop, &lookup);
	return lookup.read != NEXT_HOP_DOMAIN || lookup.tested.connector != NULL;
}

/* Encryption is part of all levels but dane, which is nothing where a host has no TLSA records. */
static bool next_hop_is_met_by(const struct tls_policy *wanted, const struct tls_policy *told)
{
	return wanted->level == TLS_POLICY_ENCRYPT && told->level != TLS_POLICY_DANE &&
	       wanted->min_version <= told->min_version && wanted->ciphers <= told->ciphers &&
	       wanted->exclude_count == 0;
}

/* Whether what connector demands is more than what Postfix is told of the next hop, by told or by nobody. */
static bool is_lost(const struct connector *connector, const struct connector *told)
{
	if (!connector_leaves(connector) || connector == told)
		return false;
	if (told == NULL || told->tls_policy.nothing)
		return true;
	return strcmp(connector->tls_policy.answer, told->tls_policy.answer) != 0 &&
	       !next_hop_is_met_by(&connector->tls_policy, &told->tls_policy);
}

/* True where a connector's mail goes to that host, and what it demands is not asked for there. */
static bool loses_any(const struct examination *examination, const char *next_hop)
{
	const struct policy *policy = examination->config->policy;
	const struct connector *told = connector_for(examination, next_hop);

	if (*next_hop == '\0' || next_hop_is_named(examination, next_hop))
		return false;
	for (size_t i = 0; i < policy->connector_count; i++)
		if (is_lost(policy->connectors[i], told))
			return true;
	return false;
}

static void name_lost(const struct examination *examination, struct finding *finding, const char *next_hop)
{
	const struct policy *policy = examination->config->policy;
	const struct connector *told = connector_for(examination, next_hop);

	for (size_t i = 0; i < policy->connector_count; i++)
		if (is_lost(policy->connectors[i], told))
			finding_name_connector(finding, policy->connectors[i]);
}

/* The host of "[host]:port", for the policy file. */
static const char *next_hop_host(const struct examination *examination, const char *next_hop)
{
	struct next_hop hop;

	return next_hop_parse(next_hop, &hop) == NEXT_HOP_DOMAIN
		       ? keep(examination, xstrdup(hop.domain), free)
		       : next_hop;
}

static void fix_next_hop(const struct examination *examination, struct finding *finding, const char *next_hop)
{
	fix_edit(finding, "%s: a connector with recipients: [\"%s\"] and the \"deliver\" that it must meet",
		 examination->policy_file, next_hop_host(examination, next_hop));
}

static void say_next_hop(struct examination *examination, const char *name, const char *next_hop)
{
	struct finding *finding;

	if (!loses_any(examination, next_hop))
		return;
	finding =
		find_set(examination, name, NULL,
			 "%s = %s: Postfix asks for a TLS policy of that destination, not of the recipients' "
			 "domains, and no connector names it",
			 name, next_hop);
	name_lost(examination, finding, next_hop);
	fix_next_hop(examination, finding, next_hop);
}

/* The next hop in "TRANSPORT:NEXTHOP" (transport(5)) of a client that asks for TLS policies; NULL: there is none. */
static const char *transport_next_hop(const struct examination *examination, const char *value)
{
	const char *colon = strchr(value, ':');
	const struct service *client;

	if (colon == NULL || colon[1] == '\0')
		return NULL;
	client = postfix_find_service(examination->postfix,
				      keep(examination, xstrndup(value, (size_t)(colon - value)), free),
				      "unix");
	return client != NULL && strcmp(client->command, "smtp") == 0 ? colon + 1 : NULL;
}

static bool is_on_loopback(const struct examination *examination, const char *next_hop)
{
	const char *host = next_hop_host(examination, next_hop);

	return is_loopback_host(host, strlen(host));
}

/* All mail goes through it, of main.cf and of the services that have one of their own. */
static void look_at_content_filters(struct examination *examination)
{
	static const char name[] = "content_filter";

	for (size_t i = 0; i <= examination->postfix->service_count; i++) {
		const char *next_hop;

		/* The last one is main.cf. */
		examination->service =
			i < examination->postfix->service_count ? &examination->postfix->services[i] : NULL;
		if (examination->service != NULL &&
		    (!postfix_overrides(examination->service, name) ||
		     !postfix_runs(examination->postfix, examination->service)))
			continue;
		next_hop = transport_next_hop(examination, setting(examination, name));
		if (next_hop != NULL && !is_on_loopback(examination, next_hop))
			say_next_hop(examination, name, next_hop);
	}
}

/* A domain of this host's that a connector with "deliver" is for, where its mail goes to another host. */
static void say_own_domain(struct examination *examination, const char *transport, const char *next_hop,
			   const char *domain)
{
	const struct connector *told = connector_for(examination, next_hop);
	const struct connector *wanted = connector_for(examination, domain);
	struct finding *finding;

	if (wanted == NULL || !is_lost(wanted, told))
		return;
	finding = find(examination, "main.cf", NULL,
		       "%s = %s: for mail to domains of this host Postfix asks for a TLS policy of that "
		       "destination, and no connector names it",
		       transport, next_hop);
	finding_name_connector(finding, wanted);
	fix_next_hop(examination, finding, next_hop);
}

static void look_at_own_domains(struct examination *examination, const char *transport, const char *domains)
{
	const char *next_hop = transport_next_hop(examination, setting(examination, transport));
	const struct words *words = setting_list(examination, domains);

	if (next_hop == NULL || is_on_loopback(examination, next_hop) ||
	    next_hop_is_named(examination, next_hop))
		return;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->list[i];

		if (strpbrk(word, ":/!") == NULL)
			say_own_domain(examination, transport, next_hop, word);
		else
			find(examination, "main.cf", NULL,
			     "%s = %s: Postfix asks for a TLS policy of that destination, for the domains in "
			     "%s; which those are cannot be told here",
			     transport, next_hop, word)
				->severity = FINDING_NOTE;
	}
}

static void say_transport(struct examination *examination, const char *name, const char *value)
{
	const char *next_hop = transport_next_hop(examination, value);

	if (next_hop != NULL)
		say_next_hop(examination, name, next_hop);
}

/* A table that has one value for every key. */
static const char static_table[] = "static:";

static bool is_static(const char *word)
{
	return strncmp(word, static_table, strlen(static_table)) == 0;
}

/* Tables that say where mail goes: of some what is in them needs no look-up. */
static const struct {
	const char *name;
	void (*say)(struct examination *examination, const char *name, const char *value);
} route_tables[] = {{"transport_maps", say_transport},
		    {"sender_dependent_relayhost_maps", say_next_hop},
		    {"sender_dependent_default_transport_maps", say_transport}};

#define ROUTE_TABLE_COUNT (sizeof route_tables / sizeof route_tables[0])

static void say_static_tables(struct examination *examination)
{
	for (size_t i = 0; i < ROUTE_TABLE_COUNT; i++) {
		const struct words *words = setting_list(examination, route_tables[i].name);

		for (size_t j = 0; j < words->count; j++)
			if (is_static(words->list[j]))
				route_tables[i].say(examination, route_tables[i].name,
						    keep(examination,
							 word_unbrace(words->list[j] + strlen(static_table)),
							 free));
	}
}

void check_relayhost(struct examination *examination)
{
	static const char *const transports[] = {"default_transport", "relay_transport"};
	const struct words *words = setting_list(examination, "relayhost");

	if (!any_connector(examination, connector_leaves))
		return;
	for (size_t i = 0; i < words->count; i++)
		say_next_hop(examination, "relayhost", words->list[i]);
	for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++)
		say_transport(examination, transports[i], setting(examination, transports[i]));
	say_static_tables(examination);
	look_at_content_filters(examination);
	look_at_own_domains(examination, "virtual_transport", "virtual_mailbox_domains");
	look_at_own_domains(examination, "local_transport", "mydestination");
}

void check_fallback_relay(struct examination *examination)
{
	static const char name[] = "smtp_fallback_relay";
	const struct words *words = setting_list(examination, name);
	struct finding *finding;

	for (size_t i = 0; i < words->count; i++) {
		if (!loses_any(examination, words->list[i]))
			continue;
		finding = find_set(
			examination, name, NULL,
			"smtp_fallback_relay = %s: mail that a partner's server cannot take as \"deliver\" "
			"demands leaves there, and no connector names it",
			words->list[i]);
		name_lost(examination, finding, words->list[i]);
		fix_set(examination, finding, name, "");
	}
}

void check_transport_maps(struct examination *examination)
{
	if (!any_connector(examination, connector_leaves))
		return;
	for (size_t i = 0; i < ROUTE_TABLE_COUNT; i++) {
		const char *name = route_tables[i].name;
		const struct words *words = setting_list(examination, name);
		size_t opaque = 0;

		while (opaque < words->count && is_static(words->list[opaque]))
			opaque++;
		if (opaque < words->count)
			find(examination, "main.cf", NULL,
			     "%s = %s: where that sends a partner's mail to another host, Postfix asks for a "
			     "TLS "
			     "policy of that host; what is in it cannot be told here",
			     name, setting(examination, name))
				->severity = FINDING_NOTE;
	}
}
