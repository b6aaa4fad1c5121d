/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "doctor/sendmail_cf.h"

Test(doctor_sendmail_cf, reads_filters_ports_and_options)
{
	struct sendmail *sendmail = sendmail_read(
		"sendmail.cf",
		"# Xcomment, S=x\nXforcedtls, S=unix:/run/f/m, F=T, T=C:30s;R:10s\nXother,S=inet:1@h\n"
		"O InputMailFilters=forcedtls,other\nO DaemonPortOptions=Family=inet, Name=MTA, Port=25, "
		"M=aS\n"
		"O DaemonPortOptions=Name=MSA, Addr=127.0.0.1, InputMailFilters=other;third\n"
		"O ServerCertFile=/a\nO servercertfile=/b\n#O CACertFile\nKaccess hash -T "
		"/etc/mail/access\nO\nX\n");

	cr_assert_eq(sendmail->filter_count, 3);
	cr_expect_str_eq(sendmail->filters[0].name, "forcedtls");
	cr_expect_str_eq(sendmail->filters[0].socket, "unix:/run/f/m");
	cr_expect_str_eq(sendmail->filters[0].flags, "T");
	cr_expect_str_eq(sendmail->filters[0].timeouts, "C:30s;R:10s");
	cr_expect_str_eq(sendmail->filters[1].flags, "");
	cr_assert_eq(sendmail->port_count, 2);
	cr_expect_str_eq(sendmail->ports[0].modifiers, "aS");
	cr_expect(!sendmail->ports[0].has_filters);
	cr_expect(words_have(&sendmail->ports[1].filters, "third"));
	cr_expect(words_have(&sendmail->input_filters, "other"));
	cr_expect(words_have(&sendmail->maps, "access"));
	cr_expect_str_eq(sendmail_option(sendmail, "ServerCertFile"), "/b");
	cr_expect_str_eq(sendmail_option(sendmail, "CACertFile"), "");
	sendmail_free(&sendmail);
}
