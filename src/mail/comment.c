/* SPDX-License-Identifier: MIT */
/*
 * Where a comment ends, in the envelope and in the header: said once, so that
 * no two readers of addresses differ.
 */
#include "mail/comment.h"

#include <stddef.h>

const char *comment_end(const char *at)
{
	size_t depth = 0;

	for (; *at != '\0'; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at + 1;
		else if (*at == '\\' && *++at == '\0')
			return NULL;
	}
	return NULL;
}
