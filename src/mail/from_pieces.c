/* SPDX-License-Identifier: MIT */
/*
 * Domains torn apart. Every way to put one together counts, for each is some
 * program's; knows nothing of what a domain is, nor of addresses.
 */
#include "mail/from_pieces.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"
#include "util/memory.h"

/* A piece of a domain, or an "@". What stands behind it up to the next one is its gap. */
struct piece {
	const char *start;
	size_t length; /* 0: an "@" */
	bool passable; /* the gap may be passed over */
	bool tight; /* ... and is more than white space */
	bool listed; /* a comma or semicolon is in it */
	bool comment_begins, bracket_begins; /* in the gap, with nothing in front that stops a program */
	bool comment_ends, bracket_ends; /* in the gap in front of the piece, likewise */
};

struct pieces {
	struct piece *list;
	size_t count;
	size_t capacity;
	struct strbuf domain; /* as far as it is put together */
	size_t *room;
	from_pieces_found *found;
	void *context;
};

bool from_pieces_is_label_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_piece_byte(char c)
{
	return c == '.' || from_pieces_is_label_byte(c);
}

/* What programs drop: specials that do not end an address, white space, control characters. */
static bool is_passable(char c)
{
	return strchr(" \"\\()<>[]", c) != NULL || (unsigned char)c < 0x20 || c == 0x7f;
}

/* at: behind a piece. Returns where the next one begins, or the end; next_r: what the gap says of that. */
static const char *read_gap(struct piece *piece, const char *at, struct piece *next_r)
{
	piece->passable = true;
	*next_r = (struct piece){0};
	for (; *at != '\0' && *at != '@' && !is_piece_byte(*at); at++) {
		if (!is_passable(*at)) {
			piece->passable = next_r->comment_ends = next_r->bracket_ends = false;
			piece->listed = piece->listed || *at == ',' || *at == ';';
			continue;
		}
		piece->tight = piece->tight || strchr(" \t\r\n", *at) == NULL;
		piece->comment_begins = piece->comment_begins || (piece->passable && *at == '(');
		piece->bracket_begins =
			piece->bracket_begins || (piece->passable && strchr("<>", *at) != NULL);
		next_r->comment_ends = next_r->comment_ends || *at == ')';
		next_r->bracket_ends = next_r->bracket_ends || strchr("<>", *at) != NULL;
	}
	return at;
}

static void cut(struct pieces *pieces, const char *text)
{
	struct piece lead = {0}, next;
	const char *at = read_gap(&lead, text, &next);

	while (*at != '\0') {
		struct piece piece = next;

		piece.start = at;
		while (is_piece_byte(at[piece.length]))
			piece.length++;
		at = read_gap(&piece, at + (piece.length > 0 ? piece.length : 1), &next);
		*VECTOR_ADD(pieces->list, pieces->count, pieces->capacity) = piece;
	}
}

/* False when there is no more room. */
static bool spend(struct pieces *pieces, size_t bytes)
{
	if (bytes > *pieces->room)
		return false;
	*pieces->room -= bytes;
	return true;
}

static bool put_together(struct pieces *pieces, size_t number, bool behind_at);

/* Goes on behind a piece: to the next one, and over all that may be a comment, or what brackets leave out. */
static bool go_on(struct pieces *pieces, size_t number, bool behind_at)
{
	const struct piece *from = &pieces->list[number];
	bool adjacent = from->passable && (behind_at || from->tight), listed = from->listed;

	for (size_t i = number + 1;
	     i < pieces->count && (adjacent || from->comment_begins || (from->bracket_begins && !listed));
	     i++) {
		const struct piece *to = &pieces->list[i];
		bool follows = to->length > 0 && (adjacent || (from->comment_begins && to->comment_ends) ||
						  (from->bracket_begins && !listed && to->bracket_ends));

		if (!spend(pieces, 1) || (follows && !put_together(pieces, i, behind_at)))
			return false;
		adjacent = false;
		listed = listed || to->listed;
	}
	return true;
}

/* Adds a piece to what there is, and goes on behind it. A domain has an end, and so has this. */
static bool put_together(struct pieces *pieces, size_t number, bool behind_at)
{
	const struct piece *piece = &pieces->list[number];
	size_t before = pieces->domain.length;
	bool roomy = true;

	strbuf_add(&pieces->domain, piece->start, piece->length);
	if (before > 0 || behind_at) {
		roomy = spend(pieces, pieces->domain.length);
		if (roomy)
			pieces->found(pieces->context, pieces->domain.text, behind_at);
	}
	if (roomy && pieces->domain.length < DOMAIN_SIZE)
		roomy = go_on(pieces, number, behind_at);
	strbuf_cut(&pieces->domain, before);
	return roomy;
}

bool from_pieces_join(const char *text, size_t *room_io, from_pieces_found *found, void *context)
{
	struct pieces pieces = {.room = room_io, .found = found, .context = context};
	bool roomy = true;

	strbuf_puts(&pieces.domain, "");
	cut(&pieces, text);
	for (size_t i = 0; i < pieces.count && roomy; i++)
		roomy = pieces.list[i].length > 0 ? put_together(&pieces, i, false) : go_on(&pieces, i, true);
	strbuf_fini(&pieces.domain);
	free(pieces.list);
	return roomy;
}
