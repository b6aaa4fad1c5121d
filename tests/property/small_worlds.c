/* SPDX-License-Identifier: MIT */
/*
 * What must hold of every policy, tried on all that there are in a small
 * world: up to so many connectors, each with any of three kinds of pattern (a
 * domain, all below one, everyone) or none for senders and for recipients, any
 * of three demands and actions, in test mode or not; and sessions in which the
 * patterns fit or do not, in plaintext, with TLS and with a verified
 * certificate. TAP. Usage: small-worlds [CONNECTORS]; without it
 * FORCEDTLS_SMALL_WORLD in the environment says how many, else two. Policies
 * in which two connectors claim the same are refused by the loader, and left
 * out. Facts are taken away in policies of one connector less than the most:
 * that is twenty sessions for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/oracle.h"
#include "property/take.h"
#include "property/trial.h"

#define CONNECTORS 2
#define WORLD_MAX 3
#define PATTERNS 4
#define DEMANDS 5
#define KINDS (DEMANDS * 2 * (PATTERNS * PATTERNS - 1)) /* of connectors: one without selectors is none */
#define ADDRESSES 3
#define PROOFS 3 /* a session in plaintext, with TLS, with a verified certificate */
#define SESSIONS ((size_t)ADDRESSES * ADDRESSES * PROOFS)

enum property {
	ORACLE,
	ORDER,
	TEST_MODE,
	STRONGER,
	UNTOLD,
	PROPERTY_COUNT,
};

struct world {
	struct model_session sessions[SESSIONS];
	struct tally tallies[PROPERTY_COUNT];
	size_t length; /* as many connectors at most */
	size_t policies;
};

static const char *const patterns[PATTERNS] = {NULL, "a.example", ".example", "*"};
/* The domain, another below the same, and one that only "*" has. */
static const struct model_address addresses[ADDRESSES] = {
	{.written = "v@a.example", .readings = {{"v", "a.example"}}, .count = 1},
	{.written = "v@b.example", .readings = {{"v", "b.example"}}, .count = 1},
	{.written = "v@other.test", .readings = {{"v", "other.test"}}, .count = 1},
};

static struct words word_of(const char *pattern)
{
	return pattern != NULL ? (struct words){{pattern}, 1} : (struct words){0};
}

static struct model_require require_of(size_t demand)
{
	if (demand == 0)
		return (struct model_require){.kind = DEMAND_NONE};
	if (demand < 3)
		return (struct model_require){.kind = DEMAND_TLS};
	return (struct model_require){.kind = DEMAND_MAP, .any_certificate = true};
}

static struct model_connector connector_of(size_t kind, unsigned id)
{
	size_t demand = kind % DEMANDS, selectors = 1 + kind / DEMANDS / 2;

	return (struct model_connector){
		.id = id,
		.test = kind / DEMANDS % 2 != 0,
		.on_failure = demand == 0       ? NULL
			      : demand % 2 != 0 ? "tempfail"
						: "reject",
		.senders = word_of(patterns[selectors % PATTERNS]),
		.recipients = word_of(patterns[selectors / PATTERNS]),
		.require = require_of(demand),
	};
}

static struct model_session session_of(size_t number)
{
	static const struct tls_facts plaintext = {.bits = -1};
	static const struct tls_facts encrypted = {.present = true,
						   .version = TLS_VERSION_1_3,
						   .version_text = "TLSv1.3",
						   .cipher = "TLS_AES_256_GCM_SHA384",
						   .bits = 256};
	size_t proof = number % PROOFS, pair = number / PROOFS;

	return (struct model_session){
		.client = "192.0.2.25",
		.port = 40000,
		.can_quarantine = true,
		.helo = "mail.a.example",
		.sender = &addresses[pair % ADDRESSES],
		.recipient = &addresses[pair / ADDRESSES],
		.tls = proof > 0 ? encrypted : plaintext,
		.certificate = {.state = proof > 1 ? CERTIFICATE_VERIFIED : CERTIFICATE_NONE,
				.subject_cn = proof > 1 ? "mail.a.example" : NULL,
				.issuer_cn = proof > 1 ? "CA" : NULL},
		.fingerprints = {.seen = FINGERPRINTS_NONE},
		.date = 20261126,
	};
}

