/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(lint_unmet);

#define TODAY 20270115

#define PIN "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SERVICE "daemon: {policy_service: 'unix:/run/p'}\n"

Test(lint_unmet, fingerprints_that_no_door_is_told_of)
{
	static const char pinned[] = "connectors:\n  - name: a\n    senders: a.example\n    require:\n"
				     "      certificate: {fingerprint: " PIN "}\n";
	static const char served[] = SERVICE "connectors:\n  - name: a\n    senders: a.example\n"
					     "    require: {certificate: {fingerprint: " PIN "}}\n";
	static const char by_sendmail[] = "daemon: {mta: sendmail}\nconnectors:\n  - name: a\n"
					  "    senders: a.example\n"
					  "    require: {certificate: {fingerprint: " PIN "}}\n";

	expect_advice(pinned, TODAY,
		      "p:5:7: warning: connectors[0].require: names a fingerprint, of which Postfix tells no "
		      "milter: without daemon.policy_service this mail is deferred\n");
	expect_messages(pinned, "");
	expect_advice(served, TODAY, "");
	expect_advice(by_sendmail, TODAY, "");
}

#define DN_ADVICE                                                                                            \
	"has a distinguished name (/...), which Postfix does not hand over, and which is never met; write "  \
	"the common name alone, as in mail.contoso.com\n"

/* Sendmail hands them over; and where nobody can tell which MTA it is, nothing is said. */
Test(lint_unmet, distinguished_names_beside_postfix)
{
	static const struct {
		const char *daemon;
		bool postfix;
	} cases[] = {
		{"", false},
		{"daemon: {mta: postfix}\n", true},
		{"daemon: {mta: sendmail}\n", false},
		{"daemon: {mta: auto}\n", false},
		{"daemon: {policy_service: 'unix:/run/p'}\n", true},
		{"daemon: {policy_service: 'unix:/run/p', mta: sendmail}\n", false},
	};
	static const char *const connectors[] = {
		"senders: a.example, require: {certificate: [m.example, /CN=m.example]}",
		"senders: a.example, require: {certificate: {subject: m.example, issuer: /CN=CA}}",
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t k = 0; k < sizeof connectors / sizeof *connectors; k++) {
			struct strbuf text = {0}, want = {0};

			strbuf_printf(&text, "%sconnectors:\n  - {name: a, %s}\n", cases[i].daemon,
				      connectors[k]);
			strbuf_printf(&want, "p:%d:44: warning: connectors[0].require: " DN_ADVICE,
				      cases[i].daemon[0] == '\0' ? 2 : 3);
			expect_advice(text.text, TODAY, cases[i].postfix ? want.text : "");
			expect_messages(text.text, "");
			strbuf_fini(&text);
			strbuf_fini(&want);
		}
	expect_advice("daemon: {mta: postfix}\nconnectors:\n"
		      "  - {name: a, presenting: /CN=m.example, require: tls}\n",
		      TODAY, "p:3:5: warning: connectors[0].presenting: " DN_ADVICE);
}

/* Where there are errors, advice on how connectors agree would mislead. */
Test(lint_unmet, errors_come_first)
{
	expect_advice("connectors:\n"
		      "  - {name: a, senders: a.example, require: none}\n"
		      "  - {name: b, senders: '*.a.example', require: tsl}\n",
		      TODAY,
		      "p:3:48: error: connectors[1].require: unknown value \"tsl\"; did you mean \"tls\"?\n");
}
