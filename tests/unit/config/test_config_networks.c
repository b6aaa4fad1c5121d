/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(config_networks);

#define TODAY 20270115
#define CONNECTOR "connectors:\n  - {name: a, senders: a.example, require: tls}\n"
#define LACKS(what)                                                                                          \
	"p:1:19: warning: trusted_networks: " what                                                           \
	" not in it: what a content filter on this host hands back is "                                      \
	"judged as mail from outside; right only where a TLS proxy hands over mail from there\n"

static void expect_networks(const char *networks, const char *expected)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "trusted_networks: %s\n" CONNECTOR, networks);
	expect_advice(text.text, TODAY, expected);
	expect_messages(text.text, "");
	strbuf_fini(&text);
}

Test(config_networks, loopback)
{
	expect_advice(CONNECTOR, TODAY, "");
	expect_networks("[127.0.0.0/8, '::1', 10.0.0.0/24]", "");
	expect_networks("[127.0.0.1, '::1']", "");
	expect_networks("[10.0.0.0/24, '::1']", LACKS("127.0.0.1 is"));
	expect_networks("[127.0.0.1]", LACKS("::1 is"));
	expect_networks("[]", LACKS("127.0.0.1 and ::1 are"));
	expect_networks("[127.0.0.2, '::1']", LACKS("127.0.0.1 is"));
}

#define PUBLIC(column, network)                                                                              \
	"p:1:" column ": warning: trusted_networks: " network                                                \
	" has public addresses: no connector protects mail from there\n"

Test(config_networks, public_networks)
{
	expect_networks("[127.0.0.0/8, '::1', 172.16.0.0/24, 192.168.1.0/24, 'fd00::/64', 'fe80::/64', "
			"100.64.0.0/16]",
			"");
	expect_networks("[127.0.0.0/8, '::1', 8.8.8.8]", PUBLIC("40", "8.8.8.8"));
	expect_networks("[127.0.0.0/8, '::1', 172.0.0.0/8]", PUBLIC("40", "172.0.0.0/8"));
	expect_networks("[0.0.0.0/0, '::/0']", PUBLIC("20", "0.0.0.0/0") PUBLIC("31", "::/0"));
	expect_networks("[127.0.0.0/8, '::1', '2a00::/16']", PUBLIC("40", "2a00::/16"));
}

#define BRIDGE(column, network)                                                                              \
	"p:1:" column ": warning: trusted_networks: " network                                                \
	" is wide enough to hold the bridge of a container: where Postfix runs in one, mail from anywhere "  \
	"may come from there; name the hosts that you trust\n"

Test(config_networks, bridges_of_containers)
{
	expect_networks("[127.0.0.0/8, '::1', 172.17.0.0/16]", BRIDGE("40", "172.17.0.0/16"));
	expect_networks("[127.0.0.0/8, '::1', 10.0.0.0/8]", BRIDGE("40", "10.0.0.0/8"));
	expect_networks("[127.0.0.0/8, '::1', 192.168.16.0/20]", BRIDGE("40", "192.168.16.0/20"));
	expect_networks("[127.0.0.0/8, '::1', 192.168.16.0/21]", "");
	expect_networks("[127.0.0.0/8, '::1', 172.17.0.1]", "");
	expect_networks("[127.0.0.0/8, '::1', 'fd00:1::/63']", BRIDGE("40", "fd00:1::/63"));
	expect_networks("[127.0.0.0/8, '::1', 'fd00:1::/64']", "");
	expect_networks("[127.0.0.0/8, '::1', 'fe80::/10']", "");
}

static void expect_use(const char *connector, const char *expected)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "connectors:\n  - {name: a, %s}\n", connector);
	expect_advice(text.text, TODAY, expected);
	expect_messages(text.text, "");
	strbuf_fini(&text);
}

/* All addresses of a family: as good as nothing, or one family forgotten. */
Test(config_networks, all_addresses)
{
	expect_use("senders: x.example, require: {allowed_clients: [192.0.2.0/24, '::/0']}",
		   "p:2:77: warning: connectors[0].require.allowed_clients: ::/0 is every IPv6 address, and "
		   "asks "
		   "for nothing; name the partner's networks, or leave the key out\n");
	expect_use(
		"clients: 0.0.0.0/0, require: tls",
		"p:2:24: warning: connectors[0].clients: 0.0.0.0/0 is every IPv4 address, and no other; for "
		"everyone write senders: [\"*\"]\n");
	expect_use("clients: ['::/0', 0.0.0.0/0], require: tls", "");
	expect_use("clients: 0.0.0.0/1, require: {allowed_clients: 128.0.0.0/1}", "");
	expect_use("senders: x.example, require: tls, except: [{clients: 0.0.0.0/0, authenticated: true}]",
		   "p:2:68: warning: connectors[0].except[0].clients: 0.0.0.0/0 is every IPv4 address, and "
		   "leaves nobody out; leave \"clients\" out, or name the hosts\n");
}
