/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/file.h"
#include "load.h"

TestSuite(config_config);

#define CONNECTOR "connectors:\n  - {name: a, senders: a.example, require: tls}\n"

static bool trusts(const struct config *config, const char *address)
{
	struct ip_address ip;

	cr_assert(ip_parse(address, &ip));
	return cidr_set_find(&config->policy->trusted_networks, &ip) != NULL;
}

Test(config_config, defaults)
{
	struct config *config = load(CONNECTOR);

	cr_expect_eq(config->policy->mode, MODE_ENFORCE);
	cr_expect_eq(config->policy->trusted_networks.count, 2);
	cr_expect(trusts(config, "127.0.0.1"));
	cr_expect(trusts(config, "::1"));
	cr_expect_str_eq(config->policy->recipient_delimiter, "");
	cr_expect_eq(config->policy->connector_count, 1);
	config_free(&config);
	cr_expect_null(config);
	config_free(&config);
}

Test(config_config, what_is_written_replaces_the_default)
{
	struct config *config =
		load("recipient_delimiter: \"+-\"\ntrusted_networks: 192.0.2.0/24\n" CONNECTOR);

	cr_expect(trusts(config, "192.0.2.7"));
	cr_expect_not(trusts(config, "127.0.0.1"));
	cr_expect_str_eq(config->policy->recipient_delimiter, "+-");
	config_free(&config);
	config = load("trusted_networks: []\n" CONNECTOR);
	cr_expect_eq(config->policy->trusted_networks.count, 0);
	config_free(&config);
}

/* "mode: test" is the policy's; a connector keeps the mode that it has. */
Test(config_config, mode)
{
	struct config *config = load("mode: test\n" CONNECTOR);

	cr_expect_eq(config->policy->mode, MODE_TEST);
	cr_expect_eq(config->policy->connectors[0]->mode, MODE_ENFORCE);
	cr_expect_not(config->policy->has_test_connectors);
	config_free(&config);
}

Test(config_config, no_connectors)
{
	expect_messages("", "p: error: connectors: is missing: a policy without connectors judges nothing\n");
	expect_messages("~",
			"p: error: connectors: is missing: a policy without connectors judges nothing\n");
	expect_messages("{}",
			"p:1:1: error: connectors: is missing: a policy without connectors judges nothing\n");
	expect_messages("connectors: []", "p:1:13: error: connectors: is an empty list\n");
	expect_messages("connectors: [{name: a, senders: a.example, require: tls, enabled: false}]",
			"p:1:13: warning: connectors: none is enabled: this policy judges nothing\n");
}

Test(config_config, all_errors_in_the_order_of_the_file)
{
	expect_messages(
		"connectors:\n"
		"  - {name: a, senders: a.example, require: TLS}\n"
		"  - text\n"
		"  - {name: a, senders: b.example, require: tls}\n"
		"recipient_delimiter: x\n"
		"trusted_networks: [127.0.0.1/8]\n"
		"mode: enfroce\n"
		"daemon: {user: a b}\n"
		"defaults: {on_failure: rejct}\n"
		"nonsense: 1\n",
		"p:2:44: error: connectors[0].require: unknown value \"TLS\"; did you mean \"tls\"?\n"
		"p:3:5: error: connectors[1]: must be a map, not text\n"
		"p:4:12: error: connectors[2].name: \"a\" is already the name of a connector (p:2:12)\n"
		"p:5:22: error: recipient_delimiter: \"x\" has a letter, a digit, a blank, or one of @ \" \\ "
		"in "
		"it\n"
		"p:6:20: error: trusted_networks[0]: \"127.0.0.1/8\" has bits set beyond its prefix length\n"
		"p:7:7: error: mode: unknown mode \"enfroce\"; did you mean \"enforce\"?\n"
		"p:8:16: error: daemon.user: \"a b\" may hold only letters, digits, \".\", \"_\" and \"-\"\n"
		"p:9:24: error: defaults.on_failure: unknown action \"rejct\"; did you mean \"reject\"?\n"
		"p:10:1: error: unknown key \"nonsense\" in the policy file\n");
}

