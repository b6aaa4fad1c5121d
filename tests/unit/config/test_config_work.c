/* SPDX-License-Identifier: MIT */
/* What hostile addresses and headers cost with a thousand connectors: counted, not timed. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "policy/decision.h"
#include "policy/from_selection.h"
#include "policy/match.h"
#include "util/memory.h"
#include "load.h"

#define LEVELS 110
#define NETWORKS 9 /* 192.0.2.0/24 to 192.0.2.0/32 */

/* "a.b.c" for 3: so many labels. */
static void put_labels(struct strbuf *out, int count)
{
	for (int i = count - 1; i >= 0; i--)
		strbuf_printf(out, "%s%c", i < count - 1 ? "." : "", 'a' + i % 26);
}

/* One connector for each domain above a deep one, and for each network above one client. */
static struct config *load_tower(void)
{
	struct strbuf text = {0};
	struct config *config;

	strbuf_puts(&text, "connectors:\n");
	for (int i = 0; i < LEVELS * NETWORKS; i++) {
		strbuf_printf(&text, "  - {name: c%d, senders: [\"*.", i);
		put_labels(&text, i % LEVELS + 1);
		strbuf_printf(&text,
			      "\"], clients: [192.0.2.0/%d], header_from: true, require: tls, mode: %s}\n",
			      24 + i / LEVELS, i % 3 == 0 ? "test" : "enforce");
	}
	config = load(text.text);
	strbuf_fini(&text);
	return config;
}

static void find(const struct policy *policy, const char *sender, enum match_with with,
		 struct candidates *candidates_r)
{
	static const struct address nobody = {.local = "b", .domain = "example.org"};
	struct facts facts = {.client_port = 25};
	const struct address address = {.local = "a", .domain = sender};
	const struct envelope envelope = {.sender = &address, .recipient = &nobody};

	cr_assert(ip_parse("192.0.2.0", &facts.client));
	candidates_find(policy, &facts, &envelope, with, candidates_r);
	candidates_sort(candidates_r);
}

/* They were compared with one another, each with each. */
Test(work, connectors_that_displace_one_another)
{
	struct config *config = load_tower();
	struct strbuf deep = {0};

	put_labels(&deep, LEVELS);
	for (enum match_with with = MATCH_ENFORCING; with <= MATCH_ALL; with++) {
		struct candidates candidates;
		size_t applying = 0;

		find(config->policy, deep.text, with, &candidates);
		for (size_t i = 0; i < candidates.count; i++) {
			const struct candidate *candidate = &candidates.list[i];

			cr_expect(i == 0 || candidate[-1].connector->number < candidate->connector->number);
			applying += candidate->state == CANDIDATE_APPLIES;
			if (candidate->state == CANDIDATE_DISPLACED)
				cr_expect_eq(candidate->displaced_by->number, LEVELS * NETWORKS - 1);
		}
		cr_expect_eq(candidates.count, (size_t)LEVELS * NETWORKS * (with == MATCH_ALL ? 3 : 2) / 3);
		cr_expect_eq(applying, 1);
		cr_expect_leq(candidates.comparisons, 2 * candidates.count, "%zu comparisons of %zu",
			      candidates.comparisons, candidates.count);
		candidates_fini(&candidates);
	}
	strbuf_fini(&deep);
	config_free(&config);
}

/* An address of as many readings as there may be, each with a domain of its own depth. */
static void read_hostile(struct readings *readings_r, const char *user)
{
	struct strbuf text = {0};

	strbuf_puts(&text, user);
	for (int i = READINGS_MAX; i > 0; i--) {
		strbuf_puts(&text, i == 1 ? "@" : "%");
		put_labels(&text, LEVELS - i);
	}
	readings_of_recipient(readings_r,
			      &(struct written_address){.argument = text.text, .macro = text.text});
	strbuf_fini(&text);
}

/* With TLS. */
static struct facts session_of(const struct readings *sender, const struct readings *recipient)
{
	struct facts facts = {.told = FACT_BITS_ALL,
			      .client_port = 25,
			      .sender = sender,
			      .recipient = recipient,
			      .tls = {true, TLS_VERSION_1_3, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256}};

	cr_assert(ip_parse("192.0.2.0", &facts.client));
	return facts;
}

/* The first reading is judged whatever it takes; what a client adds to that is bounded, and never let in. */
Test(work, readings_beyond_the_first)
{
	struct config *config = load_tower();
	struct readings sender, recipient;
	struct facts facts = session_of(&sender, &recipient);
	struct decision decision;
	size_t one;

	read_hostile(&sender, "a");
	read_hostile(&recipient, "b");
	cr_assert_eq(sender.count, READINGS_MAX);
	cr_assert_eq(recipient.count, READINGS_MAX);
	decision_eval(config->policy, &facts, &decision);
	cr_expect_eq(decision.untold, FACT_READINGS);
	cr_expect_eq(decision.enforced.verdict, VERDICT_TEMPFAIL);
	cr_expect_eq(decision.enforced.reason, REASON_INTERNAL);
	cr_expect_eq(decision.tested.verdict, VERDICT_TEMPFAIL);
	sender.count = recipient.count = 1;
	facts.work = DECISION_WORK_MAX + 1; /* by the recipients before this one */
	cr_expect_leq(decision.work, 2 * DECISION_WORK_MAX);
	decision_eval(config->policy, &facts, &decision);
	one = decision.work - facts.work;
	cr_expect_geq(one, (size_t)LEVELS * NETWORKS / 2);
	cr_expect_eq(decision.untold, FACT_NONE);
	cr_expect_eq(decision.enforced.verdict, VERDICT_PASS);
	/* What was refused before stays refused. */
	sender.count = READINGS_MAX;
	facts.work = 0;
	facts.tls.present = false;
	for (size_t i = 0; i < config->policy->connector_count; i++)
		config->policy->connectors[i]->on_failure = ON_FAILURE_REJECT;
	decision_eval(config->policy, &facts, &decision);
	cr_expect_eq(decision.enforced.verdict, VERDICT_REJECT);
	cr_expect_eq(decision.enforced.reason, REASON_PLAINTEXT);
	sender.count = recipient.count = READINGS_MAX;
	readings_fini(&sender);
	readings_fini(&recipient);
	config_free(&config);
}

