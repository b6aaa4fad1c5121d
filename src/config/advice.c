/* SPDX-License-Identifier: MIT */
/*
 * Warnings of "forcedtls check" about single settings. What connectors do to
 * each other is in overlap.c, the days of certificate entries in validity.c.
 */
#include "config/advice.h"

#include <assert.h>

#include "config/deliver.h"
#include "config/overlap.h"

static bool is_wanted(const struct source *source)
{
	return source->loading != NULL && source->loading->today != 0;
}

/* Addresses that nobody routes in the Internet (RFC 6890 and its successors in the IANA registries). */
static const char *const not_public[] = {
	"0.0.0.0/8",      "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",   "169.254.0.0/16",
	"172.16.0.0/12",  "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "::1",          "fc00::/7",       "fe80::/10",     "2001:db8::/32",
};
#define NOT_PUBLIC_COUNT (sizeof not_public / sizeof *not_public)

static void parse_not_public(struct cidr networks[NOT_PUBLIC_COUNT])
{
	for (size_t i = 0; i < NOT_PUBLIC_COUNT; i++) {
		const char *error;
		bool parsed = cidr_parse(not_public[i], &networks[i], &error);

		assert(parsed);
	}
}

static bool has_public_addresses(const struct cidr *cidr, const struct cidr private[NOT_PUBLIC_COUNT])
{
	for (size_t i = 0; i < NOT_PUBLIC_COUNT; i++)
		if (private[i].prefix <= cidr->prefix && cidr_contains(&private[i], &cidr -> network))
			return false;
	return true;
}

static bool lacks(const struct cidr_set *set, const char *address)
{
	struct ip_address ip;
	bool parsed = ip_parse(address, &ip);

	assert(parsed);
	return cidr_set_find(set, &ip) == NULL;
}

void advice_trusted_networks(const struct source *source, const struct path *path, const struct node *node,
			     const struct cidr_set *set)
{
	struct cidr private[NOT_PUBLIC_COUNT];
	bool lacks_ipv4 = lacks(set, "127.0.0.1"), lacks_ipv6 = lacks(set, "::1");

	if (!is_wanted(source) || node == NULL)
		return;
	if (lacks_ipv4 || lacks_ipv6)
		report_warning(source, path, node,
			       "%s%s%s not in it: what a content filter on this host hands back is judged as "
			       "mail from outside; right only where a TLS proxy hands over mail from there",
			       lacks_ipv4 ? "127.0.0.1" : "", lacks_ipv4 && lacks_ipv6 ? " and " : "",
			       !lacks_ipv6  ? " is"
			       : lacks_ipv4 ? "::1 are"
					    : "::1 is");
	parse_not_public(private);
	for (size_t i = 0; i < set->count; i++) {
		const struct source at = source_at(source, set->networks[i].place);
		char text[CIDR_TEXT_SIZE];

		if (has_public_addresses(&set->networks[i], private))
			report_warning_at(&at, path, set->networks[i].place,
					  "%s has public addresses: no connector protects mail from there",
					  cidr_print(&set->networks[i], text));
	}
}

void advice_mode(const struct build *build, const struct path *path, const struct value *value)
{
	const struct path mode = {.parent = path, .key = "mode"};

	if (is_wanted(&build->source) && build->mode == MODE_TEST && value->node != NULL &&
	    value->number == MODE_ENFORCE)
		report_warning(&build->source, &mode, value->node,
			       "the policy as a whole is in test mode: nothing is enforced");
}

void advice_exception(const struct source *source, const struct path *path, const struct node *node,
		      const struct exception *exception)
{
	if (is_wanted(source) && exception->senders != NULL && exception->recipients == NULL &&
	    !exception->has_clients && !exception->authenticated)
		report_warning(source, path, node,
			       "\"senders\" alone: anyone can claim to be such a sender; add clients");
}

static void advise_fingerprint(const struct build *build, const struct connector *connector)
{
	const struct origin *origin = &build->enabled.origins[connector->number];
	const struct source source = source_at(&build->source, origin->require);
	const struct path list = {.key = "connectors"};
	const struct path item = {.parent = &list, .index = origin->index};
	const struct path require = {.parent = &item, .key = "require"};

	report_warning_at(&source, &require, origin->require,
			  "names a fingerprint, of which no milter is told: without daemon.policy_service "
			  "this mail is deferred");
}

void advice_connectors(const struct build *build, const struct daemon_settings *settings)
{
	const struct policy *policy = build->enabled.policy;

	/* Of connectors with errors nobody knows what they were to be. */
	if (!is_wanted(&build->source) || build->source.diagnostics->errors > 0)
		return;
	overlap_advise(build);
	deliver_advise(build);
	for (size_t i = 0; i < policy->connector_count && settings->policy_service == NULL; i++)
		if (require_names_fingerprint(&policy->connectors[i]->require))
			advise_fingerprint(build, policy->connectors[i]);
}
