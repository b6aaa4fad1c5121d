/* SPDX-License-Identifier: MIT */
#include "config/control_socket.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

TestSuite(config_control_socket);

static void expect_socket(const char *text, const char *expected)
{
	char path[] = "/tmp/forcedtls-control-XXXXXX";
	int fd = mkstemp(path);
	char *socket;

	cr_assert(fd >= 0 && dprintf(fd, "%s", text) >= 0 && close(fd) == 0);
	socket = config_control_socket(path);
	cr_expect_str_eq(socket, expected, "%s", text);
	free(socket);
	cr_expect(unlink(path) == 0);
}

/* With errors too: they are what a reload is to tell. */
Test(config_control_socket, of_any_file)
{
	static const char standard[] = "/run/forcedtls/control.sock";

	expect_socket("daemon: {control: 'unix:/a/c.sock'}\n", "/a/c.sock");
	expect_socket("daemon: {control: 'local:/a/c.sock', oops: 1}\nconnectors: 1\n", "/a/c.sock");
	expect_socket("daemon: {control: c.sock}\n", standard);
	expect_socket("daemon: {control: [a]}\n", standard);
	expect_socket("daemon: {milter: 'unix:/a/m.sock'}\n", standard);
	expect_socket("daemon: 1\n", standard);
	expect_socket("{\n", standard);
	expect_socket("[a, b]\n", standard);
	expect_socket("", standard);
}

Test(config_control_socket, of_no_file)
{
	char *socket = config_control_socket("/nonexistent/forcedtls.yaml");

	cr_expect_str_eq(socket, "/run/forcedtls/control.sock");
	free(socket);
}

Test(config_control_socket, is_a_path_and_nobody_elses)
{
	expect_messages(
		"daemon: {control: 'inet:1@127.0.0.1'}\nconnectors:\n  - {name: a, senders: a.example, "
		"require: tls}\n",
		"p:1:19: error: daemon.control: must be unix:PATH: a port would be anybody's\n");
	expect_messages(
		"daemon: {milter: 'unix:/run/forcedtls/control.sock'}\nconnectors:\n  - {name: a, senders: "
		"a.example, require: tls}\n",
		"p:1:18: error: daemon.milter: daemon.control has that socket already\n");
}
