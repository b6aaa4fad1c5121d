/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_PLACE_H
#define FORCEDTLS_UTIL_PLACE_H

#include <stdint.h>

/* Where something was written: an index into the policy's list of files, line and column from 1 (0: none). */
struct place {
	uint32_t file;
	uint32_t line;
	uint32_t column;
};

/* In the order in which files were read, and then from their beginning. */
static inline int place_compare(struct place a, struct place b)
{
	if (a.file != b.file)
		return a.file < b.file ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return (a.column > b.column) - (a.column < b.column);
}

#endif
