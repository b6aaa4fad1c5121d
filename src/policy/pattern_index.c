/* SPDX-License-Identifier: MIT */
/*
 * Patterns of many owners in one hash table (open addressing, linear probing).
 * Keys are hashed from their end, so that one pass over an address yields the
 * hash of each of its parent domains. Knows nothing of connectors.
 */
#include "policy/pattern_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "util/memory.h"

/* Where a chain of claims ends, and an empty slot. */
#define NONE UINT32_MAX

#define RANK_DOMAIN (2u * DOMAIN_SIZE)
#define RANK_MAILBOX (RANK_DOMAIN + 1)
#define RANK_MAILBOX_WITH_EXTENSION (RANK_DOMAIN + 2)

struct entry {
	uint32_t hash;
	uint32_t key; /* offset into keys */
	uint32_t last_claim; /* its next is the first one */
	uint32_t kind;
};

struct link {
	struct pattern_claim claim;
	uint32_t next;
};

struct pattern_index {
	struct strbuf keys; /* NUL-terminated, one behind the other */
	struct entry *entries;
	size_t entry_count;
	size_t entry_capacity;
	struct link *links;
	size_t link_count;
	size_t link_capacity;
	uint32_t *slots; /* indexes of entries; NONE: free */
	unsigned
		kinds; /* bits of the kinds of patterns that there are: what there is none of is not looked up */
	size_t slot_count; /* a power of two, at least twice entry_count */
};

/* FNV-1a, fed from the end of the key. */
#define HASH_SEED 0xcbf29ce484222325u

static uint64_t hash_byte(uint64_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 0x100000001b3u;
}

static uint64_t pattern_index_hash_text(uint64_t hash, const char *text, size_t length)
{
	while (length > 0)
		hash = hash_byte(hash, text[--length]);
	return hash;
}

static uint32_t fold_hash(uint64_t hash)
{
	hash ^= hash >> 29;
	hash *= 0xbf58476d1ce4e5b9u;
	return (uint32_t)(hash >> 32);
}

struct pattern_index *pattern_index_new(void)
{
	return xcalloc(1, sizeof(struct pattern_index));
}

void pattern_index_free(struct pattern_index **index)
{
	if (*index == NULL)
		return;
	strbuf_fini(&(*index)->keys);
	free((*index)->entries);
	free((*index)->links);
	free((*index)->slots);
	free(*index);
	*index = NULL;
}

static bool has_kind(const struct pattern_index *index, enum pattern_kind kind)
{
	return (index->kinds >> kind & 1) != 0;
}

static const char *entry_key(const struct pattern_index *index, const struct entry *entry)
{
	return index->keys.text + entry->key;
}

static void fill_slot(struct pattern_index *index, uint32_t number)
{
	size_t mask = index->slot_count - 1;
	size_t at = index->entries[number].hash & mask;

	while (index->slots[at] != NONE)
		at = (at + 1) & mask;
	index->slots[at] = number;
}

static void grow_slots(struct pattern_index *index)
{
	if (index->slot_count >= 2 * (index->entry_count + 1))
		return;
	index->slot_count = index->slot_count > 0 ? index->slot_count * 2 : 16;
	index->slots = xreallocarray(index->slots, index->slot_count, sizeof *index->slots);
	memset(index->slots, 0xff, index->slot_count * sizeof *index->slots);
	for (size_t i = 0; i < index->entry_count; i++)
		fill_slot(index, (uint32_t)i);
}

static struct entry *find_entry(const struct pattern_index *index, const struct pattern *pattern,
				uint32_t hash)
{
	size_t mask = index->slot_count - 1;

	for (size_t at = hash & mask; index->slots[at] != NONE; at = (at + 1) & mask) {
		struct entry *entry = &index->entries[index->slots[at]];

		if (entry->hash == hash && entry->kind == pattern->kind &&
		    strcmp(entry_key(index, entry), pattern->key) == 0)
			return entry;
	}
	return NULL;
}

static struct entry *add_entry(struct pattern_index *index, const struct pattern *pattern, uint32_t hash)
{
	struct entry *entry;

