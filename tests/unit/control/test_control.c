/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/snapshot.h"
#include "unit/run/place.h"

#define FIRST                                                                                                \
	"connectors:\n"                                                                                      \
	"  - {name: a, senders: a.example, require: tls}\n"                                                  \
	"  - {name: b, senders: [b.example, '*.b.example'], require: {certificate: "                         \
	"{subject: mail.b.example, valid_to: 2001-01-01}}}\n"                                                \
	"  - {name: c, mode: test, clients: 192.0.2.0/24, require: {certificate: "                           \
	"{subject: mail.c.example, valid_to: 9999-12-31}}}\n"                                                \
	"  - {name: d, recipients: d.example, deliver: secure}\n"                                            \
	"  - {name: e, enabled: false, senders: e.example, require: tls}\n"

static char *directory, *path;
static struct reloads reloads;
static struct service_context context;

static void set_up(void)
{
	struct diagnostics diagnostics = {0};

	directory = place_make();
	path = place_path(directory, "forcedtls.yaml");
	place_write(path, FIRST);
	cr_assert(reload_policy(path, &diagnostics));
	diagnostics_fini(&diagnostics);
	reloads_init(&reloads, path);
	context = (struct service_context){.started = 1000000000, .reloads = &reloads};
}

static void tear_down(void)
{
	reloads_fini(&reloads);
	snapshot_retire();
	free(path);
	place_remove(directory);
}

TestSuite(control, .init = set_up, .fini = tear_down);

/* The answer to a line, of a connection from that descriptor. */
static json_t *answer_at(int fd, const char *line, enum stream_step expected)
{
	void *connection = service_control.stream.open(&context, fd);
	struct strbuf out = {0};
	size_t used = 0;
	json_t *answer;

	cr_expect_eq(service_control.stream.serve(connection, line, strlen(line), &used, &out), expected);
	cr_assert(used == strlen(line) && out.text[out.length - 1] == '\n');
	cr_expect(strchr(out.text, '\n') == out.text + out.length - 1);
	answer = json_loads(out.text, JSON_REJECT_DUPLICATES, NULL);
	cr_assert(json_is_object(answer), "%s", out.text);
	strbuf_fini(&out);
	service_control.stream.close(connection);
	return answer;
}

static json_t *answer_to(const char *line)
{
	int ends[2];
	json_t *answer;

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	answer = answer_at(ends[0], line, STREAM_DONE);
	cr_assert(close(ends[0]) == 0 && close(ends[1]) == 0);
	return answer;
}

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void expect_failed(const char *line, const char *why)
{
	json_t *answer = answer_to(line);

	cr_expect_str_eq(text_at(answer, "result"), "failed", "%s", line);
	cr_expect(strstr(text_at(answer, "error"), why) != NULL, "%s: %s", line, text_at(answer, "error"));
	json_decref(answer);
}

Test(control, what_is_no_command)
{
	expect_failed("{\"command\": \"stop\"}\n", "no such command");
	expect_failed("{}\n", "no such command");
	expect_failed("{\"command\": 1}\n", "no such command");
	expect_failed("{\"command\": \"status\", \"command\": \"status\"}\n", "no JSON object");
	expect_failed("[]\n", "no JSON object");
	expect_failed("\n", "no JSON object");
	expect_failed("{\"command\": \"status\"} x\n", "no JSON object");
	expect_failed("\xff\n", "no JSON object");
}

Test(control, a_line_is_a_request)
{
	static const char half[] = "{\"command\": \"status\"}";
	void *connection = service_control.stream.open(&context, -1);
	struct strbuf out = {0};
	size_t used = 0;

	cr_expect_eq(service_control.stream.serve(connection, half, strlen(half), &used, &out), STREAM_MORE);
	cr_expect_null(out.text);
	service_control.stream.close(connection);
}

/* Nobody vouches for who is at the other end of what is no unix socket. */
Test(control, who_may_not_ask_is_told_and_sent_away)
{
	int ends[2];
	json_t *answer;

	cr_assert(pipe(ends) == 0);
	answer = answer_at(ends[0], "{\"command\": \"reload\"}\n", STREAM_LAST);
	cr_expect_str_eq(text_at(answer, "result"), "failed");
	cr_expect(strstr(text_at(answer, "error"), "only root") != NULL);
	cr_expect(reloads.succeeded == 0);
	json_decref(answer);
	cr_assert(close(ends[0]) == 0 && close(ends[1]) == 0);
}

/* By the kernel's word: another user who got hold of the socket. */
Test(control, another_user)
{
	int ends[2];
	json_t *answer;

	if (geteuid() != 0)
		cr_skip_test("not root");
	cr_assert(seteuid(65534) == 0);
	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	cr_assert(seteuid(0) == 0);
	answer = answer_at(ends[0], "{\"command\": \"reload\"}\n", STREAM_LAST);
	cr_expect(strstr(text_at(answer, "error"), "only root") != NULL);
	json_decref(answer);
	cr_assert(close(ends[0]) == 0 && close(ends[1]) == 0);
}

Test(control, reload)
{
	json_t *answer = answer_to("{\"command\": \"reload\"}\n");

	cr_expect_str_eq(text_at(answer, "result"), "ok");
	cr_expect(json_is_true(json_object_get(answer, "reloaded")));
	cr_expect_str_eq(text_at(answer, "file"), path);
	cr_expect(json_integer_value(json_object_get(answer, "connectors")) == 4);
	cr_expect(json_real_value(json_object_get(answer, "read_seconds")) > 0);
	cr_expect(json_integer_value(json_object_get(answer, "resident_bytes")) > 0);
	cr_expect_null(json_object_get(answer, "changes"));
	cr_expect(reloads.succeeded == 1 && reloads.failed == 0 && reloads.error == NULL);
	json_decref(answer);
}

