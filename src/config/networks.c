/* SPDX-License-Identifier: MIT */
/*
 * What may be wrong with a network that is well written. Knows of addresses
 * what the registries say, and nothing of the hosts that have them.
 */
#include "config/networks.h"

#include <assert.h>

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

static bool has_public_addresses(const struct cidr *cidr, const struct cidr private_use[NOT_PUBLIC_COUNT])
{
	for (size_t i = 0; i < NOT_PUBLIC_COUNT; i++)
		if (private_use[i].prefix <= cidr->prefix && cidr_contains(&private_use[i], &cidr->network))
			return false;
	return true;
}

/*
 * Private, and as wide as container engines make their networks: with a proxy
 * or masquerading at the bridge, all connections come from its address. Docker
 * takes /16 and /20 of the first three, and a /64 of the fourth is but a LAN.
 */
static bool may_be_bridge(const struct cidr *cidr)
{
	static const struct {
		const char *network;
		uint8_t prefix_max;
	} private_use[] = {
		{"10.0.0.0/8", 20}, {"172.16.0.0/12", 20}, {"192.168.0.0/16", 20}, {"fc00::/7", 63}};

	for (size_t i = 0; i < sizeof private_use / sizeof *private_use; i++) {
		struct cidr wide;
		const char *error;
		bool parsed = cidr_parse(private_use[i].network, &wide, &error);

		assert(parsed);
		if (cidr_contains(&wide, &cidr->network) && cidr->prefix >= wide.prefix &&
		    cidr->prefix <= private_use[i].prefix_max)
			return true;
	}
	return false;
}

static bool lacks(const struct cidr_set *set, const char *address)
{
	struct ip_address ip;
	bool parsed = ip_parse(address, &ip);

	assert(parsed);
	return cidr_set_find(set, &ip) == NULL;
}

void networks_advise_trusted(const struct source *source, const struct path *path, const struct node *node,
			     const struct cidr_set *set)
{
	struct cidr private_use[NOT_PUBLIC_COUNT];
	bool lacks_ipv4 = lacks(set, "127.0.0.1"), lacks_ipv6 = lacks(set, "::1");

	if (!source_wants_advice(source) || node == NULL)
		return;
	if (lacks_ipv4 || lacks_ipv6)
		report_warning(source, path, node,
			       "%s%s%s not in it: what a content filter on this host hands back is judged as "
			       "mail from outside; right only where a TLS proxy hands over mail from there",
			       lacks_ipv4 ? "127.0.0.1" : "", lacks_ipv4 && lacks_ipv6 ? " and " : "",
			       !lacks_ipv6  ? " is"
			       : lacks_ipv4 ? "::1 are"
					    : "::1 is");
	parse_not_public(private_use);
	for (size_t i = 0; i < set->count; i++) {
		const struct source at = source_at(source, set->networks[i].place);
		char text[CIDR_TEXT_SIZE];

		if (has_public_addresses(&set->networks[i], private_use))
			report_warning_at(&at, path, set->networks[i].place,
					  "%s has public addresses: no connector protects mail from there",
					  cidr_print(&set->networks[i], text));
		else if (may_be_bridge(&set->networks[i]))
			report_warning_at(
				&at, path, set->networks[i].place,
				"%s is wide enough to hold the bridge of a container: where Postfix "
				"runs in one, mail from anywhere may come from there; name the "
				"hosts that you trust",
				cidr_print(&set->networks[i], text));
	}
}

/* The family of addresses of which a set has all; 0: of none, or of both. */
static int only_family(const struct cidr_set *set)
{
	bool has_all[7] = {false};

	for (size_t i = 0; i < set->count; i++)
		if (set->networks[i].prefix == 0)
			has_all[set->networks[i].network.family] = true;
	return has_all[4] == has_all[6] ? 0 : has_all[4] ? 4 : 6;
}

void networks_advise(const struct source *source, const struct path *path, enum networks_use use,
		     const struct cidr_set *set)
{
	int family = only_family(set);

	if (!source_wants_advice(source))
		return;
	for (size_t i = 0; i < set->count; i++) {
		const struct cidr *cidr = &set->networks[i];
		const struct source at = source_at(source, cidr->place);
		char text[CIDR_TEXT_SIZE];

		if (cidr->prefix != 0)
			continue;
		(void)cidr_print(cidr, text);
		switch (use) {
		case NETWORKS_SELECT:
			if (family != 0)
				report_warning_at(
					&at, path, cidr->place,
					"%s is every IPv%d address, and no other; for everyone write "
					"senders: [\"*\"]",
					text, family);
			break;
		case NETWORKS_EXCEPT:
			report_warning_at(
				&at, path, cidr->place,
				"%s is every IPv%d address, and leaves nobody out; leave \"clients\" "
				"out, or name the hosts",
				text, cidr->network.family);
			break;
		case NETWORKS_ALLOW:
			report_warning_at(
				&at, path, cidr->place,
				"%s is every IPv%d address, and asks for nothing; name the partner's "
				"networks, or leave the key out",
				text, cidr->network.family);
			break;
		}
	}
}