/* A policy with what is to be said of it. */
struct case_of {
	struct world *world;
	struct model_policy policy;
	struct config *config;
	struct rulings rulings[SESSIONS];
};

static void count(const struct case_of *is, enum property property, const struct model_session *session,
		  const char *remark, bool holds, bool telling, const struct ruling *ruling,
		  const struct ruling *other)
{
	const struct trial trial = {.policy = &is->policy, .session = session, .remark = remark};

	trial_count(&is->world->tallies[property], &trial, holds, telling, ruling, other);
}

static bool is_no_pass(const struct ruling *less, const struct ruling *more)
{
	return more->verdict == VERDICT_PASS || less->verdict != VERDICT_PASS;
}

static void compare_with_oracle(const struct case_of *is, size_t at)
{
	const struct model_session *session = &is->world->sessions[at];
	struct oracle_decision oracle = oracle_decide(&is->policy, session);
	const struct ruling enforced = {oracle.enforced.verdict, oracle.enforced.reason,
					oracle.enforced.speaker};
	const struct ruling tested = {oracle.tested.verdict, oracle.tested.reason, oracle.tested.speaker};
	const struct rulings *rulings = &is->rulings[at];

	count(is, ORACLE, session, "enforced", ruling_equal(&rulings->enforced, &enforced),
	      enforced.speaker != NOBODY, &rulings->enforced, &enforced);
	count(is, ORACLE, session, "with connectors in test mode", ruling_equal(&rulings->tested, &tested),
	      tested.speaker != NOBODY, &rulings->tested, &tested);
}

/* The session before it in the same addresses shows less. */
static void compare_with_weaker(const struct case_of *is, size_t at)
{
	const struct rulings *strong = &is->rulings[at], *weak;

	if (at % PROOFS == 0)
		return;
	weak = &is->rulings[at - 1];
	count(is, STRONGER, &is->world->sessions[at], "against the session that shows less",
	      strong->enforced.verdict <= weak->enforced.verdict, weak->enforced.verdict != VERDICT_PASS,
	      &strong->enforced, &weak->enforced);
	count(is, STRONGER, &is->world->sessions[at], "against the session that shows less, with tests",
	      strong->tested.verdict <= weak->tested.verdict, weak->tested.verdict != VERDICT_PASS,
	      &strong->tested, &weak->tested);
}

static void compare_with_untold(const struct case_of *is, size_t at, const struct model_session *session)
{
	const struct rulings *more = &is->rulings[at];
	struct rulings less = trial_judge(&is->policy, is->config, session);

	count(is, UNTOLD, session, "against the session with one fact more",
	      is_no_pass(&less.enforced, &more->enforced), less.enforced.verdict != more->enforced.verdict,
	      &less.enforced, &more->enforced);
	count(is, UNTOLD, session, "against the session with one fact more, with tests",
	      is_no_pass(&less.tested, &more->tested), less.tested.verdict != more->tested.verdict,
	      &less.tested, &more->tested);
}

static void take_each(const struct case_of *is, size_t at)
{
	for (enum fact fact = FACT_EDITS; fact <= FACT_CONTENT; fact++) {
		struct model_session session = is->world->sessions[at];

		if (take_fact(&session, fact))
			compare_with_untold(is, at, &session);
	}
	for (size_t i = 0; i < take_count(); i++) {
		struct model_session session = is->world->sessions[at];

		if (take_away_one(&session, i))
			compare_with_untold(is, at, &session);
	}
}

/* Judges each session under another policy that has to say the same. */
static void compare_with_policy(const struct case_of *is, const struct model_policy *other,
				enum property property, const char *remark)
{
	struct config *config = trial_load(other);

	for (size_t at = 0; config != NULL && at < SESSIONS; at++) {
		const struct model_session *session = &is->world->sessions[at];
		const struct rulings *rulings = &is->rulings[at];
		struct rulings others = trial_judge(other, config, session);
		bool alike = rulings->enforced.verdict == others.enforced.verdict &&
			     (property == TEST_MODE || rulings->tested.verdict == others.tested.verdict);
		bool telling = property == TEST_MODE ? rulings->tested.verdict != others.tested.verdict
						     : others.tested.verdict != VERDICT_PASS;

		count(is, property, session, remark, alike, telling, &rulings->enforced, &others.enforced);
	}
	config_free(&config);
}

