/* SPDX-License-Identifier: MIT */
#include "run/fingerprint_cache.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/clock.h"

static struct readings sender, recipient;
static struct facts facts;
static struct ip_endpoint server;
static struct fingerprint_session session;

static void set_up(void)
{
	readings_of_sender(&sender, &(struct written_address){.argument = "<a@contoso.com>"}, NULL, NULL);
	readings_of_recipient(&recipient, &(struct written_address){.argument = "<b@example.org>"});
	facts = (struct facts){.client_port = 40000, .sender = &sender, .recipient = &recipient};
	cr_assert(ip_parse("192.0.2.25", &facts.client));
	cr_assert(ip_endpoint_parse("198.51.100.1", "25", &server));
	fingerprint_cache_begin(&session, 0);
	facts.certificate.fingerprints = (struct fingerprints){.seen = FINGERPRINTS_SHOWN, .count = 1};
	facts.certificate.fingerprints.list[0].bytes[0] = 0x5a;
}

static void tear_down(void)
{
	fingerprint_cache_clear();
	readings_fini(&sender);
	readings_fini(&recipient);
}

TestSuite(fingerprint_cache, .init = set_up, .fini = tear_down);

static void use_sender(const char *text, const char *helo)
{
	readings_fini(&sender);
	readings_of_sender(&sender, &(struct written_address){.argument = text}, helo, NULL);
}

static void use_recipient(const struct written_address *written)
{
	readings_fini(&recipient);
	readings_of_recipient(&recipient, written);
}

static bool finds(int64_t now)
{
	struct fingerprints found = {0};
	bool is_found = fingerprint_cache_find(&facts, &server, &session, now * CLOCK_SECOND, &found);

	cr_expect_not(is_found && (found.seen != FINGERPRINTS_SHOWN || found.list[0].bytes[0] != 0x5a));
	return is_found;
}

Test(fingerprint_cache, is_found_for_the_same_recipient_of_the_same_session_alone)
{
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect(finds(1000));
	facts.client_port++;
	cr_expect_not(finds(1000), "another port");
	facts.client_port--;
	cr_assert(ip_parse("192.0.2.26", &facts.client));
	cr_expect_not(finds(1000), "another address");
	cr_assert(ip_parse("192.0.2.25", &facts.client));
	use_sender("<c@contoso.com>", NULL);
	cr_expect_not(finds(1000), "another sender");
	use_sender("<a@contoso.com>", NULL);
	use_recipient(&(struct written_address){.argument = "<b@example.com>"});
	cr_expect_not(finds(1000), "another recipient");
	use_recipient(&(struct written_address){.argument = "<b@example.org>"});
	facts.tls.present = true;
	cr_expect_not(finds(1000), "after STARTTLS");
	facts.tls.present = false;
	server.port++;
	cr_expect_not(finds(1000), "another port of the server");
	server.port--;
	cr_assert(ip_parse("198.51.100.2", &server.address));
	cr_expect_not(finds(1000), "another address of the server");
	cr_assert(ip_parse("::ffff:198.51.100.1", &server.address));
	cr_expect(finds(1000));
}

Test(fingerprint_cache, no_end_of_the_connection_stands_for_the_other)
{
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	server.address = facts.client;
	server.port = facts.client_port;
	facts.client_port = 25;
	cr_assert(ip_parse("198.51.100.1", &facts.client));
	cr_expect_not(finds(1000));
}

Test(fingerprint_cache, serves_one_session)
{
	struct fingerprint_session other;

	fingerprint_cache_begin(&other, 0);
	cr_expect_neq(other.number, session.number);
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect(finds(1000));
	cr_expect(finds(1000), "the same session, once more");
	cr_expect_not(fingerprint_cache_find(&facts, &server, &other, 1000 * CLOCK_SECOND,
					     &facts.certificate.fingerprints));
	/* One that comes later from the same port, of whose recipient the policy service was asked. */
	fingerprint_cache_note(&facts, &server, 1001 * CLOCK_SECOND);
	cr_expect(fingerprint_cache_find(&facts, &server, &other, 1001 * CLOCK_SECOND,
					 &facts.certificate.fingerprints));
	cr_expect_not(finds(1001));
}

