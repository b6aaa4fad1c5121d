/* SPDX-License-Identifier: MIT */
#include "tls_policy/tls_policy.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/run/captured.h"
#include "config/config.h"
#include "util/memory.h"
#include "tls_policy/netstring.h"
#include "run/snapshot.h"
#include "unit/policy/build.h"

#define ENCRYPT "encrypt protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1 connection_reuse=no"

static void add(struct policy *policy, const char *name, const char *recipients, enum mode mode)
{
	struct connector *connector = build_connector(policy, name, NULL, recipients, NULL);

	connector->mode = mode;
	connector->has_require = false;
	connector->has_tls_policy = true;
	connector->tls_policy.min_version = TLS_VERSION_1_2;
	tls_policy_finish(&connector->tls_policy);
}

/* A policy of its own, put into force. */
static void publish_policy(const struct daemon_settings *settings, bool everybody)
{
	struct config *config = xcalloc(1, sizeof *config);

	config->daemon.log_format = settings->log_format;
	config->daemon.log_accepted = settings->log_accepted;
	config->policy = policy_new();
	add(config->policy, "to-contoso", "*.contoso.com", MODE_ENFORCE);
	add(config->policy, "pilot", "pilot.example", MODE_TEST);
	if (everybody)
		add(config->policy, "all", "*", MODE_ENFORCE);
	policy_finish(config->policy);
	snapshot_publish(config);
}

static void publish(const struct daemon_settings *settings)
{
	publish_policy(settings, false);
}

TestSuite(tls_policy, .fini = snapshot_retire);

struct serving {
	const char *bytes;
	size_t length;
	enum stream_step step;
	size_t used;
	struct strbuf answer;
};

static void serve(void *context)
{
	struct serving *serving = context;

	serving->step = service_tls_policy.stream.serve(NULL, serving->bytes, serving->length, &serving->used,
							&serving->answer);
}

/* One request with one key. wanted_log: the end of all of it; NULL: nothing. */
static void expect_from(const char *map, const char *key, size_t key_length, const char *reply,
			const char *wanted_log)
{
	struct strbuf payload = {0}, request = {0}, wanted = {0};
	struct serving serving = {0};
	char *log;

	strbuf_printf(&payload, "%s ", map);
	strbuf_add(&payload, key, key_length);
	netstring_add(&request, payload.text, payload.length);
	netstring_add(&wanted, reply, strlen(reply));
	strbuf_puts(&request, "the next one");
	serving.bytes = request.text;
	serving.length = request.length;
	log = captured(serve, &serving);
	cr_assert(serving.step == STREAM_DONE, "%s", key);
	cr_expect(serving.used == request.length - strlen("the next one"), "%s", key);
	cr_expect_str_eq(serving.answer.text, wanted.text, "%s: %s", key, serving.answer.text);
	if (wanted_log == NULL)
		cr_expect_str_empty(log, "%s: %s", key, log);
	else
		cr_expect(strstr(log, wanted_log) != NULL && strchr(log, '\n') == log + strlen(log) - 1,
			  "%s: %s", key, log);
	free(log);
	strbuf_fini(&serving.answer);
	strbuf_fini(&wanted);
	strbuf_fini(&request);
	strbuf_fini(&payload);
}

static void expect(const char *key, size_t key_length, const char *reply, const char *wanted_log)
{
	expect_from("tls_policy", key, key_length, reply, wanted_log);
}

Test(tls_policy, answers)
{
	publish(&(struct daemon_settings){.log_accepted = false});
	expect("contoso.com", 11, "OK " ENCRYPT, NULL);
	expect("[mx.CONTOSO.com]:25", 19, "OK " ENCRYPT, NULL);
	expect("other.example", 13, "NOTFOUND ", NULL);
	expect(".contoso.com", 12, "NOTFOUND ", NULL);
	expect("pilot.example", 13, "NOTFOUND ",
	       "NOQUEUE: would-answer: TLS-POLICY for pilot.example: " ENCRYPT "; connector=pilot "
	       "next_hop=<pilot.example> mode=test\n");
}

Test(tls_policy, what_cannot_be_read_has_to_wait)
{
	publish(&(struct daemon_settings){.log_accepted = false});
	expect("a b", 3, "TEMP try again later",
	       "NOQUEUE: temp: TLS-POLICY for a\\x20b: try again later; connector=- reason=internal "
	       "next_hop=<a\\x20b> mode=enforce\n");
	expect("", 0, "TEMP try again later", "next_hop=<> mode=enforce\n");
	/* A C string ends earlier: what is before it must not be answered for. */
	expect("contoso.com\0.example", 20, "TEMP try again later", "reason=internal");
}

/* Where another table stands between the two, each next hop is one's or the other's. */
Test(tls_policy, partners_and_the_rest)
{
	publish_policy(&(struct daemon_settings){.log_accepted = false}, true);
	expect_from("partners", "contoso.com", 11, "OK " ENCRYPT, NULL);
	expect_from("rest", "contoso.com", 11, "NOTFOUND ", NULL);
	expect_from("partners", "other.example", 13, "NOTFOUND ", NULL);
	expect_from("rest", "other.example", 13, "OK " ENCRYPT, NULL);
	expect_from("partners", "a b", 3, "TEMP try again later", "reason=internal");
	expect_from("rest", "a b", 3, "TEMP try again later", "reason=internal");
}

Test(tls_policy, no_other_table)
{
	static const char *const names[] = {"tls", "tls_policies", "PARTNERS", "partner", "rest\n"};

	publish(&(struct daemon_settings){.log_accepted = false});
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		expect_from(names[i], "contoso.com", 11, "TEMP no table of that name",
			    "write tls_policy, partners or rest into smtp_tls_policy_maps");
	expect_from("x\ny", "contoso.com", 11, "TEMP no table of that name",
		    "warning: tls_policy: no table is called x\\x0Ay: ");
}

Test(tls_policy, log_accepted)
{
	publish(&(struct daemon_settings){.log_accepted = true});
	expect("contoso.com", 11, "OK " ENCRYPT,
	       "NOQUEUE: answer: TLS-POLICY for contoso.com: " ENCRYPT
	       "; connector=to-contoso next_hop=<contoso.com> mode=enforce\n");
	expect("other.example", 13, "NOTFOUND ", "NOQUEUE: notfound: TLS-POLICY for other.example: ");
	expect(".other.example", 14, "NOTFOUND ", NULL);
}

Test(tls_policy, json)
{
	publish(&(struct daemon_settings){.log_format = LOG_FORMAT_JSON});
	expect("pilot.example", 13, "NOTFOUND ", "\"verdict\":\"would-answer\"");
}

Test(tls_policy, what_is_no_request)
{
	static const struct {
		const char *bytes;
		enum stream_step step;
	} cases[] = {
		{"15:tls contoso.com", STREAM_MORE},
		{"1", STREAM_MORE},
		{"15:tls contoso.com;", STREAM_MALFORMED},
		{"3:tls,", STREAM_MALFORMED},
		{"10001:", STREAM_MALFORMED},
		{"GET / HTTP/1.0\r\n", STREAM_MALFORMED},
	};

	publish(&(struct daemon_settings){.log_accepted = false});
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct serving serving = {.bytes = cases[i].bytes, .length = strlen(cases[i].bytes)};

		serve(&serving);
		cr_expect(serving.step == cases[i].step, "%s", cases[i].bytes);
		cr_expect(serving.answer.length == 0, "%s", cases[i].bytes);
	}
}
