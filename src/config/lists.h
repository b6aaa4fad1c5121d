/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_LISTS_H
#define FORCEDTLS_CONFIG_LISTS_H

#include "config/report.h"
#include "util/ip.h"
#include "policy/pattern_index.h"

/*
 * Lists of patterns and networks: items of the policy file, and the entries
 * of list files that "{file: F}" names. All of these report what is wrong,
 * and go on with what is right.
 */

/* Adds the domain patterns of a list to index, as owner's. */
void lists_patterns(const struct source *source, const struct path *path, const struct node *list,
		    struct pattern_index *index, uint32_t owner);

/* The same as an index of their own; NULL for no list. */
struct pattern_index *lists_own_patterns(const struct source *source, const struct path *path,
					 const struct node *list);

/* Adds the addresses and networks of a list to set, and finishes it. */
void lists_networks(const struct source *source, const struct path *path, const struct node *list,
		    struct cidr_set *set);

/* The same from a default of the schema: "127.0.0.0/8, ::1". */
void lists_default_networks(const char *text, struct cidr_set *set);

#endif
