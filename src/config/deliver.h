/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_DELIVER_H
#define FORCEDTLS_CONFIG_DELIVER_H

#include "config/build.h"
#include "config/schema.h"

/* Reads "deliver", a word or a map, into a zeroed struct. value: given and of use. */
void deliver_read(const struct build *build, const struct path *path, const struct value *value,
		  struct tls_policy *tls_policy_r);

/*
 * What cannot stand beside "deliver" in a connector, and what has to. path and
 * node: the connector's.
 */
void deliver_check_company(const struct source *source, const struct path *path, const struct node *node,
			   const struct raw_connector *raw);

/* Patterns that no next hop can match. To be called when all connectors have been read. */
void deliver_check_patterns(const struct build *build);

#endif
