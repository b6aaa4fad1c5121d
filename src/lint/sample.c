/* SPDX-License-Identifier: MIT */
/*
 * Mail that can tell connectors apart, and what the decision's own matching
 * says of it. Draws no conclusions.
 */
#include "lint/sample.h"

#include <stdlib.h>
#include <string.h>

#include "policy/selector.h"
#include "util/memory.h"

/* Beyond this the search gives up; one connector gets a part of what is left. */
#define WORK_MAX ((size_t)16 * 1000 * 1000)
#define WORK_PART 4

/* DOMAIN_NO_LABEL for certificates, whose names are read as they come. */
#define NO_LABEL "a-label-that-no-policy-has-in-a-name-of-a-certificate"

/* pattern_visit: counts what each connector has. */
static bool count_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			  size_t count)
{
	struct sample_patterns *patterns = context;

	(void)ref;
	(void)hash;
	patterns->own[claims[0].owner + 1]++;
	for (size_t i = 1; i < count; i++)
		patterns->first_shared[claims[i].owner + 1]++;
	return true;
}

/* pattern_visit: moves the beginning of what a connector shares behind it. */
static bool sort_pattern(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			 size_t count)
{
	struct sample_patterns *patterns = context;

	(void)hash;
	for (size_t i = 1; i < count; i++)
		patterns->shared[patterns->first_shared[claims[i].owner]++] = ref;
	return true;
}

static void sort_patterns(struct sampler *sampler, enum selector_key key)
{
	const struct pattern_index *index = selectors[key].patterns(sampler->policy);
	struct sample_patterns *patterns = &sampler->patterns[key];
	size_t count = sampler->policy->connector_count;

	patterns->own = xcalloc(count + 1, sizeof *patterns->own);
	patterns->first_shared = xcalloc(count + 1, sizeof *patterns->first_shared);
	pattern_index_each(index, count_pattern, patterns);
	for (size_t i = 0; i < count; i++) {
		patterns->own[i + 1] += patterns->own[i];
		patterns->first_shared[i + 1] += patterns->first_shared[i];
	}
	patterns->shared = xcalloc(patterns->first_shared[count], sizeof *patterns->shared);
	pattern_index_each(index, sort_pattern, patterns);
	memmove(patterns->first_shared + 1, patterns->first_shared, count * sizeof *patterns->first_shared);
	patterns->first_shared[0] = 0;
}

static int compare_addresses(const void *a, const void *b)
{
	const struct ip_address *first = a, *second = b;

	if (first->family != second->family)
		return first->family < second->family ? -1 : 1;
	return memcmp(first->bytes, second->bytes, sizeof first->bytes);
}

/* False when the network ends where its family does. */
static bool find_behind(const struct cidr *cidr, struct ip_address *behind_r)
{
	size_t bits = cidr->prefix;

	*behind_r = cidr->network;
	/* The number that the prefix is, and one more. */
	while (bits-- > 0) {
		uint8_t bit = (uint8_t)(0x80 >> bits % 8);

		behind_r->bytes[bits / 8] ^= bit;
		if ((behind_r->bytes[bits / 8] & bit) != 0)
			return true;
	}
	return false;
}

static void collect_networks(struct sampler *sampler)
{
	size_t capacity = 0, kept = 0;

	for (size_t i = 0; i < sampler->policy->connector_count; i++) {
		const struct cidr_set *clients = &sampler->policy->connectors[i]->clients;

		for (size_t k = 0; k < clients->count; k++) {
			sampler->behind = vector_grow(sampler->behind, sampler->behind_count, &capacity,
						      sizeof *sampler->behind);
			sampler->behind_count +=
				find_behind(&clients->networks[k], &sampler->behind[sampler->behind_count]);
		}
	}
	if (sampler->behind_count == 0)
		return;
	qsort(sampler->behind, sampler->behind_count, sizeof *sampler->behind, compare_addresses);
	for (size_t i = 1; i < sampler->behind_count; i++)
		if (compare_addresses(&sampler->behind[kept], &sampler->behind[i]) != 0)
			sampler->behind[++kept] = sampler->behind[i];
	sampler->behind_count = kept + 1;
}

void sampler_init(struct sampler *sampler, const struct policy *policy)
{
	*sampler = (struct sampler){.policy = policy, .work = WORK_MAX};
	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++)
		if (selectors[i].patterns != NULL)
			sort_patterns(sampler, i);
	collect_networks(sampler);
}