/* What was found before is neither lost nor held against a good file. */
Test(config_config, diagnostics_of_the_caller)
{
	struct diagnostics d = {0};
	struct config *config;

	diagnostics_add(&d, SEVERITY_ERROR, "o", 1, 1, "", "other");
	config = config_load_bytes("p", (const unsigned char *)CONNECTOR, strlen(CONNECTOR), &d);
	cr_expect_not_null(config);
	cr_expect_eq(d.count, 1);
	config_free(&config);
	diagnostics_fini(&d);
}

static void make_file(char *name, const char *before, const char *text, const char *behind)
{
	const int fd = mkstemp(name);

	cr_assert(fd >= 0 && dprintf(fd, "%s%s%s", before, text, behind) > 0);
	(void)close(fd);
}

static uint64_t size_of(const char *name)
{
	struct stat st;

	cr_assert(stat(name, &st) == 0);
	return (uint64_t)st.st_size;
}

/* By the sizes of all files: where there is less than they may take, nothing is loaded, and nothing said. */
Test(config_config, within_so_much_memory)
{
	char policy[] = "/tmp/config_config_XXXXXX", included[] = "/tmp/config_included_XXXXXX",
	     list[] = "/tmp/config_list_XXXXXX";
	struct diagnostics d = {0};
	struct config *config;
	uint64_t takes, reckoned;

	make_file(list, "a.example\n", "b.example", "\n");
	make_file(included, "connectors: [{name: &b a, require: tls, senders: [*b, {file: ", list, "}]}]\n");
	make_file(policy, "include: ", included, "\n");
	takes = FILE_POLICY_TAKES + (size_of(policy) + size_of(included) + 1) * FILE_BYTE_TAKES +
		size_of(list) * FILE_LIST_BYTE_TAKES;
	for (uint64_t less = takes - FILE_POLICY_TAKES; less > 0; less -= less > 1000 ? 1000 : less) {
		cr_expect_null(config_reload_within(policy, NULL, takes - less, &d, &reckoned));
		cr_expect(reckoned > takes - less && d.count == 0);
	}
	cr_expect_null(config_reload_within(policy, NULL, takes - 1, &d, &reckoned));
	cr_expect(reckoned > takes - 1 && d.count == 0);
	config = config_reload_within(policy, NULL, takes, &d, &reckoned);
	cr_expect(config != NULL && reckoned == takes);
	config_free(&config);
	config = config_reload_within(policy, NULL, UINT64_MAX, &d, &reckoned);
	cr_expect(config != NULL && reckoned == takes);
	config_free(&config);
	(void)unlink(list);
	cr_expect_null(config_reload_within(policy, NULL, takes, &d, &reckoned));
	cr_expect(reckoned <= takes && d.errors == 1);
	(void)unlink(policy);
	(void)unlink(included);
	diagnostics_fini(&d);
}

/* As one to which somebody writes: it has more than its size says, and what is read counts. */
Test(config_config, within_so_much_memory_as_a_file_has_that_grows)
{
	char policy[] = "/tmp/config_config_XXXXXX";
	struct diagnostics d = {0};
	uint64_t takes, reckoned;

	make_file(policy, "connectors: [{name: a, require: tls, senders: [{file: ", "/proc/self/status",
		  "}]}]\n");
	takes = FILE_POLICY_TAKES + size_of(policy) * FILE_BYTE_TAKES + size_of("/proc/self/status");
	cr_expect_null(config_reload_within(policy, NULL, takes, &d, &reckoned));
	cr_expect(reckoned > takes && d.count == 0);
	cr_expect_null(config_reload_within(policy, NULL, UINT64_MAX, &d, &reckoned));
	cr_expect(reckoned > takes && reckoned < UINT64_MAX && d.errors > 0);
	(void)unlink(policy);
	diagnostics_fini(&d);
}