/* Test mode never changes a reply (design, section 3, 3). */
static void compare_without_tests(const struct case_of *is)
{
	struct model_policy without = is->policy;

	without.count = 0;
	for (size_t i = 0; i < is->policy.count; i++)
		if (!is->policy.connectors[i].test)
			without.connectors[without.count++] = is->policy.connectors[i];
	if (without.count > 0 && without.count < is->policy.count)
		compare_with_policy(is, &without, TEST_MODE, "against the policy without its tests");
}

/* All orders but the one at hand, by exchanging two connectors at a time (Heap 1963). */
static void compare_orders(const struct case_of *is, struct model_policy *other, size_t length)
{
	for (size_t i = 0; i + 1 < length; i++) {
		struct model_connector moved;
		size_t from = length % 2 == 0 ? i : 0;

		compare_orders(is, other, length - 1);
		moved = other->connectors[from];
		other->connectors[from] = other->connectors[length - 1];
		other->connectors[length - 1] = moved;
		compare_with_policy(is, other, ORDER, "against the same connectors in another order");
	}
	if (length > 2)
		compare_orders(is, other, length - 1);
}

static void try_policy(struct world *world, const size_t *kinds, size_t length)
{
	struct case_of is = {.world = world, .policy = {.delimiter = "", .count = length}};
	struct model_policy other;

	for (size_t i = 0; i < length; i++)
		is.policy.connectors[i] = connector_of(kinds[i], (unsigned)i);
	is.config = trial_load(&is.policy);
	if (is.config == NULL)
		return;
	world->policies++;
	for (size_t at = 0; at < SESSIONS; at++)
		is.rulings[at] = trial_judge(&is.policy, is.config, &world->sessions[at]);
	for (size_t at = 0; at < SESSIONS; at++) {
		compare_with_oracle(&is, at);
		compare_with_weaker(&is, at);
		if (length == 1 || length < world->length)
			take_each(&is, at);
	}
	compare_without_tests(&is);
	other = is.policy;
	compare_orders(&is, &other, length);
	config_free(&is.config);
}

/* Each choice of connectors once: the orders are compared there. */
static void try_all(struct world *world, size_t *kinds, size_t chosen, size_t length)
{
	if (chosen == length) {
		try_policy(world, kinds, length);
		return;
	}
	for (kinds[chosen] = chosen > 0 ? kinds[chosen - 1] : 0; kinds[chosen] < KINDS; kinds[chosen]++)
		try_all(world, kinds, chosen + 1, length);
}

static size_t length_asked(const char *text)
{
	return text != NULL && *text != '\0' ? strtoul(text, NULL, 10) : CONNECTORS;
}

int main(int argc, char **argv)
{
	struct world world = {
		.tallies = {[ORACLE] = {.name = "the decision is the oracle's"},
			    [ORDER] = {.name = "the order of connectors changes no verdict"},
			    [TEST_MODE] = {.name = "test mode changes no verdict"},
			    [STRONGER] = {.name = "a session that shows more never fares worse"},
			    [UNTOLD] = {.name = "a fact taken away never turns a refusal into a pass"}},
	};
	size_t kinds[WORLD_MAX];
	bool good = true;

	world.length = length_asked(argc > 1 ? argv[1] : getenv("FORCEDTLS_SMALL_WORLD"));
	if (world.length < 1 || world.length > WORLD_MAX) {
		(void)printf("Bail out! 1 to %d connectors\n", WORLD_MAX);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < SESSIONS; i++)
		world.sessions[i] = session_of(i);
	for (size_t i = 1; i <= world.length; i++)
		try_all(&world, kinds, 0, i);
	(void)printf("1..%d\n# %zu policies of up to %zu connectors\n", PROPERTY_COUNT, world.policies,
		     world.length);
	for (size_t i = 0; i < PROPERTY_COUNT; i++) {
		const struct tally *tally = &world.tallies[i];
		bool holds = tally->failures == 0 && (tally->telling > 0 || world.length == 1);

		(void)printf("%s %zu - %s (%zu cases, %zu telling, %zu wrong)\n", holds ? "ok" : "not ok",
			     i + 1, tally->name, tally->cases, tally->telling, tally->failures);
		good = good && holds;
	}
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
