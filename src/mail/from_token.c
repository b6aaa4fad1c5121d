/* SPDX-License-Identifier: MIT */
/*
 * Cuts an address field into tokens. Knows nothing of how tokens make
 * addresses; never guesses what a writer may have meant.
 */
#include "mail/from_token.h"

#include <stdbool.h>
#include <string.h>

#include "mail/comment.h"

static const char white_space[] = " \t\r\n";
static const char specials[] = "()<>[]:;@\\,.\"";

/*
 * Behind the comment at at; NULL when it does not end, and when programs may
 * find an address in it: an "@", and what they take for the end of the comment
 * or of something in it.
 */
static const char *skip_comment(const char *at)
{
	const char *end = comment_end(at);
	size_t length = end != NULL ? (size_t)(end - at) : 0;
	size_t plain = strcspn(at + 1, "\\()\"<>[],;:") + 2;

	return plain < length && memchr(at, '@', length) != NULL ? NULL : end;
}

static const char *skip_blank(const char *at)
{
	while (at != NULL && *at != '\0') {
		size_t blanks = strspn(at, white_space);

		at += blanks;
		if (*at == '(')
			at = skip_comment(at);
		else if (blanks == 0)
			break;
	}
	return at;
}

/* The length of what begins with a quote or bracket and ends with last; 0 when it does not. */
static size_t delimited(const char *start, char last)
{
	for (const char *at = start + 1; *at != '\0'; at++) {
		if (*at == last)
			return (size_t)(at - start) + 1;
		if (*at == '\\' && *++at == '\0')
			break;
	}
	return 0;
}

static bool from_token_is_special(const struct from_token *token, char c)
{
	return token->kind == FROM_TOKEN_SPECIAL && *token->start == c;
}

struct from_token from_token_next(const struct from_token *previous, const char **at_io)
{
	const char *start = skip_blank(*at_io);
	struct from_token token = {.kind = FROM_TOKEN_BROKEN, .start = *at_io};

	if (start == NULL)
		return token;
	token.start = start;
	if (*start == '\0') {
		token.kind = FROM_TOKEN_END;
	} else if (*start == '"') {
		token.length = delimited(start, '"');
		token.kind = token.length > 0 ? FROM_TOKEN_QUOTED : FROM_TOKEN_BROKEN;
	} else if (*start == '[' && from_token_is_special(previous, '@')) {
		token.length = delimited(start, ']');
		token.kind = token.length > 0 ? FROM_TOKEN_LITERAL : FROM_TOKEN_BROKEN;
	} else if (strchr("\\)", *start) != NULL) {
		token.length = 0;
	} else if (strchr(specials, *start) != NULL) {
		token.kind = FROM_TOKEN_SPECIAL;
		token.length = 1;
	} else {
		token.kind = FROM_TOKEN_ATOM;
		while (start[token.length] != '\0' && strchr(white_space, start[token.length]) == NULL &&
		       strchr(specials, start[token.length]) == NULL)
			token.length++;
	}
	*at_io = start + token.length;
	return token;
}
