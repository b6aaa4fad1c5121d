/* SPDX-License-Identifier: MIT */
/* The commands that mend what was found. That they do is tests/integration's. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "lib/examine_text.h"
#include "util/memory.h"

/* The commands of the finding with that id; "" where there is none. The caller frees it. */
static char *commands_for(const char *values, const char *id)
{
	static const char common[] = "queue_directory = /var/spool/postfix\nmail_owner = postfix\n"
				     "inet_interfaces = all\nsmtpd_delay_reject = yes\n";
	struct config *config = examine_policy();
	struct findings findings = {0};
	struct strbuf text = {0}, commands = {0};

	strbuf_printf(&text, "%s%s===\n===\nsmtp inet n - n - - smtpd\n===\n===\n", common, values);
	examine_text(text.text, config, &findings);
	strbuf_puts(&commands, "");
	for (size_t i = 0; i < findings.count; i++)
		for (size_t j = 0; j < findings.list[i].commands.count; j++)
			if (strcmp(findings.list[i].check->id, id) == 0)
				strbuf_printf(&commands, "%s\n", findings.list[i].commands.list[j]);
	findings_fini(&findings);
	strbuf_fini(&text);
	config_free(&config);
	return strbuf_take(&commands);
}

#define OURS "unix:forcedtls/milter.sock"
#define SERVICE "unix:forcedtls/policy_service.sock"

/* Whatever Postfix does by default while a milter does not answer: ours puts mail off. */
static const struct {
	const char *values, *id, *commands;
} cases[] = {
	{"milter_default_action = accept\n", "postfix-not-asked",
	 "postconf -e 'smtpd_milters = {" OURS ",default_action=tempfail}'\n"},
	{"smtpd_milters = {unix:forcedtls/wrong.sock, default_action=tempfail, command_timeout=9s}, "
	 "inet:a:1\n",
	 "postfix-not-asked",
	 "postconf -e 'smtpd_milters = {" OURS ",command_timeout=9s,default_action=tempfail}, inet:a:1'\n"},
	{"smtpd_milters = { /var/spool/postfix/forcedtls/milter.sock, {default_action = tempfail} }\n",
	 "postfix-milter-syntax", "postconf -e 'smtpd_milters = {" OURS ",default_action=tempfail}'\n"},
	{"smtpd_milters = { /var/spool/postfix/forcedtls/milter.sock, default_action=accept }\n",
	 "postfix-milter-default-action",
	 "postconf -e 'smtpd_milters = {" OURS ",default_action=tempfail}'\n"},
	{"smtpd_milters = {" OURS ",default_action=accept,connect_timeout=9s}\n",
	 "postfix-milter-default-action",
	 "postconf -e 'smtpd_milters = {" OURS ",connect_timeout=9s,default_action=tempfail}'\n"},
	/* The policy service. */
	{"smtpd_recipient_restrictions = check_policy_service {" SERVICE
	 ",timeout=9s,default_action=DUNNO}\n",
	 "postfix-policy-service-default-action",
	 "postconf -e 'smtpd_recipient_restrictions = check_policy_service, {" SERVICE
	 ",timeout=9s,default_action=DEFER}'\n"},
	{"smtpd_recipient_restrictions = check_policy_service " SERVICE "\nmilter_default_action = accept\n",
	 "postfix-policy-service-headers",
	 "postconf -e 'smtpd_milters = {" OURS ",default_action=tempfail}'\n"},
};

/* Whatever is in a name, a shell makes one word of it. */
Test(doctor_commands, quote_each_word)
{
	static const char *const names[][2] = {{"/run/a.sock", "/run/a.sock"},
					       {"/etc/x y", "'/etc/x y'"},
					       {"x';id;'.yaml", "'x'\\'';id;'\\''.yaml'"},
					       {"$(id)", "'$(id)'"},
					       {"~root", "'~root'"},
					       {"a\nb", "'a\nb'"},
					       {"", "''"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct finding finding = {0};
		struct strbuf wanted = {0};

		strbuf_printf(&wanted, "chgrp %s %s", names[i][1], names[i][1]);
		fix_command(&finding, "chgrp", names[i][0], names[i][0]);
		cr_expect_str_eq(finding.commands.list[0], wanted.text);
		words_fini(&finding.commands);
		strbuf_fini(&wanted);
	}
}

Test(doctor_commands, put_mail_off_while_nobody_answers)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *commands = commands_for(cases[i].values, cases[i].id);

		cr_expect_str_eq(commands, cases[i].commands, "case %zu, %s: got\n%s", i, cases[i].values,
				 commands);
		free(commands);
	}
}
