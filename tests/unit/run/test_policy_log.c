/* SPDX-License-Identifier: MIT */
#include "run/policy_log.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "unit/run/frees.h"
#include "unit/run/captured.h"

TestSuite(policy_log);

#define A "  - {name: a, senders: [a.example, b.example], clients: 192.0.2.0/24, require: tls}\n"
#define B "  - {name: b, recipients: b.example, require: tls}\n"
#define C "  - {name: c, mode: test, presenting: [c.example, d.example], require: {certificate: any}}\n"
#define D "  - {name: d, enabled: false, recipients: d.example, require: tls}\n"

static void expect_summary(const char *text, const char *want)
{
	struct config *config = frees_config(text);
	char *got = policy_log_summary(config);
	struct strbuf line = {0};

	strbuf_printf(&line, "%s digest=%s", want, config->digest);
	cr_expect_str_eq(got, line.text);
	cr_expect_eq(strlen(config->digest), 64);
	strbuf_fini(&line);
	free(got);
	config_free(&config);
}

Test(policy_log, summary)
{
	expect_summary("connectors:\n" A B C D, "mode=enforce enforced=2 tested=1 disabled=1");
	expect_summary("mode: test\nconnectors:\n" A B C D, "mode=test enforced=0 tested=3 disabled=1");
	expect_summary("connectors:\n" B, "mode=enforce enforced=1 tested=0 disabled=0");
}

struct change {
	const char *before;
	const char *now;
};

static void log_change(void *context)
{
	const struct change *change = context;
	struct config *before = frees_config(change->before), *now = frees_config(change->now);

	policy_log_losses(before, now);
	config_free(&before);
	config_free(&now);
}

/* The lines without what stands before a warning. */
static void expect_losses(const char *before, const char *now, const char *want)
{
	struct change change = {before, now};
	char *got = captured(log_change, &change);
	struct strbuf texts = {0};

	strbuf_puts(&texts, "");
	for (char *line = strtok(got, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		const char *text = strstr(line, "]: warning: ");

		cr_assert_not_null(text, "%s", line);
		strbuf_printf(&texts, "%s\n", text + sizeof "]: warning: " - 1);
	}
	cr_expect_str_eq(texts.text, want, "%s", texts.text);
	strbuf_fini(&texts);
	free(got);
}

Test(policy_log, nothing_is_lost)
{
	expect_losses("connectors:\n" A B C D, "connectors:\n" A B C D, "");
	expect_losses("connectors:\n" B, "connectors:\n" D C B A, "");
	/* What was left out before protects as much when it is gone. */
	expect_losses("connectors:\n" A D, "connectors:\n" A, "");
}

Test(policy_log, losses)
{
	expect_losses("connectors:\n" A B C D, "connectors:\n" B,
		      "connectors gone since the last policy: a, c\n");
	expect_losses("connectors:\n" A B,
		      "connectors:\n" A
		      "  - {name: b, enabled: false, recipients: b.example, require: tls}\n",
		      "connectors disabled since the last policy: b\n");
	expect_losses("connectors:\n" A B,
		      "connectors:\n" A "  - {name: b, mode: test, recipients: b.example, require: tls}\n",
		      "connectors in test mode since the last policy: b\n");
	expect_losses("connectors:\n" A B C,
		      "connectors:\n" B
		      "  - {name: a, senders: [a.example, b.example], clients: 192.0.2.0/24, require: tls}\n"
		      "  - {name: c, mode: test, presenting: c.example, require: {certificate: any}}\n",
		      "connectors with fewer entries than in the last policy: c (1 of 2)\n");
	expect_losses("connectors:\n" A,
		      "connectors:\n  - {name: a, senders: a.example, clients: 192.0.2.0/24, require: tls}\n",
		      "connectors with fewer entries than in the last policy: a (2 of 3)\n");
}

Test(policy_log, change_of_the_mode)
{
	expect_losses("connectors:\n" A C, "mode: test\nconnectors:\n" A C,
		      "the mode of the policy was enforce and is test: nothing is enforced any more\n");
	expect_losses("mode: test\nconnectors:\n" A, "connectors:\n" A,
		      "the mode of the policy was test and is enforce\n");
}

/* However many there are, and whatever they are called, it is one line. */
Test(policy_log, many_losses)
{
	struct strbuf before = {0}, want = {0};
	char name[65];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	strbuf_puts(&before, "connectors:\n" B);
	strbuf_puts(&want, "connectors gone since the last policy: ");
	for (unsigned i = 0; i < 1000; i++) {
		(void)memcpy(name,
			     (const char[]){(char)('0' + i / 100), (char)('0' + i / 10 % 10),
					    (char)('0' + i % 10)},
			     3);
		strbuf_printf(&before, "  - {name: %s, senders: a%u.example, require: tls}\n", name, i);
		if (i < 20)
			strbuf_printf(&want, "%s%s", i > 0 ? ", " : "", name);
	}
	strbuf_puts(&want, " and 980 more\n");
	expect_losses(before.text, "connectors:\n" B, want.text);
	strbuf_fini(&before);
	strbuf_fini(&want);
}
