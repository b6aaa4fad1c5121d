/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_POLICY_PATTERN_INDEX_H
#define FORCEDTLS_POLICY_PATTERN_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/address.h"
#include "mail/pattern.h"
#include "util/place.h"

/*
 * How specific a match is: greater is more specific, RANK_NONE is no match.
 * Ranks of one address can be compared: mailbox, exact domain, longer suffix
 * (".x" before "*.x"), "*".
 */
typedef uint32_t pattern_rank;
#define RANK_NONE 0u
#define RANK_ANYONE 1u
#define RANK_MAX 0x7ffu /* of all selectors */

/*
 * Patterns of many owners (connectors) in one hash table, so that the cost of
 * a lookup depends on the labels of the address and not on the number of
 * patterns. Built once, immutable afterwards; lookups are thread-safe then.
 */
struct pattern_index;

struct pattern_index *pattern_index_new(void);
void pattern_index_free(struct pattern_index **index);

/*
 * Adds a pattern for owner (below UINT32_MAX). All patterns of one owner are
 * added before those of the next. False when the owner has it already.
 */
bool pattern_index_add(struct pattern_index *index, const struct pattern *pattern, uint32_t owner,
		       struct place place);

/* A pattern within an index; valid as long as the index. */
typedef uint32_t pattern_ref;
#define PATTERN_REF_NONE UINT32_MAX

/*
 * Calls found for each pattern that matches address, once an owner of it.
 * delimiters: the characters of recipient_delimiter (postconf(5)): a mailbox
 * matches with its extension and without. NULL or "": none.
 */
typedef void pattern_found(void *context, uint32_t owner, pattern_rank rank, pattern_ref ref);
void pattern_index_match(const struct pattern_index *index, const struct address *address,
			 const char *delimiters, pattern_found *found, void *context);

/* True when some pattern matches address. */
bool pattern_index_holds(const struct pattern_index *index, const struct address *address,
			 const char *delimiters);

/*
 * The pattern as text, such as "*.contoso.com". To be shown and not to be read
 * again: a mailbox has no quotes in it. The caller frees it.
 */
char *pattern_index_text(const struct pattern_index *index, pattern_ref ref);

/* The parts of a pattern; the key is borrowed from the index. */
enum pattern_kind pattern_index_kind(const struct pattern_index *index, pattern_ref ref);
const char *pattern_index_key(const struct pattern_index *index, pattern_ref ref);

/* Number of (pattern, owner) pairs. */
size_t pattern_index_count(const struct pattern_index *index);

/* One owner's claim to a pattern. */
struct pattern_claim {
	uint32_t owner;
	struct place place;
};

/*
 * Calls visit for each pattern with all its claims, in the order in which they
 * were added; the references count from 0 in this order. hash: the same for
 * equal patterns in any index. claims may be reordered; they are valid for the
 * call. Stops when visit returns false.
 */
typedef bool pattern_visit(void *context, pattern_ref ref, uint64_t hash, struct pattern_claim *claims,
			   size_t count);
void pattern_index_each(const struct pattern_index *index, pattern_visit *visit, void *context);

#endif