void sampler_fini(struct sampler *sampler)
{
	for (enum selector_key i = 0; i < SELECTOR_COUNT; i++) {
		free(sampler->patterns[i].own);
		free(sampler->patterns[i].first_shared);
		free(sampler->patterns[i].shared);
	}
	free(sampler->behind);
}

/* A sample in the making: one selector after the other, and then the question. Each returns false to stop. */
struct walk {
	const struct sampler *sampler;
	const struct connector *connector;
	struct address addresses[SELECTOR_COUNT]; /* of selectors that have patterns */
	struct facts facts;
	bool (*ask)(struct walk *walk);
	sample_visit *visit;
	sample_domain_visit *visit_domain;
	void *context;
	size_t work; /* what is left of it */
	bool incomplete;
};

static bool ask_mail(struct walk *walk)
{
	const struct envelope envelope = {.sender = &walk->addresses[SELECTOR_SENDERS],
					  .recipient = &walk->addresses[SELECTOR_RECIPIENTS]};
	struct candidates candidates;
	bool go_on = true;

	if (walk->work == 0) {
		walk->incomplete = true;
		return false;
	}
	candidates_find(walk->sampler->policy, &walk->facts, &envelope, MATCH_ALL, &candidates);
	candidates_sort(&candidates);
	walk->work -= candidates.count < walk->work ? candidates.count + 1 : walk->work;
	for (size_t i = 0; i < candidates.count; i++)
		if (candidates.list[i].connector == walk->connector &&
		    candidates.list[i].state != CANDIDATE_NOT_SELECTED)
			go_on = walk->visit(walk->context, &candidates, &candidates.list[i]);
	candidates_fini(&candidates);
	return go_on;
}

/* From the selectors before key to this one, and so on. */
static bool walk_from(struct walk *walk, enum selector_key key);

/* Of a client whose certificate has that name. */
static bool present(struct walk *walk, const char *label, const char *name)
{
	struct strbuf text = {0};
	bool go_on;

	strbuf_printf(&text, "%s%s", label, name);
	walk->facts.certificate =
		(struct certificate_facts){.state = CERTIFICATE_VERIFIED, .subject_cn = strbuf_text(&text)};
	go_on = walk_from(walk, SELECTOR_PRESENTING + 1);
	strbuf_fini(&text);
	return go_on;
}

static bool walk_name(struct walk *walk, const struct certificate_name *name)
{
	const char *parent = strchr(name->text, '.');

	switch (name->kind) {
	case CERTIFICATE_NAME_HOST:
		return present(walk, "", name->text) && (parent == NULL || present(walk, "*", parent));
	case CERTIFICATE_NAME_TREE:
		return present(walk, "", name->text) && present(walk, NO_LABEL ".", name->text);
	case CERTIFICATE_NAME_SUBDOMAINS:
		return present(walk, NO_LABEL ".", name->text);
	case CERTIFICATE_NAME_DN:
	case CERTIFICATE_NAME_TEXT:
		break;
	}
	walk->incomplete = true; /* it has a common name as well, which others may select */
	return true;
}

static bool walk_presenting(struct walk *walk)
{
	for (size_t i = 0; i < walk->connector->presenting_count; i++)
		if (!walk_name(walk, &walk->connector->presenting[i]))
			return false;
	return true;
}

