/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(lint_frees);

#define TODAY 20270115
#define NOTHING(place)                                                                                       \
	"p:" place ": warning: connectors[0].require: \"none\" frees no mail: no wider connector demands "   \
	"anything of it\n"

/* free, wide: what stands in the maps of an exception and of a connector. */
static void expect(const char *exception, const char *wide, const char *expected)
{
	struct strbuf text = {0};

	strbuf_printf(&text,
		      "connectors:\n"
		      "  - require: none\n"
		      "    name: e\n"
		      "    %s\n"
		      "  - {name: w, %s}\n",
		      exception, wide);
	expect_advice_on_arrivals(text.text, TODAY, expected);
	strbuf_fini(&text);
}

Test(lint_frees, frees_something)
{
	static const char *const pairs[][2] = {
		{"senders: fax.x.example", "senders: '*.x.example', require: tls"},
		{"senders: .fax.x.example", "senders: .x.example, require: tls"},
		{"senders: '*.fax.x.example'", "senders: '*', require: tls"},
		{"senders: boss@x.example", "senders: x.example, require: tls"},
		{"senders: x.example\n    clients: 192.0.2.1", "senders: x.example, require: tls"},
		{"senders: x.example\n    clients: 192.0.2.1", "clients: 192.0.2.0/24, require: tls"},
		{"senders: x.example\n    recipients: y.example", "recipients: '*.y.example', require: tls"},
		{"clients: 192.0.2.1", "clients: 192.0.2.0/24, require: tls"},
		{"clients: 192.0.2.1", "clients: [192.0.2.0/24, 192.0.2.0/30], senders: '*', require: tls"},
		{"presenting: m.example\n    senders: x.example", "senders: x.example, require: tls"},
		{"presenting: m.example", "presenting: '*.example', require: tls"},
		{"recipients: y.example", "recipients: '*.example', senders: '*', require: tls"},
		{"senders: [a.example, b.x.example]", "senders: '*.x.example', require: tls"},
		{"senders: x.example", "senders: '*', mode: test, require: tls"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		expect(pairs[i][0], pairs[i][1], "");
}

Test(lint_frees, frees_nothing)
{
	static const char *const pairs[][2] = {
		{"senders: news.x.example", "senders: x.example, require: tls"},
		{"senders: x.example", "senders: .x.example, require: tls"},
		{"senders: '*.x.example'", "senders: x.example, require: tls"},
		{"senders: '*'", "senders: x.example, require: tls"},
		{"senders: x.example", "senders: boss@x.example, require: tls"},
		{"senders: x.example", "recipients: x.example, require: tls"},
		{"senders: x.example", "senders: '*.example', recipients: y.example, require: tls"},
		{"senders: x.example", "senders: '*.example', clients: 192.0.2.0/24, require: tls"},
		{"senders: x.example", "senders: '*.example', presenting: m.example, require: tls"},
		{"senders: x.example", "senders: '*.example', require: none"},
		{"senders: x.example", "senders: '*.example', enabled: false, require: tls"},
		{"clients: 192.0.2.0/24", "clients: 192.0.2.1, require: tls"},
		{"clients: 192.0.2.0/24", "senders: '*', require: tls"},
		{"clients: 192.0.2.0/24", "clients: 192.0.2.0/25, require: tls"},
		{"recipients: x.example", "senders: '*', require: tls"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		bool both = strstr(pairs[i][1], "require: none") != NULL;

		expect(pairs[i][0], pairs[i][1],
		       both ? NOTHING("2:14") "p:5:46: warning: connectors[1].require: \"none\" frees no "
					      "mail: no "
					      "wider connector demands anything of it\n"
			    : NOTHING("2:14"));
	}
}

/* "*" beside another selector counts for nothing, and then the exception lacks what the connector has. */
Test(lint_frees, anyone_beside_another_selector)
{
	static const char *const in_vain[][2] = {
		{"senders: '*'\n    recipients: x.example", "senders: '*', require: tls"},
		{"senders: '*'\n    clients: 192.0.2.1", "senders: '*', require: tls"},
		{"senders: '*'\n    presenting: m.example", "senders: '*', require: tls"},
		{"senders: x.example\n    recipients: '*'", "recipients: '*', require: tls"},
		{"senders: '*'\n    recipients: x.example\n    mode: test", "senders: '*', require: tls"},
		{"senders: '*'\n    recipients: x.example", "senders: [y.example, '*'], require: tls"},
	};
	static const char *const frees[][2] = {
		{"senders: [a.example, '*']\n    recipients: x.example", "senders: '*', require: tls"},
		{"senders: '*'\n    recipients: x.example",
		 "senders: '*', recipients: '*.example', require: tls"},
		{"senders: '*'\n    clients: 192.0.2.1", "senders: '*', clients: 192.0.2.0/24, require: tls"},
		{"senders: '*'\n    recipients: '*'\n    mode: test", "senders: '*', require: tls"},
	};

	for (size_t i = 0; i < sizeof in_vain / sizeof *in_vain; i++) {
		size_t line = 5;
		struct strbuf expected = {0};

		for (const char *c = in_vain[i][0]; *c != '\0'; c++)
			line += *c == '\n';
		strbuf_printf(
			&expected,
			"p:2:14: warning: connectors[0].require: \"none\" frees no mail: \"*\" counts for "
			"nothing beside another selector, and \"w\" (p:%zu:5) still applies; write it as "
			"\"except\" there\n",
			line);
		expect(in_vain[i][0], in_vain[i][1], expected.text);
		strbuf_fini(&expected);
	}
	for (size_t i = 0; i < sizeof frees / sizeof *frees; i++)
		expect(frees[i][0], frees[i][1], "");
}

#define POLICY(milder, stricter)                                                                             \
	"connectors:\n"                                                                                      \
	"  - {name: e, senders: bank.example, recipients: fax@us.example, require: none}\n"                  \
	"  - {name: m, " milder "}\n"                                                                        \
	"  - {name: s, " stricter "}\n"

Test(lint_frees, frees_from_a_stricter_one)
{
	const char *warning = "p:2:75: warning: connectors[0].require: \"none\" frees mail not only from "
			      "\"m\" (p:3:5), but also "
			      "from \"s\" (p:4:5), which demands more\n";

	expect_advice_on_arrivals(POLICY("recipients: us.example, require: tls",
					 "senders: bank.example, require: {certificate: m.bank.example}"),
				  TODAY, warning);
	expect_advice_on_arrivals(
		POLICY("recipients: us.example, require: {forward_secrecy: true}",
		       "senders: '*.example', require: {forward_secrecy: true, min_cipher_bits: 128}"),
		TODAY, warning);
	expect_advice_on_arrivals(POLICY("recipients: us.example, require: tls",
					 "senders: '*', require: {min_version: TLSv1.3}"),
				  TODAY, warning);
	/* Neither asks for more than the other. */
	expect_advice_on_arrivals(
		POLICY("recipients: us.example, require: tls", "senders: bank.example, require: tls"), TODAY,
		"");
	expect_advice_on_arrivals(POLICY("recipients: us.example, require: {forward_secrecy: true}",
					 "senders: bank.example, require: {certificate: m.bank.example}"),
				  TODAY, "");
	/* The stricter one is not displaced. */
	expect_advice_on_arrivals(
		POLICY("recipients: us.example, require: tls",
		       "senders: bank.example, clients: 192.0.2.1, require: {certificate: any}"),
		TODAY, "");
	expect_advice_on_arrivals(POLICY("recipients: us.example, require: tls",
					 "senders: a@bank.example, require: {certificate: any}"),
				  TODAY, "");
	expect_advice_on_arrivals(POLICY("recipients: us.example, require: tls",
					 "senders: bank.example, mode: test, require: {certificate: any}"),
				  TODAY, "");
	expect_advice_on_arrivals(
		POLICY("recipients: us.example, require: tls",
		       "senders: bank.example, except: [{clients: 192.0.2.1}], require: {certificate: any}"),
		TODAY, "");
	expect_advice_on_arrivals(
		POLICY("recipients: us.example, except: [{clients: 192.0.2.1}], require: tls",
		       "senders: bank.example, require: {certificate: any}"),
		TODAY, "");
	/* Wherever the exception matches, the stricter one has a pattern that is more specific. */
	expect_advice_on_arrivals(
		"connectors:\n"
		"  - {name: e, senders: '*.bank.example', recipients: fax@us.example, require: none}\n"
		"  - {name: m, recipients: us.example, require: tls}\n"
		"  - name: s\n"
		"    senders: [bank.example, .bank.example, '*.example']\n"
		"    require: {certificate: any}\n",
		TODAY, "");
	/* A "*" counts as nothing beside the other selector. */
	expect_advice_on_arrivals("connectors:\n"
				  "  - {name: e, senders: '*', recipients: fax@us.example, require: none}\n"
				  "  - {name: m, recipients: us.example, require: tls}\n"
				  "  - {name: s, senders: '*', require: {certificate: any}}\n",
				  TODAY, "");
}

#define TOO_MUCH                                                                                             \
	"p:2:75: warning: connectors[0].require: \"none\" frees mail not only from \"m\" (p:3:5), but also " \
	"from \"s\" (p:4:5), which demands more\n"

Test(lint_frees, frees_from_a_stricter_one_of_any_selector)
{
	expect_advice_on_arrivals(
		POLICY("recipients: us.example, header_from: true, senders: '*', require: tls",
		       "senders: bank.example, require: {certificate: any}"),
		TODAY, TOO_MUCH);
	expect_advice_on_arrivals(
		"connectors:\n"
		"  - {name: e, presenting: a.m.example, clients: 192.0.2.128/25,  require: none}\n"
		"  - {name: m, clients: [192.0.2.0/24, 192.0.2.128/32], require: tls}\n"
		"  - {name: s, presenting: '*.m.example', require: {certificate: any}}\n",
		TODAY, TOO_MUCH);
}

/* What a "*" of a certificate stands for, and what lies behind a narrower network. */
Test(lint_frees, frees_where_it_is_hard_to_see)
{
	static const char *const pairs[][2] = {
		{"presenting: a.m.example\n    senders: x.example", "presenting: b.m.example, require: tls"},
		{"clients: 192.0.2.0/25", "clients: [192.0.2.0/24, 192.0.2.0/26], require: tls"},
		{"presenting: /CN=m.example/O=m", "presenting: m.example, require: tls"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		expect(pairs[i][0], pairs[i][1], "");
}

Test(lint_frees, frees_nothing_beside_narrower_ones)
{
	expect("presenting: a.m.example", "presenting: b.m.example, require: tls", NOTHING("2:14"));
	expect("clients: 192.0.2.0/25", "clients: [192.0.2.0/24, 192.0.2.0/26, 192.0.2.64/26], require: tls",
	       NOTHING("2:14"));
}
