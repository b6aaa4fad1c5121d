/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "load.h"

TestSuite(config_crosscheck);

#define C(name, rest) "  - {name: " name ", require: tls, " rest "}\n"

Test(config_crosscheck, names)
{
	expect_messages(
		"connectors:\n" C("a", "senders: a.example") C("b", "senders: b.example")
			C("a", "senders: c.example") C("A", "senders: d.example")
				C("a", "senders: e.example, enabled: false"),
		"p:4:12: error: connectors[2].name: \"a\" is already the name of a connector (p:2:12)\n"
		"p:6:12: error: connectors[4].name: \"a\" is already the name of a connector (p:2:12)\n");
}

/* The index in a message is that in the file, whatever is disabled. */
Test(config_crosscheck, claims)
{
	expect_messages("connectors:\n" C("off", "senders: a.example, enabled: false")
				C("a", "senders: [x.example, a.example]")
					C("b", "senders: [A.EXAMPLE, y.example]"),
			"p:4:39: error: connectors[2].senders: connector \"a\" (p:3:50) has \"a.example\" as "
			"well; the "
			"two differ in no other selector\n");
	expect_messages("connectors:\n" C("a", "clients: [192.0.2.0/24]") C("b", "clients: 192.0.2.0/24"),
			"p:3:38: error: connectors[1].clients: connector \"a\" (p:2:39) has \"192.0.2.0/24\" "
			"as well; "
			"the two differ in no other selector\n");
	expect_messages("connectors:\n" C("a", "recipients: '*'") C("b", "recipients: '*'"),
			"p:3:41: error: connectors[1].recipients: connector \"a\" (p:2:41) has \"*\" as "
			"well; the two "
			"differ in no other selector\n");
}

Test(config_crosscheck, no_claim)
{
	expect_messages("connectors:\n" C("a", "senders: a.example") C("b", "recipients: a.example")
				C("c", "senders: a.example, recipients: b.example") C(
					"d", "senders: a.example, recipients: c.example")
					C("e", "senders: a.example, mode: test") C(
						"f", "senders: '*.a.example'") C("g", "senders: .a.example")
						C("h", "senders: x@a.example") "recipient_delimiter: ''\n",
			"");
	/* A policy in test mode as a whole judges these two as before. */
	expect_messages("mode: test\nconnectors:\n" C("a", "senders: a.example")
				C("b", "senders: a.example, mode: test"),
			"");
}

/* What a connector with errors would select is a guess. */
Test(config_crosscheck, faulty_connectors_are_not_compared)
{
	expect_messages(
		"connectors:\n" C("a", "senders: a.example, recipients: 'b*'")
			C("b", "senders: a.example, recipients: 'c*'"),
		"p:2:61: error: connectors[0].recipients: \"b*\" has a \"*\" where none may stand; it stands "
		"alone, or first as in *.contoso.com\n"
		"p:3:61: error: connectors[1].recipients: \"c*\" has a \"*\" where none may stand; it stands "
		"alone, or first as in *.contoso.com\n");
}
