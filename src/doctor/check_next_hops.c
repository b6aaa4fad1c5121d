/* SPDX-License-Identifier: MIT */
/* Where Postfix hands mail on: it asks about the next hop and about nothing else. */
#include <stdlib.h>
#include <string.h>

#include "doctor/checks.h"
#include "policy/tls_policy_lookup.h"
#include "util/memory.h"

/* Whether any connector has "deliver" for this destination, be it "none". */
static bool is_spoken_for(const struct examination *examination, const char *next_hop)
{
	struct tls_policy_lookup lookup;

	tls_policy_look_up(examination->config->policy, TLS_POLICY_MAP_ALL, next_hop, &lookup);
	return lookup.read != NEXT_HOP_DOMAIN || lookup.tested.connector != NULL;
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

	if (*next_hop == '\0' || is_spoken_for(examination, next_hop))
		return;
	finding = find(examination, "main.cf",
		       "%s = %s: Postfix asks for a TLS policy of that destination, not of the recipients' "
		       "domains, and no connector names it",
		       name, next_hop);
	finding_name_connectors(examination, finding, connector_leaves);
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
		if (is_spoken_for(examination, words.list[i]))
			continue;
		finding = find(
			examination, where,
			"smtp_fallback_relay = %s: mail that a partner's server cannot take as \"deliver\" "
			"demands leaves there, and no connector names it",
			words.list[i]);
		finding_name_connectors(examination, finding, connector_leaves);
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
