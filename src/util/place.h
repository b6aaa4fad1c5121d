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

#endif