Test(control, reload_with_errors)
{
	json_t *answer;
	const json_t *messages;

	place_write(path, FIRST "oops: 1\nmode: perhaps\n");
	answer = answer_to("{\"command\": \"reload\"}\n");
	messages = json_object_get(answer, "messages");
	cr_expect_str_eq(text_at(answer, "result"), "failed");
	cr_expect(json_is_false(json_object_get(answer, "reloaded")));
	cr_assert_eq(json_array_size(messages), 2);
	cr_expect(strstr(json_string_value(json_array_get(messages, 0)),
			 "forcedtls.yaml:7:1: error: unknown key \"oops\"") != NULL);
	cr_expect(reloads.failed == 1 && strstr(reloads.error, "oops") != NULL);
	json_decref(answer);
}

static void expect_changes(const char *policy, const char *const *expected, size_t count)
{
	json_t *answer;
	const json_t *changes;

	place_write(path, policy);
	answer = answer_to("{\"command\": \"reload\", \"verbose\": true}\n");
	changes = json_object_get(answer, "changes");
	cr_expect_eq(json_array_size(changes), count);
	for (size_t i = 0; i < json_array_size(changes) && i < count; i++) {
		const json_t *change = json_array_get(changes, i);
		struct strbuf text = {0};

		strbuf_printf(&text, "%s: %s", text_at(change, "connector"), text_at(change, "change"));
		cr_expect_str_eq(text.text, expected[i]);
		strbuf_fini(&text);
	}
	json_decref(answer);
}

Test(control, reload_says_what_changed)
{
	static const char *const changed[] = {
		"a: mode test, was enforce",
		"a: on_failure reject, was tempfail",
		"a: message",
		"b: selectors, 2 entries, were 2",
		"b: demands",
		"c: selectors, 1 entries, were 1",
		"c: except",
		"d: disabled",
		"e: enabled",
		"f: added",
		"g: added, disabled",
	};
	static const char *const back[] = {
		"a: mode enforce, was test",
		"a: on_failure tempfail, was reject",
		"a: message",
		"b: selectors, 2 entries, were 2",
		"b: demands",
		"c: selectors, 1 entries, were 1",
		"c: except",
		"d: enabled",
		"e: disabled",
		"f: gone",
		"g: gone",
	};

	expect_changes(FIRST, NULL, 0);
	expect_changes("connectors:\n"
		       "  - {name: a, mode: test, senders: a.example, require: tls, on_failure: reject, "
		       "message: x}\n"
		       "  - {name: b, senders: [b.example, '.b.example'], require: {certificate: "
		       "{subject: mail.b.example, valid_to: 2001-01-02}}}\n"
		       "  - {name: c, mode: test, clients: 192.0.2.0/25, except: [{authenticated: true}], "
		       "require: {certificate: {subject: mail.c.example, valid_to: 9999-12-31}}}\n"
		       "  - {name: d, enabled: false, recipients: d.example, deliver: secure}\n"
		       "  - {name: e, senders: e.example, require: tls}\n"
		       "  - {name: f, senders: f.example, require: tls}\n"
		       "  - {name: g, enabled: false, senders: g.example, require: tls}\n",
		       changed, sizeof changed / sizeof *changed);
	expect_changes(FIRST, back, sizeof back / sizeof *back);
}

Test(control, status)
{
	json_t *answer = answer_to("{\"command\": \"status\"}\n");
	const json_t *policy = json_object_get(answer, "policy"),
		     *connectors = json_object_get(answer, "connectors"),
		     *ending = json_object_get(answer, "certificates_ending"),
		     *problems = json_object_get(answer, "problems");

	cr_expect_str_eq(text_at(answer, "version"), PACKAGE_VERSION);
	cr_expect_str_eq(text_at(answer, "started"), "2001-09-09T01:46:40Z");
	cr_expect(json_integer_value(json_object_get(answer, "pid")) == getpid());
	cr_expect_str_eq(text_at(policy, "file"), path);
	cr_expect_str_eq(text_at(policy, "mode"), "enforce");
	cr_expect_eq(strlen(text_at(policy, "digest")), 64);
	cr_expect(json_integer_value(json_object_get(connectors, "enforced")) == 3);
	cr_expect(json_integer_value(json_object_get(connectors, "tested")) == 1);
	cr_expect(json_integer_value(json_object_get(connectors, "disabled")) == 1);
	cr_assert_eq(json_array_size(ending), 1);
	cr_expect_str_eq(text_at(json_array_get(ending, 0), "valid_to"), "9999-12-31");
	cr_expect_str_eq(text_at(json_array_get(ending, 0), "connector"), "c");
	cr_assert_eq(json_array_size(problems), 1);
	cr_expect_str_eq(json_string_value(json_array_get(problems, 0)),
			 "connector b: its last certificate entry ended on 2001-01-01");
	cr_expect(json_is_null(json_object_get(json_object_get(answer, "last_reload"), "tried")));
	json_decref(answer);
}

Test(control, status_after_a_reload_that_failed)
{
	json_t *answer;
	const json_t *reload;

	place_write(path, "oops: 1\n");
	json_decref(answer_to("{\"command\": \"reload\"}\n"));
	answer = answer_to("{\"command\": \"status\"}\n");
	reload = json_object_get(answer, "last_reload");
	cr_expect_str_eq(text_at(reload, "result"), "failed");
	cr_expect(strstr(text_at(reload, "error"), "oops") != NULL);
	cr_expect(json_integer_value(json_object_get(reload, "failed")) == 1);
	cr_expect(strstr(json_string_value(json_array_get(json_object_get(answer, "problems"), 0)),
			 "the last reload failed: ") != NULL);
	json_decref(answer);
}