/* Where the addresses behind networks are not less than this one. */
static size_t sample_find_place(const struct sampler *sampler, const struct ip_address *ip)
{
	size_t from = 0, to = sampler->behind_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_addresses(&sampler->behind[middle], ip) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Where a network begins, and where a narrower one ends in it: of any address the last one before it lies in no more networks. */
static bool walk_network(struct walk *walk, const struct cidr *cidr)
{
	const struct sampler *sampler = walk->sampler;

	walk->facts.client = cidr->network;
	if (!walk_from(walk, SELECTOR_CLIENTS + 1))
		return false;
	for (size_t i = sample_find_place(sampler, &cidr->network);
	     i < sampler->behind_count && cidr_contains(cidr, &sampler->behind[i]); i++) {
		walk->facts.client = sampler->behind[i];
		if (!walk_from(walk, SELECTOR_CLIENTS + 1))
			return false;
	}
	return true;
}

static bool walk_clients(struct walk *walk)
{
	const struct cidr_set *clients = &walk->connector->clients;

	for (size_t i = 0; i < clients->count; i++)
		if (!walk_network(walk, &clients->networks[i]))
			return false;
	return true;
}

/*
 * An address that the pattern matches, and no narrower one. Within "*.x" that
 * is x, or what lies below it.
 */
static bool walk_pattern(struct walk *walk, enum selector_key key, pattern_ref ref, bool below)
{
	const struct pattern_index *index = selectors[key].patterns(walk->sampler->policy);
	enum pattern_kind kind = pattern_index_kind(index, ref);
	char *text = pattern_index_text(index, ref);
	struct address *address = &walk->addresses[key];
	struct strbuf domain = {0};
	bool go_on;

	*address = (struct address){0};
	if (kind == PATTERN_ANYONE) {
		strbuf_puts(&domain, DOMAIN_NO_LABEL);
	} else if (kind == PATTERN_MAILBOX) {
		char *at = strrchr(text, '@');

		*at = '\0';
		address->local = text;
		strbuf_puts(&domain, at + 1);
	} else if (kind == PATTERN_DOMAIN) {
		strbuf_puts(&domain, text);
	} else {
		strbuf_printf(&domain, "%s%s", below ? DOMAIN_NO_LABEL : "", strchr(text, '.') + !below);
	}
	address->domain = strbuf_text(&domain);
	go_on = walk_from(walk, key + 1);
	strbuf_fini(&domain);
	free(text);
	return go_on;
}

static bool walk_all_of(struct walk *walk, enum selector_key key, pattern_ref ref)
{
	enum pattern_kind kind = pattern_index_kind(selectors[key].patterns(walk->sampler->policy), ref);

	return (kind == PATTERN_SUBDOMAINS || walk_pattern(walk, key, ref, false)) &&
	       ((kind != PATTERN_SUBDOMAINS && kind != PATTERN_DOMAIN_TREE) ||
		walk_pattern(walk, key, ref, true));
}

static bool walk_patterns(struct walk *walk, enum selector_key key)
{
	const struct sample_patterns *patterns = &walk->sampler->patterns[key];
	uint32_t number = walk->connector->number;

	for (size_t i = patterns->own[number]; i < patterns->own[number + 1]; i++)
		if (!walk_all_of(walk, key, (pattern_ref)i))
			return false;
	for (size_t i = patterns->first_shared[number]; i < patterns->first_shared[number + 1]; i++)
		if (!walk_all_of(walk, key, patterns->shared[i]))
			return false;
	return true;
}

static bool (*const walks[SELECTOR_COUNT])(struct walk *walk) = {
	[SELECTOR_CLIENTS] = walk_clients,
	[SELECTOR_PRESENTING] = walk_presenting,
};

static bool walk_from(struct walk *walk, enum selector_key key)
{
	if (key == SELECTOR_COUNT)
		return walk->ask(walk);
	if (!walk->connector->has[key])
		return walk_from(walk, key + 1);
	if (selectors[key].patterns != NULL)
		return walk_patterns(walk, key);
	if (walks[key] != NULL)
		return walks[key](walk);
	walk->incomplete = true; /* nobody has said yet which samples there are */
	return true;
}

bool sample_mail(struct sampler *sampler, const struct connector *connector, sample_visit *visit,
		 void *context)
{
	size_t part = sampler->work / WORK_PART;
	struct walk walk = {.sampler = sampler,
			    .connector = connector,
			    .facts = {.certificate = {.state = CERTIFICATE_NONE}},
			    .ask = ask_mail,
			    .visit = visit,
			    .context = context,
			    .work = part};

	(void)walk_from(&walk, 0);
	sampler->work -= part - walk.work;
	return !walk.incomplete;
}

static bool ask_domain(struct walk *walk)
{
	return walk->visit_domain(walk->context, walk->addresses[SELECTOR_RECIPIENTS].domain);
}

void sample_domains(struct sampler *sampler, const struct connector *connector, sample_domain_visit *visit,
		    void *context)
{
	struct walk walk = {.sampler = sampler,
			    .connector = connector,
			    .ask = ask_domain,
			    .visit_domain = visit,
			    .context = context};

	(void)walk_from(&walk, 0);
}
