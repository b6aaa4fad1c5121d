/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "util/memory.h"
#include "load.h"

TestSuite(lint_displaced);

#define TODAY 20270115
#define NEVER(line, n, by)                                                                                   \
	"p:" line ":5: warning: connectors[" n                                                               \
	"]: never applies: all that it selects belongs to more specific "                                    \
	"connectors, such as " by "\n"

/* connectors: flow maps, from line 2 on. */
static void expect(const char *connectors, const char *expected)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "connectors:\n%s", connectors);
	expect_advice_on_arrivals(text.text, TODAY, expected);
	strbuf_fini(&text);
}

Test(lint_displaced, displaced)
{
	expect("  - {name: a, senders: '*.x.example', require: tls}\n"
	       "  - {name: b, senders: x.example, require: tls}\n"
	       "  - {name: c, senders: .x.example, require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	expect("  - {name: b, recipients: [x.example, .x.example, y.example], require: tls}\n"
	       "  - {name: a, recipients: ['*.x.example'], require: tls}\n",
	       NEVER("3", "1", "\"b\" (p:2:5)"));
	/* The same other selectors, whatever their order. */
	expect("  - {name: a, senders: '*.x.example', recipients: [y.example, z.example], require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], recipients: [z.example, y.example], require: "
	       "tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	expect("  - {name: a, senders: '*.x.example', recipients: '*', require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	expect("  - {name: a, senders: '*.x.example', clients: 192.0.2.0/24, presenting: m.example, require: "
	       "tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], clients: 192.0.2.0/24, presenting: "
	       "m.example, "
	       "require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
}

/* Each differs from what is displaced in one thing that leaves some mail to the connector. */
Test(lint_displaced, not_displaced)
{
	static const char *const others[] = {
		"senders: x.example",
		"senders: .x.example",
		"senders: [a.x.example, .a.x.example]",
		"senders: [x.example, .x.example], recipients: y.example",
		"senders: [x.example, .x.example], clients: 192.0.2.0/24",
		"senders: [x.example, .x.example], presenting: m.example",
		"senders: [x.example, .x.example], except: [{authenticated: true}]",
		"senders: [x.example, .x.example], mode: test",
		"senders: [x.example, .x.example], enabled: false",
		"recipients: [x.example, .x.example]",
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct strbuf text = {0};

		strbuf_printf(&text,
			      "  - {name: a, senders: '*.x.example', require: tls}\n"
			      "  - {name: b, %s, require: tls}\n",
			      others[i]);
		expect(text.text, "");
		strbuf_fini(&text);
	}
	expect("  - {name: a, senders: ['*.x.example', y.example], require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], require: tls}\n",
	       "");
	expect("  - {name: a, senders: '*.x.example', header_from: true, require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], require: tls}\n",
	       "");
	/* "*" beside others restricts mail to them. */
	expect("  - {name: a, senders: '*.x.example', recipients: ['*', y.example], require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], require: tls}\n",
	       "");
}

/* Selectors other than patterns, and mail that leaves. */
Test(lint_displaced, by_what_has_no_patterns)
{
	expect("  - {name: a, clients: 192.0.2.0/24, require: tls}\n"
	       "  - {name: b, clients: 192.0.2.0/25, require: tls}\n"
	       "  - {name: c, clients: 192.0.2.128/25, require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	expect("  - {name: a, clients: ['2001:db8::/32'], senders: x.example, require: tls}\n"
	       "  - {name: b, clients: ['2001:db8::/33', '2001:db8:8000::/33'], senders: x.example, "
	       "recipients: '*', require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	expect("  - {name: a, presenting: '*.m.example', require: tls}\n"
	       "  - {name: b, presenting: [m.example, .m.example], require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	expect("  - {name: a, recipients: '*.x.example', deliver: none}\n"
	       "  - {name: b, recipients: [x.example, .x.example], deliver: none}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	/* By one that enforces: whether it is there or not, the other one is never tried. */
	expect("  - {name: a, senders: '*.x.example', mode: test, require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
	/* A connector whose patterns are none of the others' may be displaced as well. */
	expect("  - {name: a, senders: '*.x.example', recipients: [y.example, z.example], require: tls}\n"
	       "  - {name: b, senders: [x.example, .x.example], recipients: y.example, require: tls}\n"
	       "  - {name: c, senders: [x.example, .x.example], recipients: z.example, require: tls}\n",
	       NEVER("2", "0", "\"b\" (p:3:5)"));
}

Test(lint_displaced, not_by_what_leaves_some_mail)
{
	expect("  - {name: a, clients: 192.0.2.0/24, require: tls}\n"
	       "  - {name: b, clients: [192.0.2.0/25, 192.0.2.128/26, 192.0.2.193, 192.0.2.194/31, "
	       "192.0.2.196/30, 192.0.2.200/29, 192.0.2.208/28, 192.0.2.224/27], require: tls}\n",
	       "");
	expect("  - {name: a, senders: x.example, require: tls}\n"
	       "  - {name: b, senders: x.example, clients: [192.0.2.0/25], require: tls}\n",
	       "");
	expect("  - {name: a, presenting: '*.m.example', require: tls}\n"
	       "  - {name: b, presenting: [m.example, '*.a.m.example', a.m.example], require: tls}\n",
	       "");
	expect("  - {name: a, recipients: '*.x.example', require: tls, deliver: none}\n"
	       "  - {name: b, recipients: [x.example, .x.example], require: tls}\n",
	       "");
	expect("  - {name: a, recipients: '*.x.example', deliver: none}\n"
	       "  - {name: b, recipients: [x.example, .x.example], mode: test, deliver: none}\n",
	       "");
}
