/* SPDX-License-Identifier: MIT */
/*
 * Finds the word that somebody probably meant. Knows nothing of policy files.
 */
#include "config/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, with the three rows of the table that it looks at. */
size_t suggest_distance(const char *a, const char *b)
{
	size_t rows[3][SUGGEST_LENGTH_MAX + 1];
	size_t a_length = strlen(a), b_length = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	if (a_length > SUGGEST_LENGTH_MAX || b_length > SUGGEST_LENGTH_MAX)
		return SIZE_MAX;
	memset(rows, 0, sizeof rows);
	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *oldest = before;

		before = last;
		last = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(last[j - 1] + !same(a[i - 1], b[j - 1]),
				       least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[b_length];
}

/* One change in a word of up to five letters, then one more for each three. */
void suggest_begin(struct suggestion *suggestion, const char *written)
{
	size_t length = strlen(written);

	*suggestion = (struct suggestion){.written = written, .distance = length < 6 ? 2 : length / 3 + 1};
}

void suggest_offer(struct suggestion *suggestion, const char *word)
{
	size_t distance = suggest_distance(suggestion->written, word);

	/* A word of one or two letters is near to everything. */
	if (distance >= strlen(word) || distance > suggestion->distance)
		return;
	if (distance < suggestion->distance)
		suggestion->best = word;
	else
		suggestion->best = NULL;
	suggestion->distance = distance;
}
