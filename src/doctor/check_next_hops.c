/* SPDX-License-Identifier: MIT */
/* Where Postfix hands mail on: it asks about the next hop and about nothing else. */
#include <stdlib.h>
#include <string.h>

#include "doctor/checks.h"
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
static bool is_named(const struct examination *examination, const char *next_hop)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up(examination->config->policy, TLS_POLICY_MAP_PARTNERS, next_hop, &lookup);
	return lookup.read != NEXT_HOP_DOMAIN || lookup.tested.connector != NULL;
}

/* Encryption is part of all levels but dane, which is nothing where a host has no TLSA records. */
static bool is_met_by(const struct tls_policy *wanted, const struct tls_policy *told)
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
	       !is_met_by(&connector->tls_policy, &told->tls_policy);
}

/* True where a connector's mail goes to that host, and what it demands is not asked for there. */
static bool loses_any(const struct examination *examination, const char *next_hop)
{
	const struct policy *policy = examination->config->policy;
	const struct connector *told = connector_for(examination, next_hop);

	if (*next_hop == '\0' || is_named(examination, next_hop))
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

/* The host of "[host]:port", for the policy file. The caller frees it. */
static char *host_of(const char *next_hop)
{
	struct next_hop hop;

	return next_hop_parse(next_hop, &hop) == NEXT_HOP_DOMAIN ? xstrdup(hop.domain) : xstrdup(next_hop);
}

static void say_next_hop(struct examination *examination, const char *name, const char *next_hop)
{
	struct finding *finding;
	char *host;

	if (!loses_any(examination, next_hop))
		return;
	finding = find(examination, "main.cf",
		       "%s = %s: Postfix asks for a TLS policy of that destination, not of the recipients' "
		       "domains, and no connector names it",
		       name, next_hop);
	name_lost(examination, finding, next_hop);
	host = host_of(next_hop);
	fix_edit(finding, "%s: a connector with recipients: [\"%s\"] and the \"deliver\" that it must meet",
		 examination->policy_file, host);
	free(host);
}

/* "TRANSPORT:NEXTHOP" (transport(5)), of a client that asks for TLS policies. */
static void say_transport(struct examination *examination, const char *name, const char *value)
{
	const char *colon = strchr(value, ':');
	char *transport = xstrndup(value, colon != NULL ? (size_t)(colon - value) : strlen(value));
	const struct service *service = postfix_find_service(examination->postfix, transport, "unix");

	if (colon != NULL && service != NULL && strcmp(service->command, "smtp") == 0)
		say_next_hop(examination, name, colon + 1);
	free(transport);
}

static const char static_table[] = "static:";

/* The one value of a table that has it for every key; NULL: it is no such table. The caller frees it. */
static char *static_value(const char *word)
{
	return strncmp(word, static_table, strlen(static_table)) == 0
		       ? word_unbrace(word + strlen(static_table))
		       : NULL;
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
		struct words words;

		postfix_list(examination->postfix, NULL, route_tables[i].name, &words);
		for (size_t j = 0; j < words.count; j++) {
			char *value = static_value(words.list[j]);

			if (value != NULL)
				route_tables[i].say(examination, route_tables[i].name, value);
			free(value);
		}
		words_fini(&words);
	}
}

void check_relayhost(struct examination *examination)
{
	static const char *const transports[] = {"default_transport", "relay_transport"};
	struct words words;

	if (!any_connector(examination, connector_leaves))
		return;
	postfix_list(examination->postfix, NULL, "relayhost", &words);
	for (size_t i = 0; i < words.count; i++)
		say_next_hop(examination, "relayhost", words.list[i]);
	words_fini(&words);
	for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++) {
		char *value = postfix_text(examination->postfix, NULL, transports[i]);

		say_transport(examination, transports[i], value);
		free(value);
	}
	say_static_tables(examination);
}

void check_fallback_relay(struct examination *examination)
{
	char *where = where_set(examination, "smtp_fallback_relay");
	struct words words;
	struct finding *finding;

	postfix_list(examination->postfix, examination->service, "smtp_fallback_relay", &words);
	for (size_t i = 0; i < words.count; i++) {
		if (!loses_any(examination, words.list[i]))
			continue;
		finding = find(
			examination, where,
			"smtp_fallback_relay = %s: mail that a partner's server cannot take as \"deliver\" "
			"demands leaves there, and no connector names it",
			words.list[i]);
		name_lost(examination, finding, words.list[i]);
		fix_set(examination, finding, "smtp_fallback_relay", "");
	}
	words_fini(&words);
	free(where);
}

/* Whether a list has a table that only a look-up tells of. */
static bool has_opaque_table(const struct examination *examination, const char *name)
{
	struct words words;
	bool has = false;

	postfix_list(examination->postfix, NULL, name, &words);
	for (size_t i = 0; i < words.count && !has; i++)
		has = strncmp(words.list[i], static_table, strlen(static_table)) != 0;
	words_fini(&words);
	return has;
}

void check_transport_maps(struct examination *examination)
{
	if (!any_connector(examination, connector_leaves))
		return;
	for (size_t i = 0; i < ROUTE_TABLE_COUNT; i++) {
		const char *name = route_tables[i].name;
		char *maps = postfix_text(examination->postfix, NULL, name);

		if (has_opaque_table(examination, name)) {
			struct finding *finding =
				find(examination, "main.cf",
				     "%s = %s: where that sends a partner's mail to another host, Postfix "
				     "asks for a "
				     "TLS policy of that host; what is in it cannot be told here",
				     name, maps);

			finding->severity = FINDING_NOTE;
		}
		free(maps);
	}
}
