/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "run/watched.h"

static struct ip_endpoint client(int port)
{
	struct ip_endpoint endpoint = {.port = port};

	cr_assert(ip_parse("127.0.0.1", &endpoint.address));
	return endpoint;
}

static void note(int port, const char *version, enum event_service service)
{
	const struct ip_endpoint from = client(port);
	const struct facts facts = {.client = from.address,
				    .client_port = port,
				    .tls = {.present = version != NULL, .version_text = version, .bits = 256},
				    .certificate = {.fingerprints = {.seen = FINGERPRINTS_SHOWN}}};
	const struct event event = {.service = service, .stage = EVENT_STAGE_RECIPIENT, .facts = &facts};

	watched_note(&event);
}

Test(watched, what_is_told_of_a_session_that_is_watched)
{
	const struct ip_endpoint watched = client(1000), other = client(1001);
	struct watched_facts facts[WATCHED_SERVICES];

	note(1000, "TLSv1.2", EVENT_SERVICE_MILTER);
	watched_begin(&watched, 100);
	note(1000, "TLSv1.3", EVENT_SERVICE_MILTER);
	note(1001, "TLSv1.1", EVENT_SERVICE_POLICY_SERVICE);
	watched_end(&other, 100, facts);
	cr_expect(!facts[EVENT_SERVICE_MILTER].told && !facts[EVENT_SERVICE_POLICY_SERVICE].told);
	watched_end(&watched, 100 + WATCHED_SECONDS, facts);
	cr_assert(facts[EVENT_SERVICE_MILTER].told && !facts[EVENT_SERVICE_POLICY_SERVICE].told);
	cr_expect_str_eq(facts[EVENT_SERVICE_MILTER].tls_version, "TLSv1.3");
	cr_expect_eq(facts[EVENT_SERVICE_MILTER].bits, 256);
	cr_expect(facts[EVENT_SERVICE_MILTER].fingerprint);
	watched_end(&watched, 100, facts);
	cr_expect(!facts[EVENT_SERVICE_MILTER].told);
}

Test(watched, ends_by_itself)
{
	const struct ip_endpoint watched = client(1000);
	struct watched_facts facts[WATCHED_SERVICES];

	watched_begin(&watched, 100);
	note(1000, NULL, EVENT_SERVICE_MILTER);
	watched_end(&watched, 101 + WATCHED_SECONDS, facts);
	cr_expect(!facts[EVENT_SERVICE_MILTER].told);
}

Test(watched, the_oldest_goes)
{
	struct watched_facts facts[WATCHED_SERVICES];

	for (int i = 0; i <= WATCHED_MAX; i++) {
		const struct ip_endpoint endpoint = client(1000 + i);

		watched_begin(&endpoint, 100 + i);
	}
	for (int i = 0; i <= WATCHED_MAX; i++) {
		const struct ip_endpoint endpoint = client(1000 + i);

		note(1000 + i, "TLSv1.3", EVENT_SERVICE_MILTER);
		watched_end(&endpoint, 100 + WATCHED_MAX, facts);
		cr_expect_eq(facts[EVENT_SERVICE_MILTER].told, i > 0, "session %d", i);
	}
}
