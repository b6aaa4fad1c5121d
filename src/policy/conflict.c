/* SPDX-License-Identifier: MIT */
/*
 * Finds connectors of a policy that claim the same pattern with nothing to
 * tell them apart. For the check of a policy file; no decision needs it.
 */
#include "policy/selector.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

#define OTHERS_COUNT (SELECTOR_COUNT - 1)

/* What a connector's selectors hold, as sums over hashes: equal sets have equal sums. */
struct signature {
	uint64_t sums[SELECTOR_COUNT];
	bool anyone[SELECTOR_COUNT]; /* holds "*" and so restricts nothing beside another selector */
};

struct search {
	const struct policy *policy;
	struct signature *signatures; /* by connector number */
	enum selector_key key; /* the selector under way */
	policy_conflict *conflict;
	void *context;
	bool go_on;
};

/* A claim with what must be equal for a conflict. */
struct rival {
	struct pattern_claim claim;
	uint64_t others[OTHERS_COUNT];
	enum mode mode;
	bool has_require;
	bool has_tls_policy;
};

static uint64_t mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
	return hash ^ (hash >> 31);
}

static uint64_t text_hash(const char *text)
{
	uint64_t hash = 0;

	for (; *text != '\0'; text++)
		hash = mix(hash + (unsigned char)*text + 1);
	return hash;
}

static bool sign_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			 size_t count)
{
	struct search *search = context;
	const struct pattern_index *index = selectors[search->key].patterns(search->policy);
	bool anyone = pattern_index_kind(index, ref) == PATTERN_ANYONE;

	for (size_t i = 0; i < count; i++) {
		struct signature *signature = &search->signatures[claims[i].owner];

		signature->sums[search->key] += mix(hash) | 1;
		signature->anyone[search->key] |= anyone;
	}
	return true;
}

/*
 * An entry that is in no index, and who claims it. There are few of them beside
 * domain patterns, so they are compared as text.
 */
struct text_claim {
	char *text;
	struct pattern_claim claim;
};

struct text_claims {
	struct text_claim *list;
	size_t count;
	size_t capacity;
};

static void conflict_add_entries(struct text_claims *claims, const struct selector *selector,
				 const struct connector *connector)
{
	struct strbuf text = {0};

	for (size_t i = 0; i < selector->count(connector); i++) {
		struct place place =
			selector->place != NULL ? selector->place(connector, i) : connector->place;

		strbuf_cut(&text, 0);
		selector->print_compared(connector, i, &text);
		claims->list =
			vector_grow(claims->list, claims->count, &claims->capacity, sizeof *claims->list);
		claims->list[claims->count++] = (struct text_claim){
			xstrdup(strbuf_text(&text)), {.owner = connector->number, .place = place}};
	}
	strbuf_fini(&text);
}

static void text_claims_fini(struct text_claims *claims)
{
	for (size_t i = 0; i < claims->count; i++)
		free(claims->list[i].text);
	free(claims->list);
}

static struct text_claims conflict_collect(const struct search *search)
{
	struct text_claims claims = {0};

	for (size_t i = 0; i < search->policy->connector_count; i++)
		conflict_add_entries(&claims, &selectors[search->key], search->policy->connectors[i]);
	return claims;
}

/* An entry that stands twice in one list counts twice, which is reported elsewhere. */
static void sign_texts(struct search *search)
{
	struct text_claims claims = conflict_collect(search);

	for (size_t i = 0; i < claims.count; i++)
		search->signatures[claims.list[i].claim.owner].sums[search->key] +=
			text_hash(claims.list[i].text) | 1;
	text_claims_fini(&claims);
}

static void sign_all(struct search *search)
{
	for (search->key = 0; search->key < SELECTOR_COUNT; search->key++) {
		const struct selector *selector = &selectors[search->key];

		if (selector->patterns != NULL)
			pattern_index_each(selector->patterns(search->policy), sign_pattern, search);
		else
			sign_texts(search);
	}
}

static struct rival make_rival(const struct search *search, struct pattern_claim claim)
{
	const struct signature *signature = &search->signatures[claim.owner];
	const struct connector *connector = search->policy->connectors[claim.owner];
	struct rival rival = {.claim = claim,
			      .mode = connector->mode,
			      .has_require = connector->has_require,
			      .has_tls_policy = connector->has_tls_policy};
	size_t n = 0;

	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++)
		if (i != search->key)
			rival.others[n++] = signature->anyone[i] ? 0 : signature->sums[i];
	return rival;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* What can conflict stands side by side, in the order of the file. */
