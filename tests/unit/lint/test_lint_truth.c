/* SPDX-License-Identifier: MIT */
/*
 * What "forcedtls check" warns of, held against the decision's own matching:
 * random policies over few domains, and all mail that can tell their
 * connectors apart. A warning must be true; the rest must not all be silence.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/match.h"
#include "util/memory.h"
#include "lint/lint.h"
#include "load.h"

TestSuite(lint_truth, .timeout = 300);

#define TODAY 20270115
#define POLICIES 3000
#define CONNECTORS_MAX 6

static const char *const patterns[] = {"'*'",         "'*.x.example'",   ".x.example",   "x.example",
				       "a.x.example", "'*.a.x.example'", ".a.x.example", "boss@x.example"};
static const char *const networks[] = {"192.0.2.0/24", "192.0.2.0/25", "192.0.2.1", "'::/0'", "0.0.0.0/0"};
static const char *const names[] = {"m.example", "'*.m.example'", ".m.example"};
static const char *const demands_text[] = {
	"tls", "none", "none", "{certificate: any}", "{certificate: m.example, min_version: TLSv1.3}", "tls"};

static const char *const addresses[] = {"<>",
					"u@x.example",
					"boss@x.example",
					"boss+e@x.example",
					"u@a.x.example",
					"u@b.x.example",
					"u@b.a.x.example",
					"u@y.example"};
static const char *const clients[] = {"192.0.2.1", "192.0.2.2", "192.0.2.200", "198.51.100.1", "2001:db8::1"};
static const char *const shown[] = {NULL, "m.example", "b.m.example"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit)
{
	return (size_t)(next_random(state) % limit);
}

static void add_list(struct strbuf *text, uint64_t *state, const char *key, const char *const *pool,
		     size_t count)
{
	size_t items = 1 + below(state, 3);

	strbuf_printf(text, "    %s: [", key);
	for (size_t i = 0; i < items; i++)
		strbuf_printf(text, "%s%s", i > 0 ? ", " : "", pool[below(state, count)]);
	strbuf_puts(text, "]\n");
}

static void add_connector(struct strbuf *text, uint64_t *state, size_t number)
{
	/* Senders for most, so that connectors meet; at least one selector in any case. */
	bool has_senders = below(state, 8) > 0;

	strbuf_printf(text, "  - name: c%zu\n    require: %s\n", number,
		      demands_text[below(state, COUNT(demands_text))]);
	if (has_senders)
		add_list(text, state, "senders", patterns, COUNT(patterns));
	if (!has_senders || below(state, 4) == 0)
		add_list(text, state, "recipients", patterns, COUNT(patterns));
	if (below(state, 5) == 0)
		add_list(text, state, "clients", networks, COUNT(networks));
	if (below(state, 8) == 0)
		add_list(text, state, "presenting", names, COUNT(names));
	if (below(state, 8) == 0)
		strbuf_puts(text, "    except: [{authenticated: true}]\n");
	if (below(state, 8) == 0)
		strbuf_puts(text, "    mode: test\n");
	if (has_senders && below(state, 8) == 0)
		strbuf_puts(text, "    header_from: true\n");
}

/* What really happens to the connectors, over all mail. */
struct truth {
	bool applies[CONNECTORS_MAX];
	bool frees[CONNECTORS_MAX]; /* displaces some connector that demands something */
	bool displaced[CONNECTORS_MAX];
};

static void note(const struct candidates *candidates, struct truth *truth)
{
	for (size_t i = 0; i < candidates->count; i++) {
		const struct candidate *candidate = &candidates->list[i];

		if (candidate->state == CANDIDATE_APPLIES)
			truth->applies[candidate->connector->number] = true;
	}
}

/* Of several that displace a connector the first is named: the truth is whole where there are two connectors. */
static void note_freed(const struct policy *policy, const struct facts *facts,
		       const struct envelope *envelope, struct truth *truth)
{
	struct candidates candidates;

	candidates_find(policy, facts, envelope, MATCH_ALL, &candidates);
	candidates_sort(&candidates);
	note(&candidates, truth);
	for (size_t i = 0; i < candidates.count; i++) {
		const struct candidate *freed = &candidates.list[i];

		if (freed->state != CANDIDATE_DISPLACED || freed->connector->require.nothing)
			continue;
		truth->displaced[freed->connector->number] = true;
		if (freed->displaced_by->require.nothing)
			truth->frees[freed->displaced_by->number] = true;
	}
	candidates_fini(&candidates);
	candidates_find(policy, facts, envelope, MATCH_ENFORCING, &candidates);
	candidates_sort(&candidates);
	note(&candidates, truth);
	candidates_fini(&candidates);
}