#define PARTNERS 9000

/* One connector for each partner, all of which name the same recipients in three ways. */
static struct config *load_partners(void)
{
	struct strbuf text = {0};
	struct config *config;

	strbuf_puts(&text, "connectors:\n");
	for (int i = 0; i < PARTNERS; i++)
		strbuf_printf(&text,
			      "  - {name: c%d, senders: [p%d.example], "
			      "recipients: [our.test, \"*.our.test\", \"*.test\"], require: tls}\n",
			      i, i);
	config = load(text.text);
	strbuf_fini(&text);
	return config;
}

/* A bounce is read at two names, of HELO and of the client: no number of connectors defers it, nor lets a client go on. */
Test(work, a_bounce_that_concerns_all_connectors)
{
	struct config *config = load_partners();
	struct written_address bounce = {.argument = "<>", .macro = ""};
	struct written_address ours = {.argument = "<b@our.test>", .macro = "b@our.test"};
	struct written_address hostile = {.argument =
						  "<b%a.test%b.test%c.test%d.test%e.test%f.test@our.test>"};
	struct readings sender, recipient;
	struct facts facts = session_of(&sender, &recipient);
	struct decision decision;

	readings_of_sender(&sender, &bounce, "out.example.net", "host.example.com");
	readings_of_recipient(&recipient, &ours);
	cr_assert_eq(sender.count, 2);
	decision_eval(config->policy, &facts, &decision);
	cr_expect_gt(decision.work, 2 * DECISION_WORK_MAX);
	cr_expect_eq(decision.untold, FACT_NONE);
	cr_expect_eq(decision.enforced.verdict, VERDICT_PASS);
	readings_fini(&recipient);
	hostile.macro = hostile.argument;
	readings_of_recipient(&recipient, &hostile);
	cr_assert_eq(recipient.count, READINGS_MAX - 1);
	decision_eval(config->policy, &facts, &decision);
	cr_expect_eq(decision.untold, FACT_READINGS);
	cr_expect_eq(decision.enforced.verdict, VERDICT_TEMPFAIL);
	readings_fini(&sender);
	readings_fini(&recipient);
	config_free(&config);
}

/* A field that fills what is read of From:. */
static char *fill(const char *begin, const char *unit)
{
	struct strbuf body = {0};

	strbuf_puts(&body, begin);
	while (body.length + strlen(unit) < 16 * 1024)
		strbuf_puts(&body, unit);
	return strbuf_take(&body);
}

static const char *const units[] = {
	"a@d1.example,",
	"a@d1.example ",
	"a@b.",
	"a@b(x)",
	"@(",
	"@a\"b\"",
	"a@\xc3\xa9,",
	"\xc3\xa9 ",
	"a@xn--e1a.example,",
	"x1.example ",
	"=?utf-8?q?a=40d1.example?= ",
	",",
	"a:",
	"<",
	"\xef\xbc\240a ", /* octal: behind \xa0 an "a" would be one of its digits */
};

static void count(void *context, const struct address *address)
{
	size_t *visits = context;

	(void)address;
	(*visits)++;
}

Test(work, fields_full_of_addresses)
{
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		for (int quoted = 0; quoted < 2; quoted++) {
			char *body = fill(quoted ? "\"" : "", units[i]);
			size_t visits = 0;

			(void)from_header_read(body, count, &visits);
			cr_expect_leq(visits, 1000, "%s: %zu visits", units[i], visits);
			free(body);
		}
}

/* Each address selects all connectors, one of them at a time or as suspects. */
Test(work, addresses_that_select_all_connectors)
{
	struct strbuf text = {0};
	struct config *config;

	strbuf_puts(&text, "connectors:\n");
	for (int i = 0; i < 1000; i++)
		strbuf_printf(
			&text,
			"  - {name: c%d, senders: [\"*.example\"], recipients: [r%d.example], header_from: "
			"true, require: tls}\n",
			i, i);
	config = load(text.text);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		char *body = fill("", units[i]);
		struct from_selection selection = {0};

		for (int fields = 0; fields < 3; fields++)
			from_selection_add(&selection, config->policy, body);
		cr_expect_leq(selection.work, 25 * 1000, "%s: %zu connectors were looked at", units[i],
			      selection.work);
		from_selection_fini(&selection);
		free(body);
	}
	config_free(&config);
	strbuf_fini(&text);
}
