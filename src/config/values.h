/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_VALUES_H
#define FORCEDTLS_CONFIG_VALUES_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/report.h"
#include "core/date.h"
#include "core/ip.h"
#include "core/pattern_index.h"

/*
 * What texts of a policy file mean. All of these report what is wrong, and go
 * on with what is right.
 */

/* Adds the domain patterns of a list to index, as owner's. */
void values_patterns(const struct source *source, const struct path *path, const struct node *list,
		     struct pattern_index *index, uint32_t owner);

/* Adds the addresses and networks of a list to set, and finishes it. */
void values_networks(const struct source *source, const struct path *path, const struct node *list,
		     struct cidr_set *set);

/* The same from a default of the schema: "127.0.0.0/8, ::1". */
void values_default_networks(const char *text, struct cidr_set *set);

/* The functions below take scalars; false: reported. */
bool values_date(const struct source *source, const struct path *path, const struct node *node,
		 date_t *date_r);
bool values_socket_mode(const struct source *source, const struct path *path, const struct node *node,
			mode_t *mode_r);
/* "0660" as a number; false when text is nothing like it. */
bool values_parse_socket_mode(const char *text, mode_t *mode_r);
bool values_milter_socket(const struct source *source, const struct path *path, const struct node *node);
bool values_delimiter(const struct source *source, const struct path *path, const struct node *node);

#endif
