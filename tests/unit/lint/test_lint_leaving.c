/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(lint_leaving);

#define TODAY 20270115
#define DOOR "daemon: {tls_policy: 'unix:/run/t'}\n"
#define FILTER "  - {name: f, recipients: 127.0.0.1, deliver: none}\n"

/* "level" is not told where our table stands; or the warning with its name. */
static void expect_everybody(const char *head, const char *demand, const char *level)
{
	struct strbuf text = {0}, want = {0};

	strbuf_printf(&text, "%sconnectors:\n  - {name: a, recipients: '*', %s}\n" FILTER, head, demand);
	if (level != NULL)
		strbuf_printf(&want,
			      "p:3:5: warning: connectors[0]: \"*\" answers for everybody: in front of a map "
			      "for MTA-STS or DANE it turns \"secure\" and \"dane-only\" of that map into "
			      "\"%s\"; name our table \"partners\" before it and \"rest\" behind it, see "
			      "forcedtlsd(8)\n",
			      level);
	expect_advice(text.text, TODAY, level != NULL ? want.text : "");
	expect_messages(text.text, "");
	strbuf_fini(&text);
	strbuf_fini(&want);
}

Test(lint_leaving, everybody_in_front_of_another_map)
{
	expect_everybody(DOOR, "deliver: encrypt", "encrypt");
	expect_everybody(DOOR, "deliver: {level: encrypt, min_version: TLSv1.3}", "encrypt");
	expect_everybody(DOOR, "mode: test, deliver: encrypt", "encrypt");
	expect_everybody(DOOR, "deliver: secure", NULL);
	expect_everybody(DOOR, "deliver: {level: verify, match: nexthop}", NULL);
	expect_everybody(DOOR, "deliver: dane-only", NULL);
	expect_everybody(DOOR, "deliver: none", NULL);
	/* Whoever has a table in a file is told to put this last. */
	expect_everybody("", "deliver: encrypt", NULL);
}

#define GAP(place, mail, domain)                                                                             \
	"p:" place                                                                                           \
	": warning: connectors[0].recipients: \"require\" is for mail that arrives; mail to " mail           \
	" may still leave in plaintext. If that is a partner's, give it a connector with \"deliver\"; if "   \
	"it is "                                                                                             \
	"yours, say so once: {name: ours, recipients: [\"" domain "\"], deliver: none}\n"

static void expect_gap(const char *connector, const char *others, const char *expected)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "connectors:\n  - {name: a, %s}\n%srecipient_delimiter: ''\n", connector,
		      others);
	expect_advice(text.text, TODAY, expected);
	expect_messages(text.text, "");
	strbuf_fini(&text);
}

#define OTHER(recipients, demand) "  - {name: b, recipients: " recipients ", " demand "}\n"

Test(lint_leaving, what_arrives_over_tls_may_leave_in_plaintext)
{
	static const char tree[] = "recipients: '*.x.example', require: tls";
	static const char exact[] = "recipients: x.example, require: tls";

	expect_gap(exact, "", GAP("2:27", "x.example", "x.example"));
	expect_gap(exact, OTHER("x.example", "deliver: none"), "");
	expect_gap(exact, OTHER("x.example", "deliver: encrypt, mode: test"), "");
	expect_gap(exact, OTHER("'*.example'", "deliver: secure"), "");
	expect_gap(exact, OTHER("x.example", "enabled: false, deliver: secure"),
		   GAP("2:27", "x.example", "x.example"));
	expect_gap(tree, OTHER("x.example", "deliver: secure"), GAP("2:27", "*.x.example", "*.x.example"));
	expect_gap(tree, OTHER(".x.example", "deliver: secure"), GAP("2:27", "*.x.example", "*.x.example"));
	expect_gap(tree, OTHER("[x.example, .x.example]", "deliver: secure"), "");
	expect_gap("recipients: boss@x.example, require: tls", "", GAP("2:27", "x.example", "x.example"));
	expect_gap("recipients: boss@x.example, require: tls", OTHER("x.example", "deliver: none"), "");
	expect_gap("recipients: [x.example, y.example, z.example], require: tls",
		   OTHER("y.example", "deliver: none"),
		   GAP("2:28", "x.example (and to 1 more)", "x.example"));
	expect_gap("senders: s.example, recipients: x.example, require: tls", "",
		   GAP("2:47", "x.example", "x.example"));
}

Test(lint_leaving, nothing_to_ask)
{
	expect_gap("recipients: x.example, require: tls, deliver: none", "", "");
	expect_gap("recipients: x.example, enabled: false, require: tls", OTHER("y.example", "deliver: none"),
		   "");
	expect_gap("recipients: x.example, presenting: m.example, require: tls", "", "");
	expect_gap("senders: x.example, require: tls", "", "");
	expect_gap("senders: x.example, recipients: '*', require: tls", "", "");
	expect_gap(
		"recipients: '*', require: tls", "",
		"p:2:27: warning: connectors[0].recipients: \"require\" is for mail that arrives; all mail "
		"may still leave in plaintext. For that there is \"deliver\"; where it is not meant write "
		"senders: [\"*\"]\n");
	expect_gap("recipients: '*', require: tls", OTHER("'*'", "deliver: secure") FILTER, "");
}
