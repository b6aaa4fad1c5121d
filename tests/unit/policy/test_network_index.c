/* SPDX-License-Identifier: MIT */
#include "policy/network_index.h"

#include <criterion/criterion.h>

#define CLAIMS_MAX 400

struct claim {
	struct cidr network;
	uint32_t owner;
};

/* What was found, in that order. */
struct seen {
	uint32_t owners[CLAIMS_MAX];
	size_t count;
};

static void note(void *context, uint32_t owner)
{
	struct seen *seen = context;

	cr_assert_lt(seen->count, CLAIMS_MAX);
	seen->owners[seen->count++] = owner;
}

static struct cidr cidr(const char *text)
{
	struct cidr cidr;
	const char *error;

	cr_assert(cidr_parse(text, &cidr, &error), "%s %s", text, error);
	return cidr;
}

static void expect(const struct network_index *index, const char *address, size_t count,
		   const uint32_t *owners)
{
	struct seen seen = {0};
	struct ip_address ip;

	cr_assert(ip_parse(address, &ip));
	network_index_match(index, &ip, note, &seen);
	cr_expect_eq(seen.count, count, "%s: %zu", address, seen.count);
	for (size_t i = 0; i < count && i < seen.count; i++)
		cr_expect_eq(seen.owners[i], owners[i], "%s: [%zu] is %u", address, i, seen.owners[i]);
}

Test(network_index, longest_first_and_every_owner)
{
	static const struct {
		const char *network;
		uint32_t owner;
	} rows[] = {
		{"0.0.0.0/0", 4},    {"192.0.2.0/24", 3},    {"192.0.2.25", 7}, {"192.0.2.0/24", 1},
		{"192.0.2.0/25", 3}, {"198.51.100.0/24", 2}, {"::/0", 5},       {"2001:db8::/32", 6},
	};
	struct network_index index = {0};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cidr network = cidr(rows[i].network);

		network_index_add(&index, &network, rows[i].owner);
	}
	network_index_finish(&index);
	expect(&index, "192.0.2.25", 5, (const uint32_t[]){7, 3, 1, 3, 4});
	expect(&index, "192.0.2.200", 3, (const uint32_t[]){1, 3, 4});
	expect(&index, "198.51.100.1", 2, (const uint32_t[]){2, 4});
	expect(&index, "203.0.113.1", 1, (const uint32_t[]){4});
	expect(&index, "2001:db8::1", 2, (const uint32_t[]){6, 5});
	expect(&index, "2001:db9::1", 1, (const uint32_t[]){5});
	network_index_fini(&index);
}

Test(network_index, nothing)
{
	const struct ip_address none = {0};
	struct network_index index = {0};
	struct cidr anyone = cidr("0.0.0.0/0");
	struct seen seen = {0};

	network_index_finish(&index);
	expect(&index, "192.0.2.25", 0, NULL);
	network_index_add(&index, &anyone, 1);
	network_index_finish(&index);
	network_index_match(&index, &none, note, &seen);
	cr_expect_eq(seen.count, 0, "no address is in no network");
	expect(&index, "::1", 0, NULL);
	network_index_fini(&index);
}

static unsigned next(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*random >> 33);
}

/* Within two bits an octet, so that many hold each other. */
static struct ip_address random_address(uint64_t *random)
{
	struct ip_address ip = {.family = next(random) % 2 ? 4 : 6};

	for (size_t i = 0; i < (ip.family == 4 ? 4 : 16); i++)
		ip.bytes[i] = (uint8_t)(next(random) % 2 * 0x80 + next(random) % 2);
	return ip;
}

static struct cidr random_network(uint64_t *random)
{
	struct cidr network = {.network = random_address(random)};
	unsigned bits = network.network.family == 4 ? 32 : 128;

	network.prefix = (uint8_t)(next(random) % (bits + 1));
	for (unsigned bit = network.prefix; bit < bits; bit++)
		network.network.bytes[bit / 8] &= (uint8_t) ~(1u << (7 - bit % 8));
	return network;
}

/* Whether each network that holds ip was found once, and none with a longer prefix after a shorter one. */
static bool is_right(const struct claim *claims, const struct seen *seen, const struct ip_address *ip)
{
	bool is_found[CLAIMS_MAX] = {false}, right = true;

	for (size_t i = 0; i < seen->count; i++) {
		right = right && !is_found[seen->owners[i]] &&
			(i == 0 || claims[seen->owners[i]].network.prefix <=
					   claims[seen->owners[i - 1]].network.prefix);
		is_found[seen->owners[i]] = true;
	}
	for (size_t i = 0; i < CLAIMS_MAX; i++)
		right = right && is_found[i] == cidr_contains(&claims[i].network, ip);
	return right;
}

Test(network_index, finds_what_a_search_through_all_finds)
{
	static struct claim claims[CLAIMS_MAX];
	struct network_index index = {0};
	uint64_t random = 1;
	size_t found = 0;

	for (uint32_t i = 0; i < CLAIMS_MAX; i++) {
		claims[i] = (struct claim){random_network(&random), i};
		network_index_add(&index, &claims[i].network, i);
	}
	network_index_finish(&index);
	for (int round = 0; round < 2000; round++) {
		struct ip_address ip = random_address(&random);
		char buffer[IP_TEXT_SIZE];
		struct seen seen = {0};

		network_index_match(&index, &ip, note, &seen);
		found += seen.count;
		cr_assert(is_right(claims, &seen, &ip), "%s", ip_print(&ip, buffer));
	}
	cr_expect_gt(found, 2000, "%zu found", found);
	network_index_fini(&index);
}

/* The first of all networks is one as well, whoever else has it. */
Test(network_index, the_first_network_of_two)
{
	const struct cidr network = cidr("192.0.2.0/24");
	struct network_index index = {0};

	network_index_add(&index, &network, 1);
	network_index_add(&index, &network, 0);
	network_index_finish(&index);
	cr_expect_eq(index.networks.count, 1);
	expect(&index, "192.0.2.25", 2, (const uint32_t[]){0, 1});
	network_index_fini(&index);
}