/* No more of it is read than there is memory for. */
Test(config_config, within_so_much_memory_as_a_file_has_whose_size_is_not_known)
{
	char policy[] = "/tmp/config_config_XXXXXX";
	struct rusage before, after;
	struct diagnostics d = {0};
	uint64_t memory, reckoned;
	const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		cr_skip_test("there is no file to be had whose size is not known");
	(void)close(fd);
	make_file(policy, "include: ", "/proc/self/pagemap", "\n");
	cr_assert(getrusage(RUSAGE_SELF, &before) == 0);
	/* It is read in words of eight bytes. */
	memory = FILE_POLICY_TAKES + (size_of(policy) + 32767) * FILE_BYTE_TAKES;
	cr_expect_null(config_reload_within(policy, NULL, memory, &d, &reckoned));
	cr_assert(getrusage(RUSAGE_SELF, &after) == 0);
	cr_expect(reckoned == UINT64_MAX && d.count == 0);
	cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 16 * 1024);
	(void)unlink(policy);
	diagnostics_fini(&d);
}

/* A reload that is held to what a trial reckoned has the same to say. */
Test(config_config, files_that_are_refused_are_reckoned)
{
	static const char *const refused[] = {"/nonexistent/file", "/proc/self/mem",
					      "/sys/kernel/mm/transparent_hugepage/enabled"};
	char large[] = "/tmp/config_included_XXXXXX", policy[] = "/tmp/config_config_XXXXXX";
	const int fd = mkstemp(large);

	cr_assert(fd >= 0 && ftruncate(fd, (off_t)FILE_SIZE_MAX + 1) == 0 && close(fd) == 0);
	for (size_t i = 0; i < 2 * (sizeof refused / sizeof *refused + 1); i++) {
		const char *name = i / 2 < sizeof refused / sizeof *refused ? refused[i / 2] : large;
		const bool is_list = i % 2 == 1;
		struct diagnostics d = {0}, again = {0};
		uint64_t takes, reckoned;

		make_file(policy,
			  is_list ? "connectors: [{name: a, require: tls, senders: [{file: " : "include: ",
			  name, is_list ? "}]}]\n" : "\n");
		cr_expect_null(config_reload_within(policy, NULL, UINT64_MAX, &d, &takes));
		cr_expect_null(config_reload_within(policy, NULL, takes, &again, &reckoned));
		cr_assert(d.errors > 0 && again.errors == d.errors && reckoned == takes, "%s", name);
		cr_expect_str_eq(again.list[0].text, d.list[0].text);
		diagnostics_fini(&d);
		diagnostics_fini(&again);
		(void)unlink(policy);
		memcpy(policy, "/tmp/config_config_XXXXXX", sizeof policy);
	}
	(void)unlink(large);
}

static bool is_temporary(const char *name)
{
	struct diagnostics d = {0};
	bool temporary;

	cr_expect_null(config_load(name, &d));
	temporary = diagnostics_are_temporary(&d);
	cr_expect_eq(d.errors, 1);
	cr_expect_null(strstr(d.list[0].text, "changes while"));
	diagnostics_fini(&d);
	return temporary;
}

/* A start that fails for that is tried again, and mends itself; one for want of the file does not. */
Test(config_config, errors_of_the_moment)
{
	struct rlimit before, none;
	const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);

	cr_expect_not(is_temporary("/nonexistent/policy"));
	cr_expect_not(is_temporary("/dev/null"));
	cr_expect(is_temporary("/proc/self/mem")); /* what is at 0 cannot be read: EIO */
	cr_assert(next >= 0 && close(next) == 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
	none = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
	cr_assert(setrlimit(RLIMIT_NOFILE, &none) == 0);
	cr_expect(is_temporary("/etc/passwd"));
	cr_assert(setrlimit(RLIMIT_NOFILE, &before) == 0);
}

Test(config_config, from_a_file)
{
	char name[] = "/tmp/config_config_XXXXXX";
	int fd = mkstemp(name);
	struct diagnostics d = {0};
	struct config *config;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, CONNECTOR, strlen(CONNECTOR)), (ssize_t)strlen(CONNECTOR));
	(void)close(fd);
	config = config_load(name, &d);
	(void)unlink(name);
	cr_assert_not_null(config);
	cr_expect_str_eq(config->policy->files[0], name);
	cr_expect_eq(d.count, 0);
	config_free(&config);
	cr_expect_null(config_load(name, &d));
	cr_expect_eq(d.errors, 1);
	diagnostics_fini(&d);
}
