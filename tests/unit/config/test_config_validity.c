/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "util/memory.h"
#include "load.h"

TestSuite(config_validity);

#define TODAY 20270115
#define PATH "connectors[0].require.certificate"
#define NOTICE(line, column, path, date)                                                                     \
	"p:" line ":" column ": warning: " path ": this entry counts until " date ": within 30 days\n"

/* entries: items of a list, from line 4 on; the first value of each begins in column 9. */
static void expect(const char *entries, const char *expected)
{
	struct strbuf text = {0};

	strbuf_printf(
		&text,
		"connectors:\n  - name: a\n    senders: a.example\n    require: {certificate: [\n%s]}\n",
		entries);
	expect_advice(text.text, TODAY, expected);
	strbuf_fini(&text);
}

Test(config_validity, ends_within_thirty_days)
{
	expect("{subject: a.example}", "");
	expect("{subject: a.example, valid_from: 2027-01-15}", "");
	expect("{subject: a.example, valid_to: 2027-02-15}", "");
	expect("{subject: a.example, valid_to: 2027-02-14}",
	       NOTICE("5", "32", PATH "[0].valid_to", "2027-02-14"));
	expect("{subject: a.example, valid_to: 2027-01-15}",
	       NOTICE("5", "32", PATH "[0].valid_to", "2027-01-15"));
	expect("b.example,\n{subject: a.example, valid_to: 2027-01-15}",
	       NOTICE("6", "32", PATH "[1].valid_to", "2027-01-15"));
}

Test(config_validity, none_today)
{
	expect("{subject: a.example, valid_to: 2027-01-14}",
	       "p:4:28: warning: " PATH ": no entry counts today (2027-01-15): no session can meet this\n");
	expect("{subject: a.example, valid_from: 2027-01-16}",
	       "p:4:28: warning: " PATH ": no entry counts today (2027-01-15): no session can meet this\n");
	/* A gap that is now is said once. */
	expect("{subject: a.example, valid_to: 2027-01-10},\n{subject: b.example, valid_from: 2027-01-20}",
	       "p:4:28: warning: " PATH ": no entry counts today (2027-01-15): no session can meet this\n");
	expect("{subject: a.example, valid_to: 2027-01-10},\na.example", "");
}

Test(config_validity, gaps)
{
	expect("{subject: a.example, valid_to: 2027-06-30},\n{subject: b.example, valid_from: 2027-07-01}",
	       "");
	expect("{subject: a.example, valid_to: 2027-06-29},\n{subject: b.example, valid_from: 2027-07-01}",
	       "p:6:34: warning: " PATH "[1].valid_from: no entry counts from 2027-06-30 to 2027-06-30\n");
	/* Whatever the order; across the end of a year; behind an entry that ends early. */
	expect("{subject: b.example, valid_from: 2028-02-01},\n"
	       "{subject: c.example, valid_from: 2027-03-01, valid_to: 2027-12-31},\n"
	       "{subject: d.example, valid_from: 2027-04-01, valid_to: 2027-05-31},\n"
	       "{subject: a.example, valid_to: 2027-04-30}",
	       "p:5:34: warning: " PATH "[0].valid_from: no entry counts from 2028-01-01 to 2028-01-31\n");
	/* Behind what a time_t of 32 bit can tell. */
	expect("{subject: a.example, valid_to: 2040-02-28},\n{subject: b.example, valid_from: 2040-03-01}",
	       "p:6:34: warning: " PATH "[1].valid_from: no entry counts from 2040-02-29 to 2040-02-29\n");
	/* What is over does not matter. */
	expect("{subject: a.example, valid_to: 2026-01-31},\n{subject: b.example, valid_from: 2026-03-01}",
	       "");
}

/* Who does not ask for advice gets none. */
Test(config_validity, without_today)
{
	expect_messages("connectors:\n  - name: a\n    senders: a.example\n"
			"    require: {certificate: {subject: a.example, valid_to: 2000-01-01}}\n",
			"");
}