	/* Offsets and numbers are 32 bits wide: far beyond what a policy file may hold. */
	assert(index->keys.length < NONE && index->entry_count < NONE);
	index->entries = vector_grow(index->entries, index->entry_count, &index->entry_capacity,
				     sizeof *index->entries);
	entry = &index->entries[index->entry_count++];
	*entry = (struct entry){
		.hash = hash, .key = (uint32_t)index->keys.length, .last_claim = NONE, .kind = pattern->kind};
	index->kinds |= 1u << pattern->kind;
	strbuf_add(&index->keys, pattern->key, strlen(pattern->key) + 1);
	fill_slot(index, (uint32_t)(index->entry_count - 1));
	return entry;
}

bool pattern_index_add(struct pattern_index *index, const struct pattern *pattern, uint32_t owner,
		       struct place place)
{
	uint32_t hash = fold_hash(pattern_index_hash_text(HASH_SEED, pattern->key, strlen(pattern->key)));
	struct entry *entry;
	struct link *link;

	grow_slots(index);
	entry = find_entry(index, pattern, hash);
	if (entry == NULL)
		entry = add_entry(index, pattern, hash);
	else if (index->links[entry->last_claim].claim.owner == owner)
		return false;
	assert(index->link_count < NONE);
	index->links =
		vector_grow(index->links, index->link_count, &index->link_capacity, sizeof *index->links);
	link = &index->links[index->link_count];
	*link = (struct link){.claim = {.owner = owner, .place = place}, .next = (uint32_t)index->link_count};
	if (entry->last_claim != NONE) {
		link->next = index->links[entry->last_claim].next;
		index->links[entry->last_claim].next = (uint32_t)index->link_count;
	}
	entry->last_claim = (uint32_t)index->link_count++;
	return true;
}

/* What a look-up carries from step to step. */
struct lookup {
	const struct pattern_index *index;
	pattern_found *found;
	void *context;
};

static void pattern_index_report(const struct lookup *lookup, const struct entry *entry, pattern_rank rank)
{
	uint32_t last = entry->last_claim, at = last;

	do {
		at = lookup->index->links[at].next;
		lookup->found(lookup->context, lookup->index->links[at].claim.owner, rank,
			      (pattern_ref)(entry - lookup->index->entries));
	} while (at != last);
}

/* The rank of a domain pattern whose key is the last length bytes of the address's domain; whole: it is all of it. */
static pattern_rank domain_rank(enum pattern_kind kind, size_t length, bool whole)
{
	switch (kind) {
	case PATTERN_DOMAIN:
		return whole ? RANK_DOMAIN : RANK_NONE;
	case PATTERN_DOMAIN_TREE:
		return (pattern_rank)(2 * length);
	case PATTERN_SUBDOMAINS:
		return whole ? RANK_NONE : (pattern_rank)(2 * length + 1);
	case PATTERN_ANYONE:
	case PATTERN_MAILBOX:
		break;
	}
	return RANK_NONE;
}

static void match_suffix(const struct lookup *lookup, const char *suffix, size_t length, uint64_t hash,
			 bool whole)
{
	const struct pattern_index *index = lookup->index;
	uint32_t folded = fold_hash(hash);
	size_t mask = index->slot_count - 1;

	for (size_t at = folded & mask; index->slots[at] != NONE; at = (at + 1) & mask) {
		const struct entry *entry = &index->entries[index->slots[at]];
		pattern_rank rank;

		if (entry->hash != folded || strcmp(entry_key(index, entry), suffix) != 0)
			continue;
		rank = domain_rank(entry->kind, length, whole);
		if (rank != RANK_NONE)
			pattern_index_report(lookup, entry, rank);
	}
}

/* Reports patterns for the domain and its parents; returns the hash of the whole domain. */
static uint64_t match_domain(const struct lookup *lookup, const char *domain)
{
	size_t length = strlen(domain);
	bool has_parents = domain[0] != '[' && (has_kind(lookup->index, PATTERN_DOMAIN_TREE) ||
						has_kind(lookup->index, PATTERN_SUBDOMAINS));
	uint64_t hash = HASH_SEED;

	for (size_t at = length; at > 0; at--) {
		if (domain[at - 1] == '.' && has_parents)
			match_suffix(lookup, domain + at, length - at, hash, false);
		hash = hash_byte(hash, domain[at - 1]);
	}
	match_suffix(lookup, domain, length, hash, true);
	return hash;
}

