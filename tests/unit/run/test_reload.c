/* SPDX-License-Identifier: MIT */
#include "run/reload.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/run/frees.h"
#include "unit/run/place.h"
#include "run/snapshot.h"
#include "unit/run/captured.h"

static char *directory, *path;

static void set_up(void)
{
	directory = place_make();
	path = place_path(directory, "forcedtls.yaml");
}

static void tear_down(void)
{
	snapshot_retire();
	free(path);
	place_remove(directory);
}

TestSuite(reload, .init = set_up, .fini = tear_down);

static bool reload(const char *text, size_t *errors_r)
{
	struct diagnostics diagnostics = {0};
	bool reloaded;

	place_write(path, text);
	reloaded = reload_policy(path, &diagnostics);
	*errors_r = diagnostics.errors;
	diagnostics_fini(&diagnostics);
	return reloaded;
}

static void expect_in_force(const char *user)
{
	struct snapshot *snapshot = snapshot_acquire();

	cr_assert_not_null(snapshot);
	cr_expect_str_eq(snapshot_config(snapshot)->daemon.user, user);
	snapshot_release(&snapshot);
}

Test(reload, replaces)
{
	size_t errors;

	cr_assert(reload("daemon: {user: first}\n" FREES_CONNECTORS, &errors));
	cr_expect(errors == 0);
	expect_in_force("first");
	cr_assert(reload("daemon: {user: second}\n" FREES_CONNECTORS, &errors));
	expect_in_force("second");
	cr_expect(frees_count() == 1);
}

Test(reload, keeps_what_is_there_on_error)
{
	size_t errors;

	cr_assert(reload("daemon: {user: first}\n" FREES_CONNECTORS, &errors));
	cr_expect(!reload("daemon: {user: second}\nnonsense: 1\n" FREES_CONNECTORS, &errors));
	cr_expect(errors == 1);
	expect_in_force("first");
	cr_expect(!reload("daemon: [", &errors));
	expect_in_force("first");
	cr_expect(frees_count() == 0);
}

static void reload_again(void *context)
{
	struct reload_report report;
	struct reloads reloads;

	(void)context;
	reloads_init(&reloads, path);
	reload_and_log(&reloads, &report);
	cr_expect(report.reloaded == (reloads.error == NULL) && reloads.succeeded + reloads.failed == 1);
	reload_report_fini(&report);
	reloads_fini(&reloads);
}

static void expect_logged(const char *text, const char *const *lines, size_t count)
{
	char *log, *at;

	place_write(path, text);
	log = at = captured(reload_again, NULL);
	for (size_t i = 0; i < count; i++) {
		char *found = strstr(at, lines[i]);

		cr_expect(found != NULL, "%s\nhas no\n%s", log, lines[i]);
		at = found != NULL ? found : at;
	}
	free(log);
}

/* A file that was cut off at the end of a line is a policy all the same. */
Test(reload, says_what_is_gone)
{
	size_t errors;

	cr_assert(reload("connectors:\n"
			 "  - {name: first, senders: a.example, require: tls}\n"
			 "  - {name: second, senders: b.example, require: tls}\n",
			 &errors));
	expect_logged(
		"connectors:\n"
		"  - {name: first, senders: a.example, require: tls}\n",
		(const char *const[]){": policy reloaded from ",
				      "forcedtls.yaml: mode=enforce enforced=1 tested=0 disabled=0 digest=",
				      "]: warning: connectors gone since the last policy: second\n"},
		3);
	expect_logged(
		"connectors:\n"
		"  - {name: first, senders: a.example, require: ",
		(const char *const[]){"forcedtls.yaml:2:48: warning: the last line has no line end: the "
				      "file may be cut off\n",
				      "]: warning: policy not reloaded from "},
		2);
}

/* All that is done at the start alone is in the warning, and nothing else causes it. */
Test(reload, says_what_needs_a_restart)
{
	static const char *const at_start[] = {
		"milter: 'inet:1@a'",  "tls_policy: 'inet:2@a'", "policy_service: 'inet:3@a'", "user: other",
		"socket_group: other", "socket_mode: '0600'",    "syslog_facility: user",
	};
	size_t errors;
	char *log;

	for (size_t i = 0; i < sizeof at_start / sizeof *at_start; i++) {
		struct strbuf text = {0};

		cr_assert(reload("daemon: {user: first}\n" FREES_CONNECTORS, &errors));
		strbuf_printf(&text, "daemon: {%s}\n" FREES_CONNECTORS, at_start[i]);
		expect_logged(text.text,
			      (const char *const[]){
				      "]: warning: the sockets, user, socket_group, socket_mode and "
				      "syslog_facility of \"daemon\" change at the next start only\n"},
			      1);
		strbuf_fini(&text);
	}
	cr_assert(reload("daemon: {user: first}\n" FREES_CONNECTORS, &errors));
	place_write(path, "daemon: {user: first, mta: sendmail, log_format: json, log_accepted: "
			  "true}\n" FREES_CONNECTORS);
	log = captured(reload_again, NULL);
	cr_expect_null(strstr(log, "next start"), "%s", log);
	free(log);
}

static void start(void *context)
{
	(void)context;
	reload_log_start();
}

Test(reload, the_start_says_what_there_is)
{
	size_t errors;
	char *log;

	cr_assert(reload("mode: test\n" FREES_CONNECTORS, &errors));
	log = captured(start, NULL);
	cr_expect(strstr(log, "]: policy in force: mode=test enforced=0 tested=1 disabled=0 digest=") != NULL,
		  "%s", log);
	free(log);
}

Test(reload, no_file)
{
	struct diagnostics diagnostics = {0};

	cr_expect(!reload_policy(path, &diagnostics));
	cr_expect(diagnostics.errors == 1);
	cr_expect_null(snapshot_acquire());
	diagnostics_fini(&diagnostics);
}
