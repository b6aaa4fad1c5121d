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
		char *colon = strchr(value, ':');
		char *name = xstrndup(value, colon != NULL ? (size_t)(colon - value) : strlen(value));
		const struct service *service = postfix_find_service(examination->postfix, name, "unix");

		if (colon != NULL && service != NULL && strcmp(service->command, "smtp") == 0)
			say_next_hop(examination, transports[i], colon + 1);
		free(name);
		free(value);
	}
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

void check_transport_maps(struct examination *examination)
{
	static const char *const names[] = {"transport_maps", "sender_dependent_relayhost_maps",
					    "sender_dependent_default_transport_maps"};

	if (!any_connector(examination, connector_leaves))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *maps = postfix_text(examination->postfix, NULL, names[i]);

		if (*maps != '\0') {
			struct finding *finding =
				find(examination, "main.cf",
				     "%s = %s: where that sends a partner's mail to another host, Postfix "
				     "asks for a "
				     "TLS policy of that host; what is in it cannot be told here",
				     names[i], maps);

			finding->severity = FINDING_NOTE;
		}
		free(maps);
	}
}
