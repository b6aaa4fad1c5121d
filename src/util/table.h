/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_UTIL_TABLE_H
#define FORCEDTLS_UTIL_TABLE_H

/* uthash with another function than its own, which falls through its cases: clang warns of that. */
#define HASH_FUNCTION(key, length, hash) HASH_OAT(key, length, hash)
#include <uthash.h>

/*
 * Ends a table, whose elements have their handle in hh, and calls end_element
 * with each of them. First the table alone: the elements stay in a list.
 */
#define TABLE_FREE(table, end_element)                                                                       \
	do {                                                                                                 \
		__typeof__(table) table_at = (table), table_next;                                            \
                                                                                                             \
		HASH_CLEAR(hh, table);                                                                       \
		for (; table_at != NULL; table_at = table_next) {                                            \
			table_next = table_at->hh.next;                                                      \
			end_element(table_at);                                                               \
		}                                                                                            \
	} while (0)

#endif
