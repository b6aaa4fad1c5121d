/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "util/memory.h"
#include "load.h"

/* What Postfix is told for "deliver" of one connector. */
static void expect_answer(const char *defaults, const char *tls_policy, const char *answer)
{
	struct strbuf text = {0};
	struct config *config;
	const struct connector *connector;

	strbuf_printf(&text, "%sconnectors:\n  - {name: a, recipients: a.example, deliver: %s}\n", defaults,
		      tls_policy);
	config = load(text.text);
	connector = config->policy->connectors[0];
	cr_expect(connector->has_tls_policy);
	cr_expect_not(connector->has_require);
	cr_expect(config->policy->has_tls_policy);
	cr_expect_eq(connector->tls_policy.place.line, defaults[0] == '\0' ? 2 : 3);
	if (answer == NULL)
		cr_expect_null(connector->tls_policy.answer, "%s: %s", tls_policy,
			       connector->tls_policy.answer);
	else
		cr_expect_str_eq(connector->tls_policy.answer, answer, "%s: %s", tls_policy,
				 connector->tls_policy.answer);
	config_free(&config);
	strbuf_fini(&text);
}

#define SINCE_1_2 "protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"
#define SINCE_1_3 SINCE_1_2 ":!TLSv1.2"

Test(config_deliver, answers)
{
	static const struct {
		const char *tls_policy;
		const char *answer;
	} cases[] = {
		{"none", NULL},
		{"{level: encrypt}", "encrypt " SINCE_1_2 " connection_reuse=no"},
		{"encrypt", "encrypt " SINCE_1_2 " connection_reuse=no"},
		{"secure", "secure " SINCE_1_2},
		{"dane-only", "dane-only " SINCE_1_2},
		{"{level: dane-only}", "dane-only " SINCE_1_2},
		{"{level: verify, match: nexthop}", "verify match=nexthop " SINCE_1_2},
		{"{level: secure, min_version: TLSv1.3}", "secure " SINCE_1_3},
		{"{level: secure, match: [Mail.Contoso.COM., .Contoso.com, dot-nexthop]}",
		 "secure match=mail.contoso.com:.contoso.com:dot-nexthop " SINCE_1_2},
		{"{level: secure, match: [m\xc3\xbcnchen.example, .m\xc3\xbcnchen.example]}",
		 "secure match=xn--mnchen-3ya.example:.xn--mnchen-3ya.example " SINCE_1_2},
		{"{level: encrypt, ciphers: high, exclude: [aNULL, kRSA], servername: Mail.contoso.com., "
		 "connection_reuse: false}",
		 "encrypt " SINCE_1_2
		 " ciphers=high exclude=aNULL:kRSA servername=mail.contoso.com connection_reuse=no"},
		{"{level: dane-only, ciphers: medium, exclude: MD5, servername: nexthop, connection_reuse: "
		 "true}",
		 "dane-only " SINCE_1_2
		 " ciphers=medium exclude=MD5 servername=nexthop connection_reuse=yes"},
		{"{level: fingerprint, fingerprints: "
		 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff}",
		 "fingerprint match=00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:"
		 "88:99:AA:BB:CC:DD:EE:FF " SINCE_1_2},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_answer("", cases[i].tls_policy, cases[i].answer);
	expect_answer("defaults: {min_version: TLSv1.3}\n", "{level: secure}", "secure " SINCE_1_3);
	expect_answer("defaults: {min_version: TLSv1.3}\n", "secure", "secure " SINCE_1_3);
	expect_answer("defaults: {min_version: TLSv1.3}\n", "{level: secure, min_version: TLSv1.2}",
		      "secure " SINCE_1_2);
}

Test(config_deliver, beside_require)
{
	struct config *config =
		load("connectors:\n"
		     "  - {name: a, recipients: a.example, require: tls, on_failure: reject,\n"
		     "     message: no, deliver: {level: encrypt}}\n"
		     "  - {name: b, recipients: [a.example, b.example], senders: c.example,\n"
		     "     except: [{authenticated: true}], require: tls}\n"
		     "  - {name: c, recipients: b.example, deliver: none, mode: test}\n");

	cr_expect(config->policy->connectors[0]->has_require);
	cr_expect(config->policy->connectors[0]->has_tls_policy);
	cr_expect_not(config->policy->connectors[1]->has_tls_policy);
	cr_expect(config->policy->connectors[2]->tls_policy.nothing);
	config_free(&config);
}

Test(config_deliver, filter_on_this_host)
{
	static const char warning[] =
		"p:2:5: warning: connectors[0]: \"*\" is also for a content filter on this host, which has "
		"no "
		"TLS; beside it write a connector with recipients: [\"[127.0.0.1]\"], deliver: none\n";

	expect_advice("connectors:\n  - {name: a, recipients: '*', deliver: {level: encrypt}}\n", 20260101,
		      warning);
	expect_advice("connectors:\n  - {name: a, recipients: '*', mode: test, deliver: {level: encrypt}}\n",
		      20260101, warning);
	expect_messages("connectors:\n  - {name: a, recipients: '*', deliver: {level: encrypt}}\n", "");
	expect_advice("connectors:\n  - {name: a, recipients: '*', deliver: {level: encrypt}}\n"
		      "  - {name: b, recipients: '[127.0.0.1]', deliver: none}\n",
		      20260101, "");
	expect_advice("connectors:\n  - {name: a, recipients: '*', deliver: none}\n", 20260101, "");
	expect_advice("connectors:\n  - {name: a, senders: '*', recipients: '*', require: tls}\n", 20260101,
		      "");
}

/* Connectors for mail that arrives and for mail that leaves stand in nobody's way. */
Test(config_deliver, other_directions)
{
	expect_advice("connectors:\n"
		      "  - {name: a, recipients: '*.a.example', deliver: {level: encrypt}}\n"
		      "  - {name: b, recipients: [a.example, .a.example], require: tls}\n"
		      "  - {name: c, recipients: '*.c.example', require: tls}\n"
		      "  - {name: d, recipients: [c.example, .c.example], deliver: {level: encrypt}}\n",
		      20260101, "");
	expect_advice("connectors:\n"
		      "  - {name: a, recipients: '*.a.example', deliver: {level: encrypt}}\n"
		      "  - {name: b, recipients: a.example, require: none}\n",
		      20260101,
		      "p:3:47: warning: connectors[1].require: \"none\" frees no mail: no wider connector "
		      "demands anything of it\n");
}
