/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_SUGGEST_H
#define FORCEDTLS_CONFIG_SUGGEST_H

#include <stddef.h>

/*
 * "did you mean": offer every word that would be right; best is then the one
 * nearest to what was written, or NULL when none is near, or two equally.
 */
struct suggestion {
	const char *written;
	const char *best;
	size_t distance; /* of best; before there is one: the first distance that is too far */
};

void suggest_begin(struct suggestion *suggestion, const char *written);
/* word must live as long as the suggestion. */
void suggest_offer(struct suggestion *suggestion, const char *word);

/*
 * The number of single-character insertions, deletions, replacements and swaps
 * of neighbours that make b of a; letters count without case. SIZE_MAX when
 * either is longer than SUGGEST_LENGTH_MAX bytes.
 */
#define SUGGEST_LENGTH_MAX 64
size_t suggest_distance(const char *a, const char *b);

#endif
