/* SPDX-License-Identifier: MIT */
#include "metrics/metrics.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/clock.h"
#include "run/snapshot.h"
#include "run/verdict_counters.h"

static const struct service_context context = {.started = 1000000000};

static void publish(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_load_bytes("p", (const unsigned char *)text, strlen(text), &diagnostics);

	cr_assert_not_null(config);
	diagnostics_fini(&diagnostics);
	snapshot_publish(config);
}

TestSuite(metrics, .fini = snapshot_retire);

/* The response; the caller frees it. */
static char *ask(const char *request, enum stream_step expected)
{
	void *state = service_metrics.stream.open((void *)(uintptr_t)&context, -1);
	struct strbuf out = {0};
	size_t used = 0;

	cr_assert_eq(service_metrics.stream.serve(state, request, strlen(request), &used, &out), expected,
		     "%s", request);
	return strbuf_take(&out);
}

static void expect_lines(const char *response, const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_expect(strstr(response, lines[i]) != NULL, "%s\nhas no\n%s", response, lines[i]);
}

/* A verdict of the policy in force that names its connector by number. */
static void count_verdict(size_t number, enum verdict verdict, enum reason reason, bool tested)
{
	struct snapshot *snapshot = snapshot_acquire();
	const struct config *config = snapshot_config(snapshot);
	struct judgement judgement = {.verdict = verdict,
				      .reason = reason,
				      .has_connector = true,
				      .decisive = {.connector = config->policy->connectors[number]}};

	verdict_counters_add(config, COUNTED_milter, &judgement, tested, tested ? MODE_TEST : MODE_ENFORCE);
	snapshot_release(&snapshot);
}

Test(metrics, of_a_policy_and_its_mail)
{
	static const char *const lines[] = {
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; "
		"charset=utf-8\r\nContent-Length: ",
		"\r\nConnection: close\r\n\r\n# HELP forcedtls_build_info ",
		"\nforcedtls_build_info{version=\"" PACKAGE_VERSION "\"} 1\n",
		"\",mode=\"enforce\"} 1\n",
		"\nforcedtls_verdicts_total{door=\"milter\",connector=\"a\",verdict=\"reject\",reason="
		"\"plaintext\",mode="
		"\"enforce\"} 2\n",
		"\nforcedtls_verdicts_total{door=\"milter\",connector=\"t\",verdict=\"would-tempfail\","
		"reason=\"version\","
		"mode=\"test\"} 1\n",
		"\nforcedtls_tls_policy_answers_total{connector=\"-\",answer=\"notfound\"} 1\n",
		"\nforcedtls_sessions_total{door=\"milter\",tls_version=\"TLSv1.3\",certificate=\"verified\"}"
		" 1\n",
		"\nforcedtls_sessions_total{door=\"policy-service\",tls_version=\"none\",certificate="
		"\"untold\"} 1\n",
		"\nforcedtls_sessions_open{door=\"policy-service\"} 0\n",
		"\nforcedtls_door_requests_total{door=\"tls-policy\",result=\"malformed\"} 1\n",
		"\nforcedtls_decision_seconds_count 1\n",
		"\nforcedtls_reloads_total{result=\"failed\"} 1\n",
		"\nforcedtls_last_reload_successful 0\n",
		"\nforcedtls_policy_connectors{mode=\"enforce\"} 2\n",
		"\nforcedtls_policy_connectors{mode=\"test\"} 1\n",
		"\nforcedtls_policy_connectors{mode=\"disabled\"} 1\n",
		/* 2027-03-02 00:00 UTC: the last of two entries, which counts on its last day. */
		"\nforcedtls_certificate_entry_end_timestamp_seconds{connector=\"b\"} 1803945600\n",
		/* Behind what a time_t of 32 bit can tell. */
		"\nforcedtls_certificate_entry_end_timestamp_seconds{connector=\"a\"} 32503680000\n",
		"\nforcedtls_log_lines_lost_total 3\n",
		"\nprocess_start_time_seconds 1000000000\n",
	};
	const struct facts encrypted = {.tls = {.present = true, .version = TLS_VERSION_1_3},
					.certificate = {.state = CERTIFICATE_VERIFIED}};
	char *response;

	publish("connectors:\n"
		"  - {name: a, senders: a.example, require: {certificate: {subject: a.example, valid_to: "
		"2999-12-31}}}\n"
		"  - {name: b, senders: b.example, require: {certificate: [{subject: b.example, valid_to: "
		"2026-01-01}, {subject: b.example, valid_to: 2027-03-01}]}}\n"
		"  - {name: t, mode: test, senders: t.example, require: tls}\n"
		"  - {name: d, enabled: false, senders: d.example, require: tls}\n");
	count_verdict(0, VERDICT_REJECT, REASON_PLAINTEXT, false);
	count_verdict(0, VERDICT_REJECT, REASON_PLAINTEXT, false);
	count_verdict(2, VERDICT_TEMPFAIL, REASON_VERSION, true);
	verdict_counters_add_answer(NULL, &(struct tls_policy_answer){0});
	counters_smtp_session(COUNTED_milter, &encrypted);
	counters_smtp_session(COUNTED_policy_service, &(struct facts){0});
	counters_request(COUNTED_tls_policy, true);
	counters_decision(clock_monotonic());
	counters_reload(false);
	counters_log_lines_lost(3);
	response = ask("GET /metrics HTTP/1.1\r\n\r\n", STREAM_LAST);
	expect_lines(response, lines, sizeof lines / sizeof *lines);
	free(response);
}

