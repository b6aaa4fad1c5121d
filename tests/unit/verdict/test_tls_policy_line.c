/* SPDX-License-Identifier: MIT */
#include "verdict/tls_policy_line.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "unit/policy/build.h"
#include "util/memory.h"

static struct policy *policy;

static void add(const char *name, const char *recipients, enum mode mode, bool nothing)
{
	struct connector *connector = build_connector(policy, name, NULL, recipients, NULL);

	connector->mode = mode;
	connector->has_require = false;
	connector->has_tls_policy = true;
	connector->tls_policy.nothing = nothing;
	connector->tls_policy.level = TLS_POLICY_ENCRYPT;
	connector->tls_policy.min_version = TLS_VERSION_1_2;
	tls_policy_finish(&connector->tls_policy);
}

static void open_case(void)
{
	policy = policy_new();
	add("to-contoso", "*.contoso.com", MODE_ENFORCE, false);
	add("except", "news.contoso.com", MODE_ENFORCE, true);
	add("pilot", "pilot.example", MODE_TEST, false);
	policy_finish(policy);
}

static void close_case(void)
{
	policy_free(&policy);
}

TestSuite(tls_policy_line, .init = open_case, .fini = close_case);

#define ENCRYPT "encrypt protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1 connection_reuse=no"

struct line {
	const char *next_hop;
	bool tested;
	const char *text;
};

static void expect(const struct line *line, const char *got)
{
	cr_expect_str_eq(got, line->text, "%s:\ngot  %s\nwant %s", line->next_hop, got, line->text);
}

Test(tls_policy_line, text)
{
	static const struct line lines[] = {
		{"contoso.com", false,
		 "NOQUEUE: answer: TLS-POLICY for contoso.com: " ENCRYPT
		 "; connector=to-contoso next_hop=<contoso.com> mode=enforce"},
		{"[MX.Contoso.com]:25", false,
		 "NOQUEUE: answer: TLS-POLICY for mx.contoso.com: " ENCRYPT
		 "; connector=to-contoso next_hop=<[MX.Contoso.com]:25> mode=enforce"},
		{"news.contoso.com", false,
		 "NOQUEUE: notfound: TLS-POLICY for news.contoso.com: no demand; connector=except "
		 "next_hop=<news.contoso.com> mode=enforce"},
		{"other.example", false,
		 "NOQUEUE: notfound: TLS-POLICY for other.example: no connector applies; connector=- "
		 "next_hop=<other.example> mode=enforce"},
		{"pilot.example", true,
		 "NOQUEUE: would-answer: TLS-POLICY for pilot.example: " ENCRYPT
		 "; connector=pilot next_hop=<pilot.example> mode=test"},
		{"a b\n;<x>=\"", false,
		 "NOQUEUE: temp: TLS-POLICY for a\\x20b\\x0A\\x3B\\x3Cx\\x3E=\\x22: try again later; "
		 "connector=- reason=internal next_hop=<a\\x20b\\x0A\\x3B\\x3Cx\\x3E=\\x22> mode=enforce"},
		{"", false,
		 "NOQUEUE: temp: TLS-POLICY for \"\": try again later; connector=- reason=internal "
		 "next_hop=<> mode=enforce"},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct tls_policy_lookup lookup;
		const struct tls_policy_event event = {
			.next_hop = lines[i].next_hop, .policy = policy, .lookup = &lookup};
		const struct tls_policy_view line = {.event = &event, .tested = lines[i].tested};
		char *got;

		tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, lines[i].next_hop, &lookup);
		got = log_form_text(&tls_policy_line_form, &line);
		expect(&lines[i], got);
		free(got);
	}
}

Test(tls_policy_line, json)
{
	static const struct line lines[] = {
		{"contoso.com", false,
		 "{\"queue_id\":null,\"verdict\":\"answer\",\"domain\":\"contoso.com\",\"reply\":\"" ENCRYPT
		 "\",\"connector\":\"to-contoso\",\"reason\":null,\"next_hop\":\"contoso.com\","
		 "\"mode\":\"enforce\"}"},
		{"\xff \"", false,
		 "{\"queue_id\":null,\"verdict\":\"temp\",\"domain\":\"\\uFFFD \\\"\","
		 "\"reply\":\"try again later\",\"connector\":null,\"reason\":\"internal\","
		 "\"next_hop\":\"\\uFFFD \\\"\",\"mode\":\"enforce\"}"},
		{"pilot.example", true,
		 "{\"queue_id\":null,\"verdict\":\"would-answer\",\"domain\":\"pilot.example\",\"reply\":"
		 "\"" ENCRYPT "\",\"connector\":\"pilot\",\"reason\":null,\"next_hop\":\"pilot.example\","
		 "\"mode\":\"test\"}"},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct tls_policy_lookup lookup;
		const struct tls_policy_event event = {
			.next_hop = lines[i].next_hop, .policy = policy, .lookup = &lookup};
		const struct tls_policy_view line = {.event = &event, .tested = lines[i].tested};
		char *got;

		tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, lines[i].next_hop, &lookup);
		got = log_form_json(&tls_policy_line_form, &line);
		expect(&lines[i], got);
		free(got);
	}
}

Test(tls_policy_line, policy_in_test_mode)
{
	struct tls_policy_lookup lookup;
	const struct tls_policy_event event = {
		.next_hop = "contoso.com", .policy = policy, .lookup = &lookup};
	const struct tls_policy_view line = {.event = &event};
	char *got;

	policy->mode = MODE_TEST;
	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, "contoso.com", &lookup);
	got = log_form_text(&tls_policy_line_form, &line);
	cr_expect_str_eq(got,
			 "NOQUEUE: notfound: TLS-POLICY for contoso.com: test mode: nothing is enforced; "
			 "connector=- next_hop=<contoso.com> mode=test");
	free(got);
}

/* However long the key is. */
Test(tls_policy_line, length_is_bounded)
{
	char next_hop[10001];
	struct tls_policy_lookup lookup;
	const struct tls_policy_event event = {.next_hop = next_hop, .policy = policy, .lookup = &lookup};
	const struct tls_policy_view line = {.event = &event};
	char *text, *json;

	memset(next_hop, 'x', sizeof next_hop - 1);
	next_hop[sizeof next_hop - 1] = '\0';
	tls_policy_look_up(policy, TLS_POLICY_MAP_ALL, next_hop, &lookup);
	text = log_form_text(&tls_policy_line_form, &line);
	json = log_form_json(&tls_policy_line_form, &line);
	cr_expect(strlen(text) < 1500 && strlen(json) < 1500, "%zu, %zu", strlen(text), strlen(json));
	free(text);
	free(json);
}

/* Of one letter, and as it was read; what is tried out demands nothing by its own word. */
Test(tls_policy_line, a_short_domain_and_a_trial_of_nothing)
{
	const struct tls_policy_lookup lookup = {.next_hop.domain = "x",
						 .enforced.result = TLS_POLICY_FOUND,
						 .tested = {.result = TLS_POLICY_NOT_FOUND},
						 .tested_differs = true};
	const struct tls_policy_event event = {.next_hop = "X", .policy = policy, .lookup = &lookup};
	const struct tls_policy_view line = {.event = &event, .tested = true};
	char *got = log_form_text(&tls_policy_line_form, &line);

	cr_expect_str_eq(got, "NOQUEUE: would-notfound: TLS-POLICY for x: no connector applies; connector=- "
			      "next_hop=<X> mode=test");
	free(got);
}