static void match_mailbox(const struct lookup *lookup, const struct address *address, size_t local_length,
			  uint64_t domain_hash, pattern_rank rank)
{
	const struct pattern_index *index = lookup->index;
	uint32_t hash =
		fold_hash(pattern_index_hash_text(hash_byte(domain_hash, '@'), address->local, local_length));
	size_t mask = index->slot_count - 1;

	for (size_t at = hash & mask; index->slots[at] != NONE; at = (at + 1) & mask) {
		const struct entry *entry = &index->entries[index->slots[at]];
		const char *key = entry_key(index, entry);

		if (entry->hash == hash && entry->kind == PATTERN_MAILBOX &&
		    strncmp(key, address->local, local_length) == 0 && key[local_length] == '@' &&
		    strcmp(key + local_length + 1, address->domain) == 0)
			pattern_index_report(lookup, entry, rank);
	}
}

static void match_anyone(const struct lookup *lookup)
{
	const struct pattern anyone = {.kind = PATTERN_ANYONE, .key = (char[]){""}};
	const struct entry *entry = find_entry(lookup->index, &anyone, fold_hash(HASH_SEED));

	assert(entry != NULL);
	pattern_index_report(lookup, entry, RANK_ANYONE);
}

void pattern_index_match(const struct pattern_index *index, const struct address *address,
			 const char *delimiters, pattern_found *found, void *context)
{
	const struct lookup lookup = {.index = index, .found = found, .context = context};
	uint64_t hash;

	if (index->entry_count == 0)
		return;
	if (has_kind(index, PATTERN_ANYONE))
		match_anyone(&lookup);
	if (address->domain == NULL)
		return;
	hash = match_domain(&lookup, address->domain);
	if (address->local != NULL && has_kind(index, PATTERN_MAILBOX)) {
		size_t length = strlen(address->local);
		size_t base = delimiters != NULL ? strcspn(address->local, delimiters) : length;

		match_mailbox(&lookup, address, length, hash, RANK_MAILBOX_WITH_EXTENSION);
		if (base > 0 && base < length)
			match_mailbox(&lookup, address, base, hash, RANK_MAILBOX);
	}
}

/* pattern_found: that it was called at all is the answer. */
static void found_any(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref)
{
	bool *found = context;

	(void)owner;
	(void)rank;
	(void)ref;
	*found = true;
}

bool pattern_index_holds(const struct pattern_index *index, const struct address *address,
			 const char *delimiters)
{
	bool found = false;

	pattern_index_match(index, address, delimiters, found_any, &found);
	return found;
}

const char *pattern_index_key(const struct pattern_index *index, pattern_ref ref)
{
	return entry_key(index, &index->entries[ref]);
}

char *pattern_index_text(const struct pattern_index *index, pattern_ref ref)
{
	return pattern_print(index->entries[ref].kind, entry_key(index, &index->entries[ref]));
}

enum pattern_kind pattern_index_kind(const struct pattern_index *index, pattern_ref ref)
{
	return index->entries[ref].kind;
}

size_t pattern_index_count(const struct pattern_index *index)
{
	return index->link_count;
}

void pattern_index_each(const struct pattern_index *index, pattern_visit *visit, void *context)
{
	struct pattern_claim *claims = NULL;
	size_t capacity = 0;
	bool go_on = true;

	for (size_t i = 0; i < index->entry_count && go_on; i++) {
		const struct entry *entry = &index->entries[i];
		const char *key = entry_key(index, entry);
		uint32_t at = entry->last_claim;
		size_t count = 0;

		do {
			at = index->links[at].next;
			claims = vector_grow(claims, count, &capacity, sizeof *claims);
			claims[count++] = index->links[at].claim;
		} while (at != entry->last_claim);
		go_on = visit(context, (pattern_ref)i,
			      pattern_index_hash_text(HASH_SEED, key, strlen(key)) + entry->kind, claims,
			      count);
	}
	free(claims);
}