Test(metrics, a_reload_counts_as_good_before_the_first_and_after_a_good_one)
{
	static const char *const lines[] = {"\nforcedtls_last_reload_successful 1\n"};
	char *response;

	publish("connectors: [{name: a, senders: a.example, require: tls}]\n");
	response = ask("GET /metrics HTTP/1.1\r\n\r\n", STREAM_LAST);
	expect_lines(response, lines, 1);
	free(response);
	counters_reload(false);
	counters_reload(true);
	response = ask("GET /metrics HTTP/1.1\r\n\r\n", STREAM_LAST);
	expect_lines(response, lines, 1);
	free(response);
}

Test(metrics, numbers_of_a_connector_stay_with_its_name)
{
	static const char *const lines[] = {
		"{door=\"milter\",connector=\"a\",verdict=\"reject\",reason=\"bits\",mode=\"enforce\"} 2\n",
		"{door=\"milter\",connector=\"b\",verdict=\"reject\",reason=\"bits\",mode=\"enforce\"} 1\n",
	};
	char *response;

	publish("connectors: [{name: a, senders: a.example, require: tls}]\n");
	count_verdict(0, VERDICT_REJECT, REASON_BITS, false);
	publish("connectors: [{name: b, senders: a.example, require: tls}, {name: a, senders: b.example, "
		"require: "
		"tls}]\n");
	count_verdict(0, VERDICT_REJECT, REASON_BITS, false);
	count_verdict(1, VERDICT_REJECT, REASON_BITS, false);
	response = ask("GET /metrics HTTP/1.1\r\n\r\n", STREAM_LAST);
	expect_lines(response, lines, sizeof lines / sizeof *lines);
	free(response);
}

/* Ten thousand, of which a thousand have a place: the names of all of them in every policy to come are no more. */
Test(metrics, names_of_connectors_are_bounded)
{
	struct strbuf policy = {0};
	size_t series = 0;
	char *response;

	for (int round = 0; round < 2; round++) {
		strbuf_cut(&policy, 0);
		strbuf_puts(&policy, "connectors:\n");
		for (int i = 0; i < 10000; i++)
			strbuf_printf(
				&policy,
				"  - {name: n%d-%d, senders: d%d.example, require: {certificate: {subject: "
				"a.example, valid_to: 2999-01-01}}}\n",
				round, i, i);
		publish(policy.text);
		for (size_t i = 0; i < 10000; i++)
			count_verdict(i, VERDICT_REJECT, REASON_PLAINTEXT, false);
	}
	strbuf_fini(&policy);
	response = ask("GET /metrics HTTP/1.1\r\n\r\n", STREAM_LAST);
	for (const char *at = response; (at = strstr(at, "forcedtls_verdicts_total{")) != NULL; at++)
		series++;
	cr_expect_eq(series, VERDICT_COUNTERS_NAMES_MAX + 1, "%zu", series);
	cr_expect(strstr(response, "connector=\"other\",verdict=\"reject\",reason=\"plaintext\",mode="
				   "\"enforce\"} 19000\n") != NULL);
	series = 0;
	for (const char *at = response; (at = strstr(at, "entry_end_timestamp_seconds{")) != NULL; at++)
		series++;
	cr_expect_eq(series, VERDICT_COUNTERS_NAMES_MAX, "%zu", series);
	free(response);
}

Test(metrics, openmetrics_ends_with_its_mark)
{
	char *response;

	publish("connectors: [{name: a, senders: a.example, require: tls}]\n");
	response = ask("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text; version=1.0.0\r\n\r\n",
		       STREAM_LAST);
	cr_expect(
		strstr(response,
		       "\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n") !=
		NULL);
	cr_expect_str_eq(response + strlen(response) - 7, "\n# EOF\n");
	free(response);
}

static void expect_status(const char *request, enum stream_step step, const char *status)
{
	char *response = ask(request, step);

	cr_expect(strncmp(response, status, strlen(status)) == 0, "%s", response);
	free(response);
}

Test(metrics, nothing_else_is_to_be_had)
{
	char *nothing;

	publish("connectors: [{name: a, senders: a.example, require: tls}]\n");
	expect_status("GET / HTTP/1.1\r\n\r\n", STREAM_LAST, "HTTP/1.1 404 Not Found\r\n");
	expect_status("GET /metrics/x HTTP/1.1\r\n\r\n", STREAM_LAST, "HTTP/1.1 404 Not Found\r\n");
	expect_status("EHLO a.example\r\n", STREAM_MALFORMED, "HTTP/1.1 400 Bad Request\r\n");
	expect_status("POST /metrics HTTP/1.1\r\n\r\n", STREAM_LAST,
		      "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n");
	nothing = ask("GET /metrics HTTP/1.1\r\n", STREAM_MORE);
	free(nothing);
	cr_expect(service_metrics.stream.unlogged, "whoever tries ports would fill the log");
}

Test(metrics, head_has_no_body)
{
	char *response;

	publish("connectors: [{name: a, senders: a.example, require: tls}]\n");
	response = ask("HEAD /metrics HTTP/1.1\r\n\r\n", STREAM_LAST);
	cr_expect_str_eq(response + strlen(response) - 4, "\r\n\r\n");
	cr_expect(strstr(response, "forcedtls_") == NULL);
	free(response);
}
