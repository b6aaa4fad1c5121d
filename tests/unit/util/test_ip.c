/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <netinet/in.h>

#include "unit/policy/build.h"
#include "util/ip.h"

static bool contains(const char *network, const char *address)
{
	struct cidr cidr;
	struct ip_address ip;
	const char *error;

	cr_assert(cidr_parse(network, &cidr, &error), "%s %s", network, error);
	cr_assert(ip_parse(address, &ip), "%s", address);
	return cidr_contains(&cidr, &ip);
}

Test(ip, parse_and_print)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"2001:DB8::1", "2001:db8::1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"::FFFF:c000:201", "192.0.2.1"},
		{"::1", "::1"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ip_address ip;
		char buffer[IP_TEXT_SIZE];

		cr_assert(ip_parse(cases[i].text, &ip), "%s", cases[i].text);
		cr_expect_str_eq(ip_print(&ip, buffer), cases[i].want);
	}
}

Test(ip, what_is_no_address)
{
	static const char *const texts[] = {"",         "1.2.3",      "1.2.3.256", "[::1]",
					    "::1%eth0", "1.2.3.4/32", "01.2.3.4 ", "x"};
	char buffer[IP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ip_address ip;

		cr_expect_not(ip_parse(texts[i], &ip), "%s", texts[i]);
		cr_expect_eq(ip.family, 0);
		cr_expect_str_eq(ip_print(&ip, buffer), "unknown");
	}
}

Test(ip, endpoints)
{
	static const struct {
		const char *address, *port, *want;
	} cases[] = {
		{"192.0.2.1", "25", "192.0.2.1"},
		{"::ffff:192.0.2.1", "65535", "192.0.2.1"},
		{"2001:DB8::1", "1", "2001:db8::1"},
		{"unknown", "unknown", NULL},
		{"unknown", "25", NULL},
		{"192.0.2.1", "unknown", NULL},
		{"192.0.2.1", "0", NULL},
		{"192.0.2.1", "65536", NULL},
		{"192.0.2.1", "-1", NULL},
		{"192.0.2.1", "", NULL},
		{"", "25", NULL},
		{NULL, "25", NULL},
		{"192.0.2.1", NULL, NULL},
		{"[192.0.2.1]", "25", NULL},
		{"IPv6:2001:db8::1", "25", NULL},
	};
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ip_endpoint endpoint;
		bool parsed = ip_endpoint_parse(cases[i].address, cases[i].port, &endpoint);

		cr_assert_eq(parsed, cases[i].want != NULL, "%zu", i);
		if (parsed) {
			cr_expect_str_eq(ip_print(&endpoint.address, text), cases[i].want);
			cr_expect_gt(endpoint.port, 0);
		} else {
			cr_expect(endpoint.address.family == 0 && endpoint.port == 0, "%zu", i);
		}
	}
}

Test(ip, sockaddr)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(25)};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(26)};
	struct sockaddr other = {.sa_family = AF_UNIX};
	struct ip_address ip;
	char buffer[IP_TEXT_SIZE];
	int port;

	cr_assert_eq(inet_pton(AF_INET, "192.0.2.7", &sin.sin_addr), 1);
	cr_assert(ip_from_sockaddr((struct sockaddr *)&sin, &ip, &port));
	cr_expect_str_eq(ip_print(&ip, buffer), "192.0.2.7");
	cr_expect_eq(port, 25);
	cr_assert_eq(inet_pton(AF_INET6, "::ffff:192.0.2.7", &sin6.sin6_addr), 1);
	cr_assert(ip_from_sockaddr((struct sockaddr *)&sin6, &ip, &port));
	cr_expect_eq(ip.family, 4);
	cr_expect_eq(port, 26);
	cr_expect_not(ip_from_sockaddr(&other, &ip, &port));
	cr_expect_eq(port, -1);
	cr_expect_not(ip_from_sockaddr(NULL, &ip, &port));
	cr_expect_eq(ip.family, 0);
}

Test(ip, loopback)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {{"127.0.0.1", true},        {"127.9.9.9", true},  {"::1", true},
		     {"::ffff:127.0.0.1", true}, {"128.0.0.1", false}, {"::2", false}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ip_address ip;

		cr_assert(ip_parse(cases[i].text, &ip));
		cr_expect_eq(ip_is_loopback(&ip), cases[i].want, "%s", cases[i].text);
	}
}

