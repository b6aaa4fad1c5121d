/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_LIBRARY_MEMORY_H
#define FORCEDTLS_UTIL_LIBRARY_MEMORY_H

/*
 * Has jansson and OpenSSL take their memory from util/memory.h: what they are asked for is whole, or the process ends.
 * An answer in JSON of which a part is missing, or a cipher list that counts as wrong, would be no better than none.
 * Before anything else is asked of them, by one thread.
 */
void library_memory_init(void);

#endif