static void try_mail(const struct policy *policy, const char *from, const char *to, struct truth *truth)
{
	struct readings sender, recipient;
	struct facts facts = {.sender = &sender, .recipient = &recipient};

	readings_of_sender(&sender, &(struct written_address){.argument = from}, "y.example", NULL);
	readings_of_recipient(&recipient, &(struct written_address){.argument = to});
	for (size_t c = 0; c < COUNT(clients); c++)
		for (size_t n = 0; n < 2 * COUNT(shown); n++) {
			struct envelope envelope = {.sender = &sender.addresses[0],
						    .recipient = &recipient.addresses[0]};

			cr_assert(ip_parse(clients[c], &facts.client));
			facts.authenticated = n % 2 == 1;
			facts.certificate.subject_cn = shown[n / 2];
			facts.certificate.state =
				shown[n / 2] != NULL ? CERTIFICATE_VERIFIED : CERTIFICATE_NONE;
			note_freed(policy, &facts, &envelope, truth);
			envelope.from_header = true;
			note_freed(policy, &facts, &envelope, truth);
		}
	readings_fini(&sender);
	readings_fini(&recipient);
}

static struct truth find_truth(const struct policy *policy)
{
	struct truth truth = {0};

	for (size_t s = 0; s < COUNT(addresses); s++)
		for (size_t r = 1; r < COUNT(addresses); r++)
			try_mail(policy, addresses[s], addresses[r], &truth);
	return truth;
}

/* What was warned of, and whether it had to be silent. */
struct tally {
	size_t policies;
	size_t displaced;
	size_t frees_nothing;
	size_t frees_too_much;
};

/* The connector that the warning calls by name, behind what. */
static const struct connector *named(const struct policy *policy, const char *text, const char *what)
{
	const char *at = strstr(text, what);

	cr_assert_not_null(at, "%s", text);
	return policy->connectors[at[strlen(what) + 1] - '0'];
}

static void check_warning(const struct policy *policy, const struct truth *truth, const struct diagnostic *d,
			  struct tally *tally, const char *policy_text)
{
	size_t number = strncmp(d->path, "connectors[", 11) == 0 ? (size_t)(d->path[11] - '0') : 0;

	if (strstr(d->text, "never applies") != NULL) {
		tally->displaced++;
		cr_expect_not(truth->applies[number], "%s in\n%s", d->text, policy_text);
	} else if (strstr(d->text, "frees no mail") != NULL) {
		tally->frees_nothing++;
		cr_expect_not(truth->frees[number], "%s in\n%s", d->text, policy_text);
	} else if (strstr(d->text, "frees mail not only") != NULL) {
		tally->frees_too_much++;
		cr_expect(truth->displaced[named(policy, d->text, "only from \"")->number], "%s in\n%s",
			  d->text, policy_text);
		cr_expect(truth->displaced[named(policy, d->text, "also from \"")->number], "%s in\n%s",
			  d->text, policy_text);
	}
}

static void try_policy(uint64_t *state, struct tally *tally)
{
	struct diagnostics diagnostics = {0};
	struct strbuf text = {0};
	size_t count = 2 + below(state, CONNECTORS_MAX - 1);
	struct config *config;

	strbuf_puts(&text, "recipient_delimiter: '+'\nconnectors:\n");
	for (size_t i = 0; i < count; i++)
		add_connector(&text, state, i);
	config = config_check_bytes("p", (const unsigned char *)text.text, text.length, TODAY, &diagnostics);
	if (config != NULL) {
		struct truth truth = find_truth(config->policy);

		lint_config(config, &diagnostics);
		tally->policies++;
		for (size_t i = 0; i < diagnostics.count; i++)
			check_warning(config->policy, &truth, &diagnostics.list[i], tally, text.text);
	}
	config_free(&config);
	diagnostics_fini(&diagnostics);
	strbuf_fini(&text);
}

Test(lint_truth, random_policies)
{
	struct tally tally = {0};
	uint64_t state = 20273;

	for (size_t i = 0; i < POLICIES; i++)
		try_policy(&state, &tally);
	cr_expect_geq(tally.policies, POLICIES / 4, "%zu", tally.policies);
	cr_expect_geq(tally.displaced, 6, "%zu", tally.displaced);
	cr_expect_geq(tally.frees_nothing, 1300, "%zu", tally.frees_nothing);
	cr_expect_geq(tally.frees_too_much, 50, "%zu", tally.frees_too_much);
	cr_log_info("%zu policies, %zu displaced, %zu free nothing, %zu free too much\n", tally.policies,
		    tally.displaced, tally.frees_nothing, tally.frees_too_much);
}