static int conflict_compare_rivals(const void *a, const void *b)
{
	const struct rival *first = a, *second = b;
	int order = compare_numbers(first->mode, second->mode);

	for (size_t i = 0; i < OTHERS_COUNT && order == 0; i++)
		order = compare_numbers(first->others[i], second->others[i]);
	return order != 0 ? order : compare_numbers(first->claim.owner, second->claim.owner);
}

static bool can_conflict(const struct rival *a, const struct rival *b)
{
	return a->mode == b->mode && memcmp(a->others, b->others, sizeof a->others) == 0;
}

static void report_pair(struct search *search, const char *pattern, const struct rival *a,
			const struct rival *b)
{
	search->go_on = search->conflict(search->context, selectors[search->key].key, pattern,
					 search->policy->connectors[a->claim.owner], a->claim.place,
					 search->policy->connectors[b->claim.owner], b->claim.place);
}

/* rivals: in order, all that claim pattern in the selector under way. Compares those with "require". */
static void report_require(struct search *search, const char *pattern, const struct rival *rivals,
			   size_t count)
{
	const struct rival *last = NULL;

	for (size_t i = 0; i < count && search->go_on; i++) {
		const struct rival *rival = &rivals[i];

		if (!rival->has_require)
			continue;
		if (last != NULL && last->claim.owner != rival->claim.owner && can_conflict(last, rival))
			report_pair(search, pattern, last, rival);
		last = rival;
	}
}

/* The same for those with "deliver", but for pairs that "require" has told already. */
static void report_deliver(struct search *search, const char *pattern, const struct rival *rivals,
			   size_t count)
{
	const struct rival *last = NULL;

	for (size_t i = 0; i < count && search->go_on; i++) {
		const struct rival *rival = &rivals[i];

		if (!rival->has_tls_policy)
			continue;
		if (last != NULL && last->claim.owner != rival->claim.owner && can_conflict(last, rival) &&
		    !(last->has_require && rival->has_require))
			report_pair(search, pattern, last, rival);
		last = rival;
	}
}

static void report_rivals(struct search *search, const char *pattern, struct rival *rivals, size_t count)
{
	qsort(rivals, count, sizeof *rivals, conflict_compare_rivals);
	report_require(search, pattern, rivals, count);
	report_deliver(search, pattern, rivals, count);
}

static bool conflict_check_pattern(void *context, pattern_ref ref, uint64_t hash,
				   struct pattern_claim *claims, size_t count)
{
	struct search *search = context;
	const struct pattern_index *index = selectors[search->key].patterns(search->policy);
	struct rival *rivals;
	char *pattern;

	(void)hash;
	if (count < 2)
		return true;
	rivals = xcalloc(count, sizeof *rivals);
	for (size_t i = 0; i < count; i++)
		rivals[i] = make_rival(search, claims[i]);
	pattern = pattern_index_text(index, ref);
	report_rivals(search, pattern, rivals, count);
	free(pattern);
	free(rivals);
	return search->go_on;
}

static int compare_text_claims(const void *a, const void *b)
{
	const struct text_claim *first = a, *second = b;
	int order = strcmp(first->text, second->text);

	return order != 0 ? order : compare_numbers(first->claim.owner, second->claim.owner);
}

static void check_texts(struct search *search)
{
	struct text_claims claims = conflict_collect(search);
	size_t to;

	if (claims.count > 0)
		qsort(claims.list, claims.count, sizeof *claims.list, compare_text_claims);
	for (size_t from = 0; from < claims.count && search->go_on; from = to) {
		struct rival *rivals;

		for (to = from + 1;
		     to < claims.count && strcmp(claims.list[from].text, claims.list[to].text) == 0; to++)
			;
		rivals = xcalloc(to - from, sizeof *rivals);
		for (size_t i = from; i < to; i++)
			rivals[i - from] = make_rival(search, claims.list[i].claim);
		report_rivals(search, claims.list[from].text, rivals, to - from);
		free(rivals);
	}
	text_claims_fini(&claims);
}

void policy_each_conflict(const struct policy *policy, policy_conflict *conflict, void *context)
{
	struct search search = {.policy = policy, .conflict = conflict, .context = context, .go_on = true};

	assert(policy->is_finished);
	search.signatures = xcalloc(policy->connector_count, sizeof *search.signatures);
	sign_all(&search);
	for (search.key = 0; search.key < SELECTOR_COUNT && search.go_on; search.key++) {
		const struct selector *selector = &selectors[search.key];

		if (selector->patterns != NULL)
			pattern_index_each(selector->patterns(policy), conflict_check_pattern, &search);
		else
			check_texts(&search);
	}
	free(search.signatures);
}
