/* SPDX-License-Identifier: MIT */
/*
 * Counts by connector and domain. Knows nothing of what is counted.
 */
#include "report/party.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

#define PARTIES_MAX ((size_t)20000)
/* With those for the others of each connector. */
#define PARTIES_WITH_OTHERS_MAX (PARTIES_MAX + 1000)

/* How many different texts are kept of each. */
static const size_t maxima[PARTY_ASPECTS] = {
	[ASPECT_VERSIONS] = 8,     [ASPECT_REASONS] = 32,       [ASPECT_REFUSED_HOSTS] = 50,
	[ASPECT_SUBJECTS] = 50,    [ASPECT_FINGERPRINTS] = 50,  [ASPECT_WOULD_REASONS] = 32,
	[ASPECT_WOULD_HOSTS] = 50, [ASPECT_KEY_EXCHANGES] = 32, [ASPECT_LEVELS] = 32,
	[ASPECT_BELOW] = 50,
};

static char *make_key(const char *connector, const char *domain, size_t *prefix_r)
{
	struct strbuf key = {0};

	strbuf_add(&key, connector, strnlen(connector, TALLY_TEXT_MAX));
	strbuf_putc(&key, '\0');
	*prefix_r = key.length;
	strbuf_add(&key, domain, strnlen(domain, TALLY_TEXT_MAX));
	return strbuf_take(&key);
}

/* Where one that has no room is counted: NULL where it has. */
static struct party *find_others(struct parties *parties, const char *connector, const char *domain,
				 size_t cost)
{
	bool of_connector = strcmp(domain, PARTY_OTHERS) == 0;

	if (!of_connector && (parties->count >= PARTIES_MAX || *parties->budget < cost))
		return party_find(parties, connector, PARTY_OTHERS);
	if (of_connector && parties->count >= PARTIES_WITH_OTHERS_MAX && connector != NULL &&
	    strcmp(connector, PARTY_OTHERS) != 0)
		return party_find(parties, PARTY_OTHERS, PARTY_OTHERS);
	return NULL;
}

struct party *party_find(struct parties *parties, const char *connector, const char *domain)
{
	size_t prefix;
	char *key = make_key(connector != NULL ? connector : "", domain, &prefix);
	size_t length = prefix + strlen(key + prefix);
	size_t cost = sizeof(struct party) + length + 1;
	struct party *party;

	HASH_FIND(hh, parties->table, key, length, party);
	if (party == NULL)
		party = find_others(parties, connector, domain, cost);
	if (party != NULL) {
		free(key);
		return party;
	}
	*parties->budget -= *parties->budget < cost ? *parties->budget : cost;
	party = xcalloc(1, sizeof *party);
	party->key = key;
	party->connector = key;
	party->domain = key + prefix;
	HASH_ADD_KEYPTR(hh, parties->table, party->key, length, party);
	parties->count++;
	return party;
}

void party_add(struct party *party, enum party_aspect aspect, const char *text, time_t when, size_t *budget)
{
	if (text != NULL)
		tally_add(&party->aspects[aspect], text, 1, when, maxima[aspect], budget);
}

void party_merge(struct party *total, const struct party *other, size_t *budget)
{
	for (size_t i = 0; i < PARTY_COUNTS; i++)
		total->counts[i] += other->counts[i];
	for (size_t i = 0; i < PARTY_ASPECTS; i++)
		tally_merge(&total->aspects[i], &other->aspects[i], maxima[i], budget);
}

static int party_compare(const struct party *a, const struct party *b)
{
	int names = strcmp(a->connector, b->connector);

	if (names != 0 && (a->connector[0] == '\0' || b->connector[0] == '\0'))
		return a->connector[0] == '\0' ? 1 : -1;
	if (names != 0)
		return names;
	if (a->counts[COUNT_MESSAGES] != b->counts[COUNT_MESSAGES])
		return a->counts[COUNT_MESSAGES] > b->counts[COUNT_MESSAGES] ? -1 : 1;
	return strcmp(a->domain, b->domain);
}

void parties_sort(struct parties *parties)
{
	HASH_SORT(parties->table, party_compare);
	for (struct party *party = parties->table; party != NULL; party = party->hh.next)
		for (size_t i = 0; i < PARTY_ASPECTS; i++)
			tally_sort(&party->aspects[i]);
}

void party_fini(struct party *party)
{
	for (size_t i = 0; i < PARTY_ASPECTS; i++)
		tally_fini(&party->aspects[i]);
	free(party->key);
}

static void party_free(struct party *party)
{
	party_fini(party);
	free(party);
}

void parties_fini(struct parties *parties)
{
	TABLE_FREE(parties->table, party_free);
	parties->count = 0;
}