Test(cidr, contains)
{
	cr_expect(contains("192.0.2.0/24", "192.0.2.255"));
	cr_expect_not(contains("192.0.2.0/24", "192.0.3.0"));
	cr_expect(contains("192.0.2.128/25", "192.0.2.129"));
	cr_expect_not(contains("192.0.2.128/25", "192.0.2.127"));
	cr_expect(contains("0.0.0.0/0", "203.0.113.9"));
	cr_expect_not(contains("::/0", "203.0.113.9"));
	cr_expect_not(contains("0.0.0.0/0", "2001:db8::1"));
	cr_expect(contains("2001:db8::/33", "2001:db8:7fff::1"));
	cr_expect_not(contains("2001:db8::/33", "2001:db8:8000::1"));
	cr_expect(contains("192.0.2.1", "192.0.2.1"));
	cr_expect_not(contains("192.0.2.1", "192.0.2.2"));
	cr_expect(contains("::ffff:192.0.2.0/120", "192.0.2.9"));
	cr_expect(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
}

Test(cidr, errors)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"192.0.2.1/24", "has bits set beyond its prefix length"},
		{"2001:db8::1/64", "has bits set beyond its prefix length"},
		{"192.0.2.0/33", "has a prefix length out of range"},
		{"192.0.2.0/", "has a prefix length out of range"},
		{"192.0.2.0/-1", "has a prefix length out of range"},
		{"192.0.2.0/2x", "has a prefix length out of range"},
		{"192.0.2.0/0024", "has a prefix length out of range"},
		{"2001:db8::/129", "has a prefix length out of range"},
		{"::ffff:192.0.2.0/64", "has a prefix length out of range"},
		{"192.0.2", "is neither an IP address nor a network such as 192.0.2.0/24 or 2001:db8::/32"},
		{"", "is neither an IP address nor a network such as 192.0.2.0/24 or 2001:db8::/32"},
		{"contoso.com",
		 "is neither an IP address nor a network such as 192.0.2.0/24 or 2001:db8::/32"},
		{"192.0.2.0/24/24", "has a prefix length out of range"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cidr cidr;
		const char *error = "";

		cr_expect_not(cidr_parse(cases[i].text, &cidr, &error), "%s", cases[i].text);
		cr_expect_str_eq(error, cases[i].want, "%s: %s", cases[i].text, error);
	}
}

Test(cidr_set, longest_prefix_wins)
{
	struct cidr_set set = {0};
	static const struct {
		const char *address, *want;
	} cases[] = {
		{"192.0.2.9", "192.0.2.8/29"},
		{"192.0.2.77", "192.0.2.0/24"},
		{"192.0.3.1", "192.0.0.0/16"},
		{"10.1.2.3", NULL},
		{"192.0.2.1", "192.0.2.1"},
		{"2001:db8::1", "2001:db8::/32"},
		{"2001:db9::1", "::/0"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"203.0.113.200", "203.0.113.128/25"},
	};

	build_cidrs(&set, "192.0.0.0/16 192.0.2.0/24 192.0.2.8/29 192.0.2.1 2001:db8::/32 ::/0 192.0.2.0/24 "
			  "203.0.113.128/25");
	cr_expect_eq(set.count, 7);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ip_address ip;
		char buffer[CIDR_TEXT_SIZE];
		const struct cidr *found;

		cr_assert(ip_parse(cases[i].address, &ip));
		found = cidr_set_find(&set, &ip);
		if (cases[i].want == NULL)
			cr_expect_null(found);
		else if (found == NULL)
			cr_expect_fail("%s not found", cases[i].address);
		else
			cr_expect_str_eq(cidr_print(found, buffer), cases[i].want);
	}
	cidr_set_fini(&set);
}

Test(cidr_set, agrees_with_a_linear_search)
{
	struct cidr_set set = {0};
	uint32_t seed = 1;

	for (int i = 0; i < 300; i++) {
		struct cidr cidr = {.network = {.family = 4}, .prefix = 0};
		uint32_t bits;

		seed = seed * 1103515245u + 12345u;
		cidr.prefix = (uint8_t)(seed >> 16 & 31);
		bits = cidr.prefix == 0 ? 0 : (seed * 2654435761u) & (0xffffffffu << (32 - cidr.prefix));
		for (int b = 0; b < 4; b++)
			cidr.network.bytes[b] = (uint8_t)(bits >> (24 - 8 * b));
		cidr_set_add(&set, &cidr);
	}
	cidr_set_finish(&set);
	for (int i = 0; i < 3000; i++) {
		struct ip_address ip = {.family = 4};
		const struct cidr *found, *want = NULL;

		seed = seed * 1103515245u + 12345u;
		for (int b = 0; b < 4; b++)
			ip.bytes[b] = (uint8_t)((seed * 2654435761u) >> (24 - 8 * b));
		found = cidr_set_find(&set, &ip);
		for (size_t k = 0; k < set.count; k++)
			if (cidr_contains(&set.networks[k], &ip) &&
			    (want == NULL || set.networks[k].prefix > want->prefix))
				want = &set.networks[k];
		cr_assert_eq(found, want);
	}
	cidr_set_fini(&set);
}

Test(cidr_set, empty_holds_nothing)
{
	struct cidr_set set = {0};
	struct ip_address ip;

	cidr_set_finish(&set);
	cr_assert(ip_parse("192.0.2.1", &ip));
	cr_expect_null(cidr_set_find(&set, &ip));
	ip = (struct ip_address){0};
	cr_expect_null(cidr_set_find(&set, &ip));
}

Test(cidr_set, is_not_searched_before_it_is_sorted, .signal = SIGABRT)
{
	struct cidr_set set = {0};
	struct cidr cidr = {.network = {.family = 4}};

	cidr_set_add(&set, &cidr);
	(void)cidr_set_find(&set, &cidr.network);
}
