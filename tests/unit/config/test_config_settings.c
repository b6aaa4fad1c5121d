/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <syslog.h>

#include "load.h"

TestSuite(config_settings);

#define CONNECTOR "connectors:\n  - {name: a, senders: a.example, require: tls}\n"

static void expect_defaults(const char *text)
{
	struct config *config = load(text);

	cr_expect_str_eq(config->daemon.milter, "unix:/run/forcedtls/milter.sock");
	cr_expect_null(config->daemon.tls_policy);
	cr_expect_null(config->daemon.policy_service);
	cr_expect_str_eq(config->daemon.user, "forcedtls");
	cr_expect_null(config->daemon.socket_group);
	cr_expect_eq(config->daemon.socket_mode, 0660);
	cr_expect_eq(config->daemon.syslog_facility, LOG_MAIL);
	cr_expect_eq(config->daemon.log_format, LOG_FORMAT_TEXT);
	cr_expect_eq(config->daemon.mta, MTA_UNKNOWN);
	cr_expect_eq(config->daemon.log_accepted, false);
	config_free(&config);
}

Test(config_settings, defaults)
{
	expect_defaults(CONNECTOR);
	expect_defaults("daemon: {}\n" CONNECTOR);
}

Test(config_settings, all)
{
	struct config *config = load("daemon:\n"
				     "  milter: inet:8891@127.0.0.1\n"
				     "  tls_policy: unix:/run/forcedtls/tls.sock\n"
				     "  policy_service: inet6:8891@[::1]\n"
				     "  user: nobody\n"
				     "  socket_group: postfix\n"
				     "  socket_mode: 0600\n"
				     "  syslog_facility: local7\n"
				     "  mta: sendmail\n"
				     "  log_format: json\n"
				     "  log_accepted: true\n" CONNECTOR);

	cr_expect_str_eq(config->daemon.milter, "inet:8891@127.0.0.1");
	cr_expect_str_eq(config->daemon.tls_policy, "unix:/run/forcedtls/tls.sock");
	cr_expect_str_eq(config->daemon.policy_service, "inet6:8891@[::1]");
	cr_expect_str_eq(config->daemon.user, "nobody");
	cr_expect_str_eq(config->daemon.socket_group, "postfix");
	cr_expect_eq(config->daemon.socket_mode, 0600);
	cr_expect_eq(config->daemon.syslog_facility, LOG_LOCAL7);
	cr_expect_eq(config->daemon.log_format, LOG_FORMAT_JSON);
	cr_expect_eq(config->daemon.mta, MTA_SENDMAIL);
	cr_expect_eq(config->daemon.log_accepted, true);
	config_free(&config);
}

Test(config_settings, errors)
{
	expect_messages("daemon:\n  milter: tcp:1\n  socket_mode: 432\n  user: ''\n" CONNECTOR,
			"p:2:11: error: daemon.milter: \"tcp:1\" is not unix:PATH, inet:PORT@HOST or "
			"inet6:PORT@HOST\n"
			"p:3:16: error: daemon.socket_mode: \"432\" is not four octal digits that begin with "
			"0, such as "
			"\"0660\"\n"
			"p:4:9: error: daemon.user: must not be empty\n");
}

Test(config_settings, no_two_doors_on_one_socket)
{
	expect_messages("daemon:\n  tls_policy: unix:/run/forcedtls/milter.sock\n" CONNECTOR,
			"p:2:15: error: daemon.tls_policy: daemon.milter has that socket already\n");
	expect_messages("daemon: {policy_service: 'inet:1@a', tls_policy: 'inet:1@a', milter: "
			"'inet:1@b'}\n" CONNECTOR,
			"p:1:26: error: daemon.policy_service: daemon.tls_policy has that socket already\n");
	expect_messages("daemon: {tls_policy: tcp:1}\n" CONNECTOR,
			"p:1:22: error: daemon.tls_policy: \"tcp:1\" is not unix:PATH, inet:PORT@HOST or "
			"inet6:PORT@HOST\n");
}