Test(fingerprint_cache, both_doors_mean_the_same_recipient)
{
	static const struct {
		const char *milter, *macro, *policy_service;
	} cases[] = {
		{"<b@example.org>", "b@example.org", "b@example.org"},
		{"b@example.org", "b@example.org", "b@example.org"},
		{"<@relay.example:B@Example.ORG.>", "b@example.org", "B@Example.ORG."},
		{"<\"quoted local\"@example.org>", "\"quoted local\"@example.org",
		 "quoted local@example.org"},
		{"<\"u@evil.example\"@example.org>", "\"u@evil.example\"@example.org",
		 "u@evil.example@example.org"},
		{"<u(comment)@example.org>", "u@example.org", "u@example.org"},
		{"<bob>", "bob@example.org", "bob"},
		{"<v@[IPv6:::1]>", "v@[ipv6:::1]", "v@[IPv6:::1]"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		use_recipient(&(struct written_address){
			.argument = cases[i].policy_service, .myorigin = "example.org", .unquoted = true});
		fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
		use_recipient(
			&(struct written_address){.argument = cases[i].milter, .macro = cases[i].macro});
		cr_expect(finds(1000), "%s", cases[i].milter);
		fingerprint_cache_clear();
	}
}

Test(fingerprint_cache, the_null_sender_is_one_whatever_it_is_read_as)
{
	use_sender("<>", "mail.contoso.com");
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	use_sender("<>", "other.contoso.com");
	cr_expect(finds(1000));
	use_sender("<postmaster@mail.contoso.com>", NULL);
	cr_expect_not(finds(1000));
}

Test(fingerprint_cache, what_comes_later_counts)
{
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	facts.certificate.fingerprints = (struct fingerprints){.seen = FINGERPRINTS_NONE};
	fingerprint_cache_note(&facts, &server, 1001 * CLOCK_SECOND);
	facts.certificate.fingerprints.seen = FINGERPRINTS_UNSEEN;
	cr_assert(fingerprint_cache_find(&facts, &server, &session, 1001 * CLOCK_SECOND,
					 &facts.certificate.fingerprints));
	cr_expect_eq(facts.certificate.fingerprints.seen, FINGERPRINTS_NONE);
}

Test(fingerprint_cache, of_an_earlier_session_is_none)
{
	struct fingerprints found;
	int64_t noted = 1000 * CLOCK_SECOND;

	fingerprint_cache_note(&facts, &server, noted);
	fingerprint_cache_begin(&session, noted + 1);
	cr_expect_not(fingerprint_cache_find(&facts, &server, &session, noted + 1, &found));
	fingerprint_cache_begin(&session, noted);
	cr_expect(fingerprint_cache_find(&facts, &server, &session, noted + 1, &found));
}

Test(fingerprint_cache, goes_stale)
{
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect(finds(1000 + FINGERPRINT_CACHE_SECONDS));
	cr_expect_not(finds(1001 + FINGERPRINT_CACHE_SECONDS));
}

Test(fingerprint_cache, is_bounded_and_the_oldest_goes_first)
{
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	facts.client_port = 1;
	fingerprint_cache_note(&facts, &server, 1001 * CLOCK_SECOND);
	for (size_t i = 2; i <= FINGERPRINT_CACHE_MAX; i++) {
		facts.client.bytes[0] = (uint8_t)(i >> 16);
		facts.client_port = (int)(i & 0xffff) + 1;
		fingerprint_cache_note(&facts, &server, 1002 * CLOCK_SECOND);
	}
	cr_assert(ip_parse("192.0.2.25", &facts.client));
	facts.client_port = 40000;
	cr_expect_not(finds(1002), "the oldest is still there");
	facts.client_port = 1;
	cr_expect(finds(1002), "more than the oldest went");
}

Test(fingerprint_cache, what_names_no_session_is_not_kept)
{
	facts.client_port = -1;
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect_not(finds(1000));
	facts.client_port = 40000;
	facts.client.family = 0;
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect_not(finds(1000));
	cr_assert(ip_parse("192.0.2.25", &facts.client));
	server = (struct ip_endpoint){0};
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect_not(finds(1000));
	cr_assert(ip_endpoint_parse("198.51.100.1", "25", &server));
	use_recipient(&(struct written_address){.argument = "a@", .unquoted = true});
	fingerprint_cache_note(&facts, &server, 1000 * CLOCK_SECOND);
	cr_expect_not(finds(1000));
}
